"""Where the bytes of attachments lie: named objects, each written as a whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ObjectEntry:
    key: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the place itself may show an object to a browser."""

    content_type: str
    disposition: str


class Objects(Protocol):
    """A flat place for objects. Keys are made by the store, never by a caller of it.

    Every operation that fails raises ``AttachmentError``; the codes ``cannot_write`` and ``cannot_read`` are joined by
    those of the place.
    """

    @property
    def adapter_name(self) -> str: ...

    async def write(self, key: str, chunks: AsyncIterable[bytes], shown: Presentation) -> None:
        """Keep an object; when this ends with an error, of ``chunks`` or of the place, nothing of it is left."""

    async def read(self, key: str) -> bytes | None:
        """A small object, or None where there is none."""

    def chunks(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from ``start`` up to, not including, ``stop``; ``start`` is less than ``stop``."""

    async def remove(self, key: str) -> bool:
        """Whether there was such an object; there is none afterwards."""

    def entries(self) -> AsyncIterator[ObjectEntry]:
        """Every object, in any order."""

    async def tidy(self, before: datetime) -> int:
        """Remove what writes that were killed before a moment have left; how many. Zero where the place tidies up."""
