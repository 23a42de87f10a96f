"""gzip (RFC 1952), by ISA-L where it is installed and by zlib elsewhere."""

from __future__ import annotations

import zlib
from typing import Any, cast

try:
    from isal import isal_zlib
except ImportError:
    _library: Any = zlib
    _LEVEL = 5
else:
    _library = isal_zlib
    _LEVEL = isal_zlib.ISAL_DEFAULT_COMPRESSION

__all__ = ["GzipCoding"]

# The container of gzip around a window of 32 KiB.
_WINDOW_BITS = 31


class GzipCoding:
    name = "gzip"

    __slots__ = ()

    def encode(self, body: bytes) -> bytes:
        return cast("bytes", _library.compress(body, _LEVEL, _WINDOW_BITS))

    def encoder(self) -> _GzipEncoder:
        return _GzipEncoder()


class _GzipEncoder:
    __slots__ = ("_compressor",)

    def __init__(self) -> None:
        self._compressor = _library.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS)

    def piece(self, data: bytes) -> bytes:
        return cast("bytes", self._compressor.compress(data) + self._compressor.flush(zlib.Z_SYNC_FLUSH))

    def finish(self) -> bytes:
        return cast("bytes", self._compressor.flush())
