"""Zstandard (RFC 8878), from the standard library of Python 3.14 or its backport."""

from __future__ import annotations

import sys

from arlen_http.errors import MissingDependencyError

try:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
except ImportError as error:
    raise MissingDependencyError('zstd is not installed; install "arlen-http[compression]"') from error

__all__ = ["ZstdCoding"]

_LEVEL = 3


class ZstdCoding:
    name = "zstd"

    __slots__ = ()

    def encode(self, body: bytes) -> bytes:
        return zstd.compress(body, _LEVEL)

    def encoder(self) -> _ZstdEncoder:
        return _ZstdEncoder()


class _ZstdEncoder:
    __slots__ = ("_compressor",)

    def __init__(self) -> None:
        self._compressor = zstd.ZstdCompressor(_LEVEL)

    def piece(self, data: bytes) -> bytes:
        return self._compressor.compress(data, zstd.ZstdCompressor.FLUSH_BLOCK)

    def finish(self) -> bytes:
        return self._compressor.flush(zstd.ZstdCompressor.FLUSH_FRAME)
