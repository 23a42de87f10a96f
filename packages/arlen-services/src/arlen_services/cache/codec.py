"""Items as bytes, for stores that keep bytes.

A plain integer of 64 bits is written as digits, so that the store can count with it. All else begins with a byte that
says the version of this format and what follows: perhaps a line of JSON with the tags and the time until which the
value is fresh, then the encoded value, perhaps compressed (zlib).
"""

from __future__ import annotations

import json
import logging
import zlib
from typing import Any

from .encoding import Encoding, JsonEncoding
from .store import NO_TAGS, Item

VERSION = 0xA0
COMPRESSED, WITH_HEADER, ENCODING_SHIFT = 1, 2, 2
COMPRESS_FROM = 1024
SMALLEST, LARGEST = -(2**63), 2**63 - 1
END_OF_HEADER = b"\n"

_logger = logging.getLogger("arlen_services.cache")


class Codec:
    """
    Attributes:
        unreadable: entries that were found and could not be read; each was a miss.
    """

    __slots__ = ("_encoding", "unreadable")

    def __init__(self, encoding: Encoding | None = None) -> None:
        self._encoding: Encoding = JsonEncoding() if encoding is None else encoding
        self.unreadable = 0

    def encode(self, item: Item) -> bytes:
        """Raises CacheError ``not_serializable``."""
        value = item.value
        header = self._header(item)
        if type(value) is int and SMALLEST <= value <= LARGEST and not header:
            return b"%d" % value
        body = self._encoding.encode(value)
        first = VERSION | self._encoding.mark << ENCODING_SHIFT
        if len(body) > COMPRESS_FROM:
            body = zlib.compress(body, 1)
            first |= COMPRESSED
        if header:
            first |= WITH_HEADER
        return bytes((first,)) + header + body

    def decode(self, data: bytes | None) -> Item | None:
        """The item, or None when there is none that this version can read."""
        if data is None:
            return None
        try:
            return self._read(data)
        except (
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            zlib.error,
            AttributeError,
            ImportError,
            EOFError,
        ) as error:
            self.unreadable += 1
            _logger.warning("an entry of the cache cannot be read and counts as a miss: %s", type(error).__name__)
            return None

    def _header(self, item: Item) -> bytes:
        if not item.tags and item.fresh_until is None:
            return b""
        return json.dumps([dict(item.tags), item.fresh_until], separators=(",", ":")).encode() + END_OF_HEADER

    def _read(self, data: bytes) -> Item:
        first = data[0]
        if first < 0x80:
            return Item(int(data))
        if first & 0xF0 != VERSION or (first >> ENCODING_SHIFT) & 3 != self._encoding.mark:
            raise ValueError("another format")
        tags: Any = NO_TAGS
        fresh_until = None
        body = data[1:]
        if first & WITH_HEADER:
            line, _, body = body.partition(END_OF_HEADER)
            tags, fresh_until = json.loads(line)
        if first & COMPRESSED:
            body = zlib.decompress(body)
        return Item(self._encoding.decode(body), tags, fresh_until)
