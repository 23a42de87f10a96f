"""The contract of every place that keeps attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from .content import Content
from .info import Attachment, AttachmentInfo, AttachmentStream
from .policy import AttachmentPolicy


@runtime_checkable
class AttachmentStore(Protocol):
    """Named bytes with a description.

    An unknown id is no error: ``read``, ``stream`` and ``info`` give None, ``delete`` gives False. Every operation may
    raise ``AttachmentError``: ``blank_id`` for an id without content, ``cannot_read`` and ``cannot_write`` for a place
    that fails, ``malformed_info`` for a damaged description.
    """

    @property
    def adapter_name(self) -> str: ...

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
        """Keep data and return the id of it. While it is written nobody sees it, and when it fails nothing is left.

        Args:
            name: free text, trimmed; never used as a path.
            content_type: a media type; blank means ``application/octet-stream``.
            data: bytes, an async iterator of bytes, a binary file or an upload; held a piece at a time.
            metadata: JSON values to keep beside it.
            expires_at: when it ends, aware; None: never.
            policy: instead of the policy of the store, for this call.

        Raises:
            AttachmentError: ``blank_name``, ``not_bytes``, ``invalid_type``, ``too_large``, ``type_refused`` or
                ``info_not_serializable``, all permanent; ``cannot_write``.
            ValueError: ``expires_at`` has no time zone.
        """

    async def read(self, attachment_id: str) -> Attachment | None:
        """The whole attachment in memory."""

    async def stream(self, attachment_id: str, *, start: int = 0, stop: int | None = None) -> AttachmentStream | None:
        """The bytes from ``start`` up to, not including, ``stop``, a piece at a time; both are cut to the size.

        Raises:
            AttachmentError: ``invalid_range`` for a negative ``start``, or a ``stop`` before it; permanent.
        """

    async def info(self, attachment_id: str) -> AttachmentInfo | None:
        """The description alone."""

    async def delete(self, attachment_id: str) -> bool:
        """Remove it for good; whether anything was there."""

    async def list(
        self, *, name_prefix: str = "", after: str = "", limit: int | None = None
    ) -> Sequence[AttachmentInfo]:
        """Descriptions in the order of their ids; a damaged one is passed over with a warning in the log.

        Args:
            name_prefix: only names that begin so.
            after: only ids behind this one: the last of the page before.
            limit: at most so many.
        """

    async def reset(self) -> None:
        """Remove every attachment, and nothing that is not one."""


@runtime_checkable
class RetainingStore(AttachmentStore, Protocol):
    """A store that can also keep for a while, take back, and tidy up."""

    async def discard(self, attachment_id: str, *, undo_for: timedelta) -> bool:
        """Put an attachment away: nobody sees it, and until ``undo_for`` is over ``restore`` brings it back."""

    async def restore(self, attachment_id: str) -> bool:
        """Bring back what was discarded; whether that was still possible."""

    async def purge(self, now: datetime | None = None) -> int:
        """Remove what has expired, discarded attachments whose time is over among them; how many."""

    async def sweep(self, older_than: timedelta = timedelta(hours=1)) -> int:
        """Remove data without a description, which a process left that was killed; how many.

        ``older_than`` must exceed the time that the longest upload takes.
        """
