"""What to answer when a browser asks for an attachment: status, headers and bytes, for any web framework."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from .disposition import Disposition, content_disposition, may_be_inline
from .info import AttachmentInfo
from .store import AttachmentStore

Headers = dict[str, str]

_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AttachmentAnswer:
    """A response to be sent by the framework at hand.

    Attributes:
        status: 200, 206, 304 or 416.
        headers: lower-case names; ``content-length`` among them.
        chunks: the body; None where the status or the method has none.
    """

    status: int
    headers: Headers
    chunks: AsyncIterator[bytes] | None


async def answer(
    store: AttachmentStore,
    attachment_id: str,
    request_headers: Mapping[str, str],
    *,
    method: str = "GET",
    disposition: Disposition = "attachment",
) -> AttachmentAnswer | None:
    """The response to a ``GET`` or ``HEAD`` for an attachment, or None when there is none: answer 404.

    ``If-None-Match``, ``Range`` of one range and ``If-Range`` are honoured (RFC 9110 sections 13 and 14). A type that
    could run a script in the origin of the application, such as HTML or SVG, is never shown inline.

    Args:
        request_headers: found by lower-case names, as every framework's are.
    """
    info = await store.info(attachment_id)
    if info is None:
        return None
    headers = headers_for(info, disposition)
    if _holds(request_headers.get("if-none-match"), info.etag):
        return AttachmentAnswer(304, _without_body(headers), None)
    asked = _range(request_headers, info) if method == "GET" else _Range(0, info.size_bytes)
    if asked is None:
        return AttachmentAnswer(416, _unsatisfied(headers, info), None)
    if method == "HEAD":
        return AttachmentAnswer(200, headers, None)
    whole = asked == _Range(0, info.size_bytes)
    headers["content-length"] = str(asked.stop - asked.start)
    if not whole:
        headers["content-range"] = f"bytes {asked.start}-{asked.stop - 1}/{info.size_bytes}"
    opened = await store.stream(attachment_id, start=asked.start, stop=asked.stop)
    return AttachmentAnswer(200 if whole else 206, headers, opened.chunks) if opened else None


def headers_for(info: AttachmentInfo, disposition: Disposition = "attachment") -> Headers:
    """The headers of a response with the whole attachment (RFC 6266, RFC 8187)."""
    shown = disposition if may_be_inline(info.content_type) else "attachment"
    return {
        "content-type": info.content_type,
        "content-length": str(info.size_bytes),
        "content-disposition": content_disposition(shown, info.name),
        "accept-ranges": "bytes",
        "etag": info.etag,
        "cache-control": "private, no-cache",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
    }


@dataclass(frozen=True, slots=True)
class _Range:
    start: int
    stop: int


def _range(request_headers: Mapping[str, str], info: AttachmentInfo) -> _Range | None:
    """The bytes that are asked for, or None when there are none of those."""
    everything = _Range(0, info.size_bytes)
    asked = _ONE_RANGE.fullmatch(request_headers.get("range") or "")
    if asked is None or request_headers.get("if-range", info.etag).strip() != info.etag:
        return everything
    first, last = asked.groups()
    if not first and not last:
        return everything
    if not first:
        start, stop = max(0, info.size_bytes - int(last)), info.size_bytes
    else:
        start, stop = int(first), min(int(last) + 1, info.size_bytes) if last else info.size_bytes
        if last and int(last) < start:
            return everything
    return _Range(start, stop) if start < stop else None


def _holds(if_none_match: str | None, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return etag in tags or "*" in tags


def _without_body(headers: Headers) -> Headers:
    return {name: value for name, value in headers.items() if name not in ("content-length", "content-type")}


def _unsatisfied(headers: Headers, info: AttachmentInfo) -> Headers:
    return {**_without_body(headers), "content-length": "0", "content-range": f"bytes */{info.size_bytes}"}
