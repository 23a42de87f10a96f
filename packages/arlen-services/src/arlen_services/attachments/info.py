"""What is known about an attachment, apart from its bytes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from arlen_services.errors import AttachmentError

DEFAULT_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class AttachmentInfo:
    """The description of a stored attachment.

    Attributes:
        attachment_id: ``att-…``; the store's own name for it, safe in a path and in a URL.
        name: free text, as the person who sent it called it; never a path.
        content_type: a media type without surprises, ``application/octet-stream`` where nobody knew better.
        size_bytes: the length of the data.
        sha256: of the data, 64 hexadecimal digits.
        created_at: when it was saved, in UTC.
        metadata: what the application wants to remember; JSON values.
        expires_at: from then on nobody sees it and ``purge`` removes it; None: it stays.
        discarded_at: when it was put away by ``discard``, from where ``restore`` brings it back.
    """

    attachment_id: str
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    created_at: datetime
    metadata: dict[str, object]
    expires_at: datetime | None = None
    discarded_at: datetime | None = None

    @property
    def etag(self) -> str:
        """A strong entity tag (RFC 9110 section 8.8.3), quotes included."""
        return f'"{self.sha256}"'

    def stored(self, content_type: str, size_bytes: int, sha256: str) -> AttachmentInfo:
        return replace(self, content_type=content_type, size_bytes=size_bytes, sha256=sha256)

    def visible(self, now: datetime) -> bool:
        return self.discarded_at is None and not self.expired(now)

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def to_dict(self) -> dict[str, object]:
        """The same facts for JSON; moments are seconds since the epoch."""
        return {
            "attachment_id": self.attachment_id,
            "name": self.name,
            "content_type": self.content_type,
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
            "created_at": self.created_at.timestamp(),
            "metadata": json.loads(json.dumps(self.metadata)),
            "expires_at": _seconds(self.expires_at),
            "discarded_at": _seconds(self.discarded_at),
        }

    def to_json(self) -> bytes:
        """What a store keeps.

        Raises:
            AttachmentError: ``info_not_serializable``; permanent.
        """
        try:
            return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise AttachmentError(
                f"the metadata of {self.name!r} cannot be kept as JSON ({error}); use strings, numbers, booleans, "
                "None, lists and dictionaries",
                code="info_not_serializable",
                permanent=True,
            ) from error

    @classmethod
    def from_json(cls, attachment_id: str, stored: bytes) -> AttachmentInfo:
        """
        Raises:
            AttachmentError: ``malformed_info``; permanent.
        """
        try:
            return cls._from_dict(json.loads(stored), attachment_id)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise AttachmentError(
                f"the description of {attachment_id} is damaged: {error!r}; restore it from a backup or delete the "
                "attachment",
                code="malformed_info",
                details={"attachment_id": attachment_id},
                permanent=True,
            ) from error

    @classmethod
    def _from_dict(cls, facts: Mapping[str, object], attachment_id: str) -> AttachmentInfo:
        if facts["attachment_id"] != attachment_id:
            raise ValueError(f"it describes {facts['attachment_id']!r}")
        return cls(
            attachment_id=attachment_id,
            name=_text(facts["name"]),
            content_type=_text(facts["content_type"]),
            size_bytes=_whole(facts["size_bytes"]),
            sha256=_text(facts["sha256"]),
            created_at=_moment(facts["created_at"]),
            metadata=_mapping(facts["metadata"]),
            expires_at=_moment_or_none(facts.get("expires_at")),
            discarded_at=_moment_or_none(facts.get("discarded_at")),
        )

    def discarded(self, now: datetime, until: datetime) -> AttachmentInfo:
        soonest = min(until, self.expires_at) if self.expires_at else until
        metadata = {**self.metadata, _KEPT_EXPIRY: _seconds(self.expires_at)}
        return replace(self, discarded_at=now, expires_at=soonest, metadata=metadata)

    def restored(self) -> AttachmentInfo:
        metadata = dict(self.metadata)
        expires_at = _moment_or_none(metadata.pop(_KEPT_EXPIRY, None))
        return replace(self, discarded_at=None, expires_at=expires_at, metadata=metadata)


_KEPT_EXPIRY = "arlen.expires_at"


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment that was read as a whole."""

    info: AttachmentInfo
    data: bytes


@dataclass(frozen=True, slots=True)
class AttachmentStream:
    """An attachment, or a part of it, that is read piece by piece.

    Attributes:
        info: of the whole attachment.
        start: the first byte, counted from 0.
        stop: the byte after the last one; ``stop - start`` bytes come.
        chunks: the data. Nothing is opened before the first piece is asked for, and leaving early closes it.
    """

    info: AttachmentInfo
    start: int
    stop: int
    chunks: AsyncIterator[bytes]


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _moment_or_none(value: object) -> datetime | None:
    return None if value is None else _moment(value)


def _moment(value: object) -> datetime:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number of seconds")
    return datetime.fromtimestamp(value, UTC)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError(f"{value!r} is not a size")
    return value


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not a mapping")
    return value
