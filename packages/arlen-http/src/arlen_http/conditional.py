"""Conditional requests: entity tags, dates, and whether a client's copy is still good (RFC 9110 section 13)."""

from __future__ import annotations

import re
from enum import Enum

from .dates import parse_http_date
from .headers import Headers
from .request import Request
from .response import Response

__all__ = ["Verdict", "apply_etag", "evaluate", "quoted_etag"]

_TAG = re.compile(r'(?:W/)?"[^"]*"')


class Verdict(Enum):
    """What a request's conditions say about the current representation."""

    SEND = 200
    NOT_MODIFIED = 304
    FAILED = 412


def quoted_etag(tag: str) -> str:
    """An entity tag with its quotes; a weak one keeps its ``W/``."""
    if _TAG.fullmatch(tag):
        return tag
    weak, bare = ("W/", tag[2:]) if tag.startswith("W/") else ("", tag)
    return f'{weak}"{bare.strip(chr(34))}"'


def evaluate(request: Request, etag: str | None, last_modified: int | None) -> Verdict:
    """Hold the conditions of a request against a representation.

    Args:
        etag: its entity tag, quoted, or ``None``.
        last_modified: POSIX seconds of its last change, or ``None``.
    """
    headers = request.headers
    if "if-match" in headers:
        if not _lists(headers, "if-match", etag, weak=False):
            return Verdict.FAILED
    elif last_modified is not None and "if-unmodified-since" in headers:
        limit = parse_http_date(headers["if-unmodified-since"])
        if limit is not None and last_modified > limit:
            return Verdict.FAILED
    safe = request.method in ("GET", "HEAD")
    if "if-none-match" in headers:
        if _lists(headers, "if-none-match", etag, weak=True):
            return Verdict.NOT_MODIFIED if safe else Verdict.FAILED
    elif safe and last_modified is not None and "if-modified-since" in headers:
        limit = parse_http_date(headers["if-modified-since"])
        if limit is not None and last_modified <= limit:
            return Verdict.NOT_MODIFIED
    return Verdict.SEND


def apply_etag(request: Request, response: Response, tag: str) -> bool:
    """Set the ETag of a response; when the client has that version already, empty the response to 304.

    Returns:
        Whether it is now 304.
    """
    etag = quoted_etag(tag)
    response.headers.set("etag", etag)
    if not _lists(request.headers, "if-none-match", etag, weak=True):
        return False
    response.status, response.body = 304, b""
    return True


def _lists(headers: Headers, name: str, etag: str | None, *, weak: bool) -> bool:
    """Whether a list of entity tags, or ``*``, covers this one; weak comparison ignores ``W/``."""
    values = ",".join(headers.get_all(name))
    if not values or etag is None:
        return False
    if values.strip() == "*":
        return True
    if weak:
        return etag.removeprefix("W/") in (tag.removeprefix("W/") for tag in _TAG.findall(values))
    return not etag.startswith("W/") and etag in _TAG.findall(values)
