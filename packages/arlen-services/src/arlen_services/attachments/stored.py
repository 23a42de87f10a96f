"""A store of attachments on top of any place for objects: data first, description second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import datetime, timedelta

from arlen_services.clock import Clock, as_utc, system_clock
from arlen_services.errors import AttachmentError

from .content import Content, Intake, once
from .disposition import content_disposition, may_be_inline
from .ids import Ids, RandomIds, order
from .info import DEFAULT_TYPE, Attachment, AttachmentInfo, AttachmentStream
from .objects import ObjectEntry, Objects, Presentation
from .policy import OPEN_POLICY, AttachmentPolicy, declared_type

DATA = ".bin"
INFO = ".json"

_DESCRIPTION = Presentation("application/json", "attachment")
_READ_AT_ONCE = 16
_log = logging.getLogger("arlen.services.attachments")


class StoredAttachments:
    """The ``AttachmentStore`` and ``RetainingStore`` of every place that is an ``Objects``.

    An attachment is two objects, ``<id>.bin`` and ``<id>.json``. It exists from the moment at which its description is
    written, which is after its data; it ends with its description, which is removed before its data.
    """

    __slots__ = ("_clock", "_ids", "_objects", "_policy")

    def __init__(
        self,
        objects: Objects,
        ids: Ids | None = None,
        *,
        policy: AttachmentPolicy = OPEN_POLICY,
        clock: Clock = system_clock,
    ) -> None:
        self._objects = objects
        self._ids: Ids = ids or RandomIds()
        self._policy = policy
        self._clock = clock

    @property
    def adapter_name(self) -> str:
        return self._objects.adapter_name

    async def save(
        self,
        name: str,
        content_type: str | None,
        data: Content,
        metadata: Mapping[str, object] | None = None,
        *,
        expires_at: datetime | None = None,
        policy: AttachmentPolicy | None = None,
    ) -> str:
        named, declared = _name(name), declared_type(content_type)
        draft = AttachmentInfo(
            attachment_id=self._ids.new(),
            name=named,
            content_type=declared,
            size_bytes=0,
            sha256="",
            created_at=self._clock(),
            metadata=dict(metadata or {}),
            expires_at=expires_at and as_utc(expires_at),
        )
        draft.to_json()
        rules = policy or self._policy
        try:
            async with aclosing(Intake(data, rules.max_bytes)) as intake:
                kept_type = rules.judge(draft.content_type, await intake.look())
                await self._objects.write(draft.attachment_id + DATA, intake, _presentation(draft.name, kept_type))
            await self._describe(draft.stored(kept_type, intake.size, intake.sha256))
        except BaseException:
            with suppress(AttachmentError):
                await self.delete(draft.attachment_id)
            raise
        return draft.attachment_id

    async def read(self, attachment_id: str) -> Attachment | None:
        opened = await self.stream(attachment_id)
        if opened is None:
            return None
        return Attachment(opened.info, b"".join([chunk async for chunk in opened.chunks]))

    async def stream(self, attachment_id: str, *, start: int = 0, stop: int | None = None) -> AttachmentStream | None:
        if start < 0 or (stop is not None and stop < start):
            raise AttachmentError(
                f"there are no bytes from {start} up to {stop}; give 0 <= start <= stop",
                code="invalid_range",
                details={"start": start, "stop": stop},
                permanent=True,
            )
        info = await self.info(attachment_id)
        if info is None:
            return None
        end = info.size_bytes if stop is None else min(stop, info.size_bytes)
        beginning = min(start, end)
        key = attachment_id + DATA
        chunks = self._objects.chunks(key, beginning, end) if beginning < end else _nothing()
        return AttachmentStream(info, beginning, end, chunks)

    async def info(self, attachment_id: str) -> AttachmentInfo | None:
        info = await self._described(attachment_id)
        return info if info and info.visible(self._clock()) else None

    async def delete(self, attachment_id: str) -> bool:
        if not self._known(attachment_id):
            return False
        described = await self._objects.remove(attachment_id + INFO)
        return await self._objects.remove(attachment_id + DATA) or described

    async def list(
        self, *, name_prefix: str = "", after: str = "", limit: int | None = None
    ) -> Sequence[AttachmentInfo]:
        now = self._clock()
        found: list[AttachmentInfo] = []
        async for info in self._infos(after):
            if limit is not None and len(found) >= limit:
                break
            if info.visible(now) and info.name.startswith(name_prefix):
                found.append(info)
        return found

    async def reset(self) -> None:
        mine = [entry.key async for entry in self._mine()]
        for key in sorted(mine, reverse=True):
            await self._objects.remove(key)
        self._ids.restart()

    async def discard(self, attachment_id: str, *, undo_for: timedelta) -> bool:
        info = await self.info(attachment_id)
        if info is None:
            return False
        now = self._clock()
        await self._describe(info.discarded(now, now + undo_for))
        return True

    async def restore(self, attachment_id: str) -> bool:
        info = await self._described(attachment_id)
        if info is None or info.discarded_at is None or info.expired(self._clock()):
            return False
        await self._describe(info.restored())
        return True

    async def purge(self, now: datetime | None = None) -> int:
        moment = as_utc(now) if now else self._clock()
        expired = [info.attachment_id async for info in self._infos() if info.expired(moment)]
        return sum([await self.delete(attachment_id) for attachment_id in expired])

    async def sweep(self, older_than: timedelta = timedelta(hours=1)) -> int:
        entries = {entry.key: entry.modified_at async for entry in self._mine()}
        latest = self._clock() - older_than
        orphans = [
            key
            for key, modified_at in entries.items()
            if key.endswith(DATA) and modified_at <= latest and key.removesuffix(DATA) + INFO not in entries
        ]
        removed = sum([await self._objects.remove(key) for key in orphans])
        return removed + await self._objects.tidy(latest)

    async def _infos(self, after: str = "") -> AsyncIterator[AttachmentInfo]:
        ids = [_id_of(entry) async for entry in self._mine() if entry.key.endswith(INFO)]
        ids = sorted((one for one in ids if order(one) > order(after)), key=order)
        for start in range(0, len(ids), _READ_AT_ONCE):
            page = await asyncio.gather(*(self._listed(one) for one in ids[start : start + _READ_AT_ONCE]))
            for info in page:
                if info is not None:
                    yield info

    async def _listed(self, attachment_id: str) -> AttachmentInfo | None:
        try:
            return await self._described(attachment_id)
        except AttachmentError as error:
            if error.code != "malformed_info":
                raise
            _log.warning("attachment passed over: %s", error)
            return None

    async def _mine(self) -> AsyncIterator[ObjectEntry]:
        async for entry in self._objects.entries():
            if entry.key.endswith((DATA, INFO)) and self._ids.knows(_id_of(entry)):
                yield entry

    async def _described(self, attachment_id: str) -> AttachmentInfo | None:
        if not self._known(attachment_id):
            return None
        stored = await self._objects.read(attachment_id + INFO)
        return None if stored is None else AttachmentInfo.from_json(attachment_id, stored)

    async def _describe(self, info: AttachmentInfo) -> None:
        await self._objects.write(info.attachment_id + INFO, once(info.to_json()), _DESCRIPTION)

    def _known(self, attachment_id: object) -> bool:
        if not isinstance(attachment_id, str) or not attachment_id.strip():
            raise AttachmentError(
                f"{attachment_id!r} is no id of an attachment; pass the one that save returned",
                code="blank_id",
                permanent=True,
            )
        return self._ids.knows(attachment_id)


def _name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise AttachmentError(
            f"an attachment needs a name, and {name!r} is none; pass what the person called the file",
            code="blank_name",
            permanent=True,
        )
    return name.strip()


def _presentation(name: str, content_type: str) -> Presentation:
    shown = content_type if may_be_inline(content_type) else DEFAULT_TYPE
    return Presentation(shown, content_disposition("attachment", name))


def _id_of(entry: ObjectEntry) -> str:
    return entry.key.rpartition(".")[0]


async def _nothing() -> AsyncIterator[bytes]:
    no_chunks: tuple[bytes, ...] = ()
    for chunk in no_chunks:
        yield chunk
