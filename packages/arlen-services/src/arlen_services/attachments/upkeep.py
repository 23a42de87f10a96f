"""What is done with a store as a whole: verify it, thin it out, move it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from arlen_services.clock import as_utc
from arlen_services.errors import AttachmentError

from .info import AttachmentInfo, AttachmentStream
from .store import AttachmentStore

PAGE = 200


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Attachments whose name begins with ``name_prefix`` are kept for so long."""

    name_prefix: str
    keep_for: timedelta


async def enforce(store: AttachmentStore, rules: Iterable[RetentionRule], now: datetime) -> int:
    """Delete what is older than its rule allows; how many. The longest prefix that fits decides; no rule: it stays."""
    moment = as_utc(now)
    ordered = sorted(rules, key=lambda rule: len(rule.name_prefix), reverse=True)
    removed = 0
    async for info in all_of(store):
        rule = next((rule for rule in ordered if info.name.startswith(rule.name_prefix)), None)
        if rule is not None and info.created_at + rule.keep_for <= moment:
            removed += await store.delete(info.attachment_id)
    return removed


async def verified(opened: AttachmentStream) -> AsyncIterator[bytes]:
    """The chunks of a whole attachment; it fails at the end when they are not what was saved.

    Raises:
        AttachmentError: ``corrupted``; permanent. ``invalid_range`` when ``opened`` is only a part.
    """
    if (opened.start, opened.stop) != (0, opened.info.size_bytes):
        raise AttachmentError(
            f"a part of {opened.info.attachment_id} cannot be verified; stream all of it",
            code="invalid_range",
            permanent=True,
        )
    digest = hashlib.sha256()
    async for chunk in opened.chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != opened.info.sha256:
        raise AttachmentError(
            f"the data of {opened.info.attachment_id} is not what was saved; restore it from a backup",
            code="corrupted",
            details={"attachment_id": opened.info.attachment_id, "sha256": opened.info.sha256},
            permanent=True,
        )


async def copy(source: AttachmentStore, target: AttachmentStore, *, after: str = "") -> AsyncIterator[tuple[str, str]]:
    """Copy every attachment, verified on the way; yields its id in the source and the new one in the target.

    A copy that broke off goes on behind the last id of the source that came out: pass it as ``after``.
    """
    async for info in all_of(source, after):
        opened = await source.stream(info.attachment_id)
        if opened is None:
            continue
        new = await target.save(
            info.name, info.content_type, verified(opened), info.metadata, expires_at=info.expires_at
        )
        yield info.attachment_id, new


async def all_of(store: AttachmentStore, after: str = "") -> AsyncIterator[AttachmentInfo]:
    """Every description, a page at a time."""
    while page := await store.list(after=after, limit=PAGE):
        for info in page:
            yield info
        after = page[-1].attachment_id
