"""What an application answered, and short sentences to say what it should have been."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

__all__ = ["Answer"]

SHOWN_CHARACTERS = 2_000


class Answer:
    """A complete response.

    The ``assert_…`` methods return the answer itself, so that they chain; when one fails, the message shows the
    request, the status, the headers and the beginning of the body.

    Attributes:
        status: the status code.
        headers: case-insensitive; ``headers.get_list(name)`` gives every value.
        content: the body as bytes, with content codings removed.
        url: the address that answered, after redirects.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status: int = response.status_code
        self.headers: httpx.Headers = response.headers
        self.content: bytes = response.content
        self.url: str = str(response.url)

    def __repr__(self) -> str:
        return f"<Answer {self.status} to {self._response.request.method} {self.url}>"

    @property
    def text(self) -> str:
        """The body decoded by the charset of its content type, or UTF-8."""
        return self._response.text

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies that this answer sets."""
        return dict(self._response.cookies)

    @property
    def history(self) -> tuple[Answer, ...]:
        """The redirects that were followed on the way, oldest first."""
        return tuple(Answer(response) for response in self._response.history)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            AssertionError: the body is not JSON.
        """
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise self._unlike(f"JSON in the body ({error})") from error

    @cached_property
    def html(self) -> LexborHTMLParser:
        """The body as a document: ``answer.html.css("nav a.current")``, ``answer.html.css_first("h1").text()``."""
        from selectolax.lexbor import LexborHTMLParser

        return LexborHTMLParser(self.text)

    def assert_status(self, status: int) -> Answer:
        """The status code is this one."""
        return self._expect(self.status == status, f"status {status}")

    def assert_header(self, name: str, value: str) -> Answer:
        """One of the values of this header is exactly ``value``."""
        return self._expect(value in self.headers.get_list(name), f"header {name}: {value}")

    def assert_no_header(self, name: str) -> Answer:
        """The header is absent."""
        return self._expect(name not in self.headers, f"no header {name}")

    def assert_content_type(self, media_type: str) -> Answer:
        """The media type is this one, whatever its parameters."""
        found = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return self._expect(found == media_type, f"media type {media_type}")

    def assert_text(self, *fragments: str) -> Answer:
        """The body holds each of these fragments."""
        missing = [fragment for fragment in fragments if fragment not in self.text]
        return self._expect(not missing, "in the body: " + ", ".join(map(repr, missing)))

    def assert_json(self, expected: object) -> Answer:
        """The body is JSON and equal to ``expected``."""
        found = self.json()
        return self._expect(found == expected, _difference(found, expected))

    def assert_json_includes(self, expected: object) -> Answer:
        """The body is JSON and has at least the members of ``expected``, at every depth; lists have all their items."""
        found = _cut_to(expected, self.json())
        return self._expect(found == expected, _difference(found, expected))

    def assert_html(self, selector: str, text: str | None = None) -> Answer:
        """An element matches the CSS selector; with ``text``, one whose text is that, surrounding white space aside."""
        found = [node.text().strip() for node in self.html.css(selector)]
        if text is None:
            return self._expect(bool(found), f"an element {selector!r}")
        return self._expect(text in found, f"an element {selector!r} with the text {text!r} (found: {found})")

    def assert_redirects_to(self, location: str) -> Answer:
        """The status is one of the redirects and ``Location`` is exactly ``location``."""
        found = self.headers.get("location")
        return self._expect(self._response.has_redirect_location and found == location, f"a redirect to {location}")

    def _expect(self, fulfilled: bool, expected: str) -> Answer:
        if not fulfilled:
            raise self._unlike(expected)
        return self

    def _unlike(self, expected: str) -> AssertionError:
        head = "".join(f"{name}: {value}\n" for name, value in self.headers.multi_items())
        rest = len(self.text) - SHOWN_CHARACTERS
        more = f"\n… {rest} more characters" if rest > 0 else ""
        return AssertionError(
            f"{self._response.request.method} {self.url}: expected {expected}, got\n"
            f"{self.status}\n{head}\n{self.text[:SHOWN_CHARACTERS]}{more}"
        )


def _difference(found: object, expected: object) -> str:
    """``expected``, and below it how what was found differs from it, line by line."""
    lines = difflib.unified_diff(_lines(expected), _lines(found), "expected", "found", lineterm="", n=2)
    return "\n".join([f"JSON {expected!r}", *lines])


def _lines(value: object) -> list[str]:
    return json.dumps(value, indent=2, sort_keys=True, default=repr, ensure_ascii=False).splitlines()


def _cut_to(expected: object, found: object) -> object:
    """What was found, without the members that nothing is said about."""
    match expected, found:
        case {}, {}:
            return {name: _cut_to(expected[name], value) for name, value in found.items() if name in expected}
        case [*_], [*_] if len(expected) == len(found):
            return [_cut_to(*pair) for pair in zip(expected, found, strict=True)]
        case _:
            return found
