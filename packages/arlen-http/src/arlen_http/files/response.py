"""A response whose body is a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from arlen_http import system
from arlen_http.headers import HeaderSource
from arlen_http.response import Response
from arlen_http.writer import ResponseWriter

from .media_types import media_type
from .open_files import NotAFile, OpenFile, opened
from .selection import Selection, selected, whole

__all__ = ["SMALL_FILE_BYTES", "FileResponse", "accel_redirect", "send_selection"]

# Up to this size, content leaves in one write with its head.
SMALL_FILE_BYTES = 65_536


class FileResponse(Response):
    """A regular file, with validators, conditions and ranges (206, 304, 412 and 416 as the request asks for).

    Args:
        path: the file; it is opened when the response is written, and never read whole unless it is small.
        content_type: its media type; told by the extension when not given.
        filename: offer it to the user for saving under this name (RFC 6266).

    Raises:
        OSError: from `send`, when the file cannot be read.
    """

    __slots__ = ("path",)

    in_memory: ClassVar[bool] = False
    ends_with_client: ClassVar[bool] = False

    def __init__(
        self,
        path: str | os.PathLike[str],
        status: int = 200,
        headers: HeaderSource | None = None,
        content_type: str | None = None,
        filename: str | None = None,
    ) -> None:
        super().__init__(b"", status, headers, media_type(os.fspath(path)) if content_type is None else content_type)
        self.path = Path(path)
        if filename is not None:
            self.headers.set("content-disposition", _attachment(filename))

    async def send(self, writer: ResponseWriter) -> None:
        try:
            found = opened(lambda: system.open_file(self.path), str(self.path))
        except NotAFile as error:
            raise OSError(f"{self.path} is not a regular file") from error
        if self.status == 200:
            selection = selected(writer.request, found, self.content_type, found.etag)
            status = selection.status
        else:
            selection, status = whole(self.content_type, found.size), self.status
        answer = Response(b"", status, self.headers.items(), selection.content_type)
        answer.constant_headers = self.constant_headers
        answer.headers.set("etag", found.etag)
        answer.headers.set("last-modified", found.last_modified)
        answer.headers.set("accept-ranges", "bytes")
        if selection.content_range:
            answer.headers.set("content-range", selection.content_range)
        await send_selection(writer, answer, selection, found)


async def send_selection(writer: ResponseWriter, head: Response, selection: Selection, opened: OpenFile) -> None:
    """Write the head of a response, and the content that was selected from a file."""
    length = selection.length
    if length <= SMALL_FILE_BYTES:
        await writer.whole(head, selection.read(opened.file))
        return
    await writer.begin(head, length)
    for before, part in selection.parts:
        await writer.write(before)
        await writer.write_file(opened.file, part.start, len(part))
    await writer.write(selection.ending)
    await writer.end()


def accel_redirect(location: str, *, content_type: str = "", filename: str | None = None) -> Response:
    """Let the proxy in front send a file of its own (``X-Accel-Redirect`` of nginx).

    Args:
        location: the path of an internal location of the proxy; it is percent-encoded here.
        content_type: the media type of the file; told by the proxy when not given.
        filename: offer it to the user for saving under this name (RFC 6266).
    """
    response = Response(b"", 200, {"x-accel-redirect": quote(location)}, content_type)
    if filename is not None:
        response.headers.set("content-disposition", _attachment(filename))
    return response


def _attachment(filename: str) -> str:
    plain = filename.encode("ascii", "replace").decode().replace("\\", "_").replace('"', "'")
    if plain == filename:
        return f'attachment; filename="{filename}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
