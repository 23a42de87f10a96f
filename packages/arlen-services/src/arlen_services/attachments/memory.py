"""Attachments in the memory of this process."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime

from arlen_services.clock import Clock, system_clock
from arlen_services.errors import AttachmentError

from .content import CHUNK
from .ids import NumberedIds
from .objects import ObjectEntry, Presentation
from .policy import OPEN_POLICY, AttachmentPolicy
from .stored import StoredAttachments


class MemoryObjects:
    __slots__ = ("_clock", "_held")

    def __init__(self, clock: Clock) -> None:
        self._held: dict[str, tuple[bytes, datetime]] = {}
        self._clock = clock

    @property
    def adapter_name(self) -> str:
        return "memory_attachments"

    async def write(self, key: str, chunks: AsyncIterable[bytes], shown: Presentation) -> None:
        data = b"".join([chunk async for chunk in chunks])
        self._held[key] = (data, self._clock())

    async def read(self, key: str) -> bytes | None:
        held = self._held.get(key)
        return held and held[0]

    async def chunks(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        data = await self.read(key)
        if data is None:
            raise AttachmentError(f"{key} was removed while it was read", code="cannot_read", details={"key": key})
        for beginning in range(start, stop, CHUNK):
            yield data[beginning : min(beginning + CHUNK, stop)]

    async def remove(self, key: str) -> bool:
        return self._held.pop(key, None) is not None

    async def entries(self) -> AsyncIterator[ObjectEntry]:
        for key, (_, modified_at) in list(self._held.items()):
            yield ObjectEntry(key, modified_at)

    async def tidy(self, before: datetime) -> int:
        return 0


class MemoryAttachments(StoredAttachments):
    """Attachments that last as long as the process: for tests and trials. Ids are ``att-1``, ``att-2``, …

    Args:
        policy: what is accepted; everything, unless you say otherwise.
        clock: tells the present moment.
    """

    __slots__ = ()

    def __init__(self, *, policy: AttachmentPolicy = OPEN_POLICY, clock: Clock = system_clock) -> None:
        super().__init__(MemoryObjects(clock), NumberedIds(), policy=policy, clock=clock)
