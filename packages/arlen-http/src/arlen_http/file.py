"""A response whose body is a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import quote

from . import system
from .conditional import Verdict, evaluate
from .dates import http_date, parse_http_date
from .headers import HeaderSource
from .media_types import media_type
from .ranges import RangeNotSatisfiable, single_range
from .request import Request
from .response import Response
from .writer import ResponseWriter

__all__ = ["FileResponse"]

# Files up to this size leave in one write with their head.
_SMALL_FILE_BYTES = 65_536


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
        with system.open_file(self.path) as file:
            state = system.status(file)
            if not stat.S_ISREG(state.st_mode):
                raise OSError(f"{self.path} is not a regular file")
            await self._send_file(writer, file, state)

    async def _send_file(self, writer: ResponseWriter, file: BinaryIO, state: os.stat_result) -> None:
        modified = int(state.st_mtime)
        etag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        answer = self._answer(200, etag, modified)
        verdict = evaluate(writer.request, etag, modified) if self.status == 200 else Verdict.SEND
        if verdict is not Verdict.SEND:
            answer.status = verdict.value
            await writer.whole(answer, b"")
            return
        answer.status = self.status
        part = range(state.st_size)
        try:
            asked = _asked_range(writer.request, etag, modified, state.st_size) if self.status == 200 else None
        except RangeNotSatisfiable:
            answer.status = 416
            answer.headers.set("content-range", f"bytes */{state.st_size}")
            await writer.whole(answer, b"")
            return
        if asked is not None:
            part = asked
            answer.status = 206
            answer.headers.set("content-range", f"bytes {part.start}-{part.stop - 1}/{state.st_size}")
        if len(part) <= _SMALL_FILE_BYTES:
            await writer.whole(answer, system.read(file, part.start, len(part)))
        else:
            await writer.begin(answer, len(part))
            await writer.write_file(file, part.start, len(part))
            await writer.end()

    def _answer(self, status: int, etag: str, modified: int) -> Response:
        answer = Response(b"", status, self.headers.items(), self.content_type)
        answer.constant_headers = self.constant_headers
        answer.headers.set("etag", etag)
        answer.headers.set("last-modified", http_date(modified))
        answer.headers.set("accept-ranges", "bytes")
        return answer


def _asked_range(request: Request, etag: str, modified: int, size: int) -> range | None:
    headers = request.headers
    if request.method != "GET" or "range" not in headers:
        return None
    condition = headers.get("if-range")
    if condition is not None and condition != etag and parse_http_date(condition) != modified:
        return None
    return single_range(headers["range"], size)


def _attachment(filename: str) -> str:
    plain = filename.encode("ascii", "replace").decode().replace("\\", "_").replace('"', "'")
    if plain == filename:
        return f'attachment; filename="{filename}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
