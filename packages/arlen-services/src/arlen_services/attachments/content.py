"""Data on its way into a store: from whatever form it has to pieces that are counted, hashed and limited."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable
from inspect import isawaitable
from typing import Protocol, TypeAlias

from arlen_services.errors import AttachmentError

CHUNK = 256 * 1024


class SyncReadable(Protocol):
    """A binary file: ``open(path, "rb")``."""

    def read(self, size: int, /) -> bytes: ...


class AsyncReadable(Protocol):
    """An upload: ``arlen_http.UploadFile``, Starlette's ``UploadFile``."""

    def read(self, size: int, /) -> Awaitable[bytes]: ...


Content: TypeAlias = bytes | bytearray | memoryview | AsyncIterable[bytes] | SyncReadable | AsyncReadable
"""What can be saved: bytes, an async iterator of bytes, a binary file, or an upload with ``read``."""


def is_replayable(content: object) -> bool:
    """Whether the same content can be saved a second time."""
    return isinstance(content, bytes | bytearray | memoryview)


async def pieces(content: Content) -> AsyncGenerator[bytes, None]:
    """The content in pieces, none of them empty; those of an async iterator stay as large as they come.

    Raises:
        AttachmentError: ``not_bytes``; permanent.
    """
    if isinstance(content, bytes | bytearray | memoryview):
        view = memoryview(content).cast("B")
        for start in range(0, len(view), CHUNK):
            yield bytes(view[start : start + CHUNK])
    elif isinstance(content, AsyncIterable):
        async for piece in content:
            if piece:
                yield _bytes(piece)
    elif hasattr(content, "read"):
        while piece := _bytes(await _read(content)):
            yield piece
    else:
        raise _not_bytes(content)


async def _read(content: SyncReadable | AsyncReadable) -> object:
    if asyncio.iscoroutinefunction(content.read):
        return await content.read(CHUNK)
    piece = await asyncio.to_thread(content.read, CHUNK)
    return await piece if isawaitable(piece) else piece


def _bytes(piece: object) -> bytes:
    if not isinstance(piece, bytes | bytearray | memoryview):
        raise _not_bytes(piece)
    return bytes(piece)


def _not_bytes(content: object) -> AttachmentError:
    return AttachmentError(
        f"an attachment is made of bytes, and this is {type(content).__name__}; encode text, or give an async iterator "
        "of bytes or a file opened with mode 'rb'",
        code="not_bytes",
        permanent=True,
    )


class Intake:
    """Content that is looked at while it goes by.

    Attributes:
        size: the bytes that went by so far.
        head: the first piece, from which the kind of the content can be told.

    Raises (while iterated):
        AttachmentError: ``too_large``; permanent.
    """

    __slots__ = ("_digest", "_limit", "_pieces", "head", "size")

    def __init__(self, content: Content, limit: int | None) -> None:
        self._pieces = pieces(content)
        self._limit = limit
        self._digest = hashlib.sha256()
        self.head = b""
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    async def look(self) -> bytes:
        """The beginning of the content, before any of it goes by."""
        self.head = await anext(self._pieces, b"")
        return self.head

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.head:
            yield self._seen(self.head)
        async for piece in self._pieces:
            yield self._seen(piece)

    async def aclose(self) -> None:
        await self._pieces.aclose()

    def _seen(self, piece: bytes) -> bytes:
        self.size += len(piece)
        if self._limit is not None and self.size > self._limit:
            raise AttachmentError(
                f"the attachment is larger than {self._limit} bytes; send less or raise max_bytes of the policy",
                code="too_large",
                details={"max_bytes": self._limit},
                permanent=True,
            )
        self._digest.update(piece)
        return piece


async def once(data: bytes) -> AsyncIterator[bytes]:
    yield data
