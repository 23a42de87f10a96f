"""What the HTML around a template's tags says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import accumulate


def forms_without(markup: str, source: str, tokens: Sequence[str]) -> Iterator[int]:
    """The offsets of forms that post, and in whose source none of the tokens occurs."""
    for start, end in _Reader(markup).forms:
        if not any(token in source[start:end] for token in tokens):
            yield start


def inline_scripts(markup: str) -> Iterator[tuple[int, str]]:
    """The offsets of elements with a script in an attribute, or that are a script in the page, and what it is."""
    yield from _Reader(markup).inline


class _Reader(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.forms: list[tuple[int, int]] = []
        self.inline: list[tuple[int, str]] = []
        self._posting: int | None = None
        self._lines = [0, *accumulate(len(line) for line in markup.splitlines(keepends=True))]
        self.feed(markup)
        self.close()
        self._end_form(len(markup))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._end_form(self._offset())
            if (given.get("method") or "").strip().lower() == "post":
                self._posting = self._offset()
        if tag == "script" and not {"src", "nonce"} & given.keys():
            self.inline.append((self._offset(), "an inline script without a nonce"))
        self.inline += [(self._offset(), f"the attribute {name}") for name in given if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._end_form(self._offset())

    def _end_form(self, end: int) -> None:
        if self._posting is not None:
            self.forms.append((self._posting, end))
            self._posting = None

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
