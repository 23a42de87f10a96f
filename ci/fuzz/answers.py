"""A stream of bytes from a server as answers, strictly read, and what a lawful refusal is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .applications import REQUEST_FIELD

__all__ = ["Answer", "Unlawful", "read_answers"]

_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [ -~]+")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9a-z]+): ([\t\x20-\x7e\x80-\xff]*)")

_REFUSALS = {
    400: b"bad request\n",
    408: b"request timeout\n",
    413: b"payload too large\n",
    417: b"expectation failed\n",
    431: b"request headers too large\n",
    501: b"not implemented\n",
    503: b"server busy\n",
    505: b"http version not supported\n",
}


class Unlawful(AssertionError):
    """A server has said or done what it must not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One final answer."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def is_refusal(self) -> bool:
        """Whether it is the server's own last word, in every byte that the contract fixes."""
        return (
            self.body == _REFUSALS.get(self.status)
            and self.fields.get("content-type") == "text/plain; charset=utf-8"
            and self.fields.get("connection") == "close"
        )

    @property
    def is_last(self) -> bool:
        return self.fields.get("connection") == "close"


def read_answers(data: bytes) -> list[Answer]:
    """The final answers of a connection, interim ones left out.

    Raises:
        Unlawful: the bytes are not a sequence of whole answers with a length each, or go on after the last one.
    """
    answers: list[Answer] = []
    for answer in _answers(data):
        if answers and answers[-1].is_last:
            raise Unlawful(f"an answer after the one that closes the connection: {answer}")
        if answer.status >= 200:
            answers.append(answer)
    return answers


def _answers(data: bytes) -> Iterator[Answer]:
    while data:
        head, end, data = data.partition(b"\r\n\r\n")
        line, *rest = head.split(b"\r\n")
        found = _STATUS_LINE.fullmatch(line)
        if not end or found is None:
            raise Unlawful(f"not the head of an answer: {head!r}")
        status, fields = int(found[1]), dict(map(_field, rest))
        length = _body_length(status, fields)
        if len(data) < length:
            raise Unlawful(f"the body ends after {len(data)} of {length} bytes: {head!r}")
        yield Answer(status, fields, data[:length])
        data = data[length:]


def _field(line: bytes) -> tuple[str, str]:
    found = _FIELD.fullmatch(line)
    if found is None:
        raise Unlawful(f"not a field: {line!r}")
    return found[1].decode(), found[2].decode("latin-1")


def _body_length(status: int, fields: dict[str, str]) -> int:
    if status < 200 or status == 204:
        if "content-length" in fields:
            raise Unlawful(f"{status} with a Content-Length")
        return 0
    if status == 304 or fields.get(REQUEST_FIELD, "").startswith("HEAD "):
        return 0
    if not fields.get("content-length", "").isdecimal():
        raise Unlawful(f"{status} without a Content-Length: {fields}")
    return int(fields["content-length"])
