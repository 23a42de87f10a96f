"""Brotli (RFC 7932)."""

from __future__ import annotations

from typing import cast

from arlen_http.errors import MissingDependencyError

try:
    import brotli  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingDependencyError('brotli is not installed; install "arlen-http[compression]"') from error

__all__ = ["BrotliCoding"]

# Quality 4 of 11 takes about as long as zlib does; the higher ones are for what is compressed once.
_QUALITY = 4


class BrotliCoding:
    name = "br"

    __slots__ = ()

    def encode(self, body: bytes) -> bytes:
        return cast("bytes", brotli.compress(body, quality=_QUALITY))

    def encoder(self) -> _BrotliEncoder:
        return _BrotliEncoder()


class _BrotliEncoder:
    __slots__ = ("_compressor",)

    def __init__(self) -> None:
        self._compressor = brotli.Compressor(quality=_QUALITY)

    def piece(self, data: bytes) -> bytes:
        return cast("bytes", self._compressor.process(data) + self._compressor.flush())

    def finish(self) -> bytes:
        return cast("bytes", self._compressor.finish())
