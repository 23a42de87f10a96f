"""What an application configures about its services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """The ``[cache]`` table of an application's configuration."""

    url: str = field(
        default="memory:",
        metadata={
            "env": ("ARLEN_CACHE_URL", "REDIS_URL"),
            "doc": "where entries are kept: memory:, redis://, rediss://, unix:// or postgresql://",
        },
    )
    namespace: str = field(
        default="arlen:cache",
        metadata={
            "env": "ARLEN_CACHE_NAMESPACE",
            "doc": "begins the names of all entries on a shared server",
        },
    )
    timeout: float = field(
        default=2.5,
        metadata={
            "env": "ARLEN_CACHE_TIMEOUT",
            "minimum": 0.001,
            "doc": "seconds that a call to the server takes at most; then it is left alone for 5 seconds",
        },
    )
    on_failure: Literal["miss", "raise"] = field(
        default="miss",
        metadata={
            "env": "ARLEN_CACHE_ON_FAILURE",
            "doc": "what a server that is away is to those who read and store: a miss, or an error",
        },
    )
    near_ttl: float = field(
        default=0.0,
        metadata={
            "env": "ARLEN_CACHE_NEAR_TTL",
            "minimum": 0,
            "doc": "seconds for which a process keeps copies of what it read from Redis; 0: none",
        },
    )
    max_entries: int = field(
        default=10_000,
        metadata={
            "env": "ARLEN_CACHE_MAX_ENTRIES",
            "minimum": 1,
            "doc": "entries that the cache of a process holds; the least recently used makes room",
        },
    )
    default_ttl: float = field(
        default=0.0,
        metadata={
            "env": "ARLEN_CACHE_DEFAULT_TTL",
            "minimum": 0,
            "doc": "seconds until an entry expires where a call names no time; 0: never",
        },
    )


@dataclass(frozen=True, slots=True)
class AttachmentSettings:
    """The ``[attachments]`` table of an application's configuration."""

    url: str = field(
        default="file:storage/attachments",
        metadata={
            "env": "ARLEN_ATTACHMENTS_URL",
            "doc": "where attachments are kept: memory:, file:directory or s3://bucket/prefix?region=",
        },
    )
    max_bytes: int = field(
        default=100 * 1024 * 1024,
        metadata={
            "env": "ARLEN_ATTACHMENTS_MAX_BYTES",
            "minimum": 0,
            "doc": "bytes of the largest attachment; 0: any size",
        },
    )
    allowed_types: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_ATTACHMENTS_ALLOWED_TYPES",
            "doc": 'media types that are accepted, such as "image/*"; none: all',
        },
    )
    mismatch: Literal["accept", "override", "reject"] = field(
        default="override",
        metadata={
            "env": "ARLEN_ATTACHMENTS_MISMATCH",
            "doc": "what happens when the first bytes are of another type than declared",
        },
    )
    secret: str = field(
        default="",
        metadata={
            "env": "ARLEN_ATTACHMENTS_SECRET",
            "secret": True,
            "doc": "signs links to attachments; with it the application serves them below path, without it nowhere",
        },
    )
    path: str = field(
        default="/attachments",
        metadata={"env": "ARLEN_ATTACHMENTS_PATH", "doc": "where signed links lead to"},
    )


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The ``[mail]`` table of an application's configuration."""

    url: str = field(
        default="file:storage/mail",
        metadata={
            "env": "ARLEN_MAIL_URL",
            "secret": True,
            "doc": "where mail goes: memory:, file:<directory>, smtp://<user>:<password>@<host> or smtps://",
        },
    )
    allowed_recipients: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_MAIL_ALLOWED_RECIPIENTS",
            "doc": 'addresses that mail may go to, such as "*@example.org"; none: all',
        },
    )
    redirect_to: str = field(
        default="",
        metadata={
            "env": "ARLEN_MAIL_REDIRECT_TO",
            "doc": "the address to which mail goes that is for others than the allowed ones",
        },
    )
    max_attempts: int = field(
        default=3,
        metadata={
            "env": "ARLEN_MAIL_MAX_ATTEMPTS",
            "minimum": 1,
            "doc": "how often a message is handed over before it has failed",
        },
    )


@dataclass(frozen=True, slots=True)
class JobSettings:
    """The ``[jobs]`` table of an application's configuration."""

    url: str = field(
        default="file:storage/jobs.json",
        metadata={
            "env": "ARLEN_JOBS_URL",
            "secret": True,
            "doc": "where jobs wait: memory:, file:<file>, redis://, rediss://, unix:// or postgresql://",
        },
    )
