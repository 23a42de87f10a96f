"""Forms: fields and files of a request body (RFC 7578, WHATWG URL section 5)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from .errors import RequestRefused
from .query import MultiDict, parse_pairs

if TYPE_CHECKING:
    from .request import Request

__all__ = ["Form", "UploadFile", "read_form"]

MAX_FIELDS = 1000
MAX_FILES = 1000
MAX_PART_HEADER_BYTES = 8192
MAX_FILE_BYTES_IN_MEMORY = 1_048_576


class UploadFile:
    """A file of a form, in memory or, above 1 MiB, in a temporary file that goes away with it.

    Attributes:
        filename: the last part of the name that the client gave, never a path; it may be empty.
        content_type: what the client says it is.
        size: bytes.
        file: the content, open for reading from its start.
    """

    __slots__ = ("content_type", "file", "filename", "size")

    def __init__(self, filename: str, content_type: str) -> None:
        name = filename.replace("\\", "/").rpartition("/")[2]
        self.filename = "" if name in (".", "..") else name
        self.content_type = content_type
        self.size = 0
        self.file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=MAX_FILE_BYTES_IN_MEMORY)  # noqa: SIM115

    def __del__(self) -> None:
        self.file.close()

    def read(self) -> bytes:
        """The whole content."""
        self.file.seek(0)
        return self.file.read()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the content to a new file; one that exists is not overwritten (``FileExistsError``)."""
        self.file.seek(0)
        with open(path, "xb") as target:
            shutil.copyfileobj(self.file, target)


class Form(MultiDict):
    """The fields of a form by name, and its files.

    Attributes:
        files: pairs of field name and file in order of arrival.
    """

    __slots__ = ("files",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = (), files: Iterable[tuple[str, UploadFile]] = ()) -> None:
        super().__init__(pairs)
        self.files = list(files)

    def file(self, name: str) -> UploadFile | None:
        """The last file of a field."""
        return next((file for field, file in reversed(self.files) if field == name), None)


async def read_form(request: Request) -> Form:
    """See `Request.form`."""
    match request.content_type:
        case "application/x-www-form-urlencoded":
            text = await request.text()
            if text.count("&") >= MAX_FIELDS:
                raise _too_many_fields()
            return Form(parse_pairs(text, MAX_FIELDS))
        case "multipart/form-data":
            request.refuse_coded_body()
            reader = _Multipart(_boundary(request.headers["content-type"]))
            async for stretch in request.stream():
                reader.feed(stretch)
            return reader.finish()
        case other:
            raise RequestRefused(415, "not_a_form", f"{other or 'a body without Content-Type'} is not a form")


def _boundary(content_type: str) -> bytes:
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:
        raise RequestRefused(400, "invalid_form", "multipart/form-data without a boundary of 1 to 70 characters")
    return boundary


class _Multipart:
    """Collects what the push parser of python-multipart reports."""

    def __init__(self, boundary: bytes) -> None:
        self._pairs: list[tuple[str, str]] = []
        self._files: list[tuple[str, UploadFile]] = []
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._header_bytes = 0
        self._field = ""
        self._text: list[bytes] | None = None
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_begin": self._begin_header,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
            # The limit is counted below, where exceeding it has its own answer.
            max_header_size=sys.maxsize,
        )

    def feed(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise RequestRefused(400, "invalid_form", f"the form is broken: {error}") from error

    def finish(self) -> Form:
        if not self._ended:
            raise RequestRefused(400, "invalid_form", "the form ends before its last boundary")
        for _, file in self._files:
            file.file.seek(0)
        return Form(self._pairs, self._files)

    def _begin_part(self) -> None:
        self._headers = {}
        self._header_bytes = 0

    def _begin_header(self) -> None:
        self._name = self._value = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._count_header(end - start)
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._count_header(end - start)
        self._value += data[start:end]

    def _count_header(self, count: int) -> None:
        self._header_bytes += count
        if self._header_bytes > MAX_PART_HEADER_BYTES:
            raise RequestRefused(413, "form_too_large", f"a part has more than {MAX_PART_HEADER_BYTES} bytes of head")

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._value

    def _end_headers(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise RequestRefused(400, "invalid_form", "a part of the form has no name")
        self._field = _text(options[b"name"])
        if b"filename" not in options:
            self._text = []
            return
        self._text = None
        content_type = self._headers.get(b"content-type", b"application/octet-stream")
        self._files.append((self._field, UploadFile(_text(options[b"filename"]), _text(content_type))))
        if len(self._files) > MAX_FILES:
            raise RequestRefused(413, "form_too_large", f"the form has more than {MAX_FILES} files")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._text is not None:
            self._text.append(data[start:end])
        else:
            upload = self._files[-1][1]
            upload.file.write(data[start:end])
            upload.size += end - start

    def _end_part(self) -> None:
        if self._text is None:
            return
        self._pairs.append((self._field, _text(b"".join(self._text))))
        if len(self._pairs) > MAX_FIELDS:
            raise _too_many_fields()

    def _end(self) -> None:
        self._ended = True


def _too_many_fields() -> RequestRefused:
    return RequestRefused(413, "form_too_large", f"the form has more than {MAX_FIELDS} fields")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestRefused(400, "invalid_form", f"a text in the form is not UTF-8: {error}") from error
