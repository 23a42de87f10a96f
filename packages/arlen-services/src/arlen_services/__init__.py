"""Application services behind small protocols: cache, jobs, mail, attachments and localization.

Importing this package imports none of its extras; what needs one is imported when its name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import (
    ArlenServicesError,
    AttachmentError,
    CacheError,
    JobError,
    LocalizationError,
    MailError,
    MissingDependencyError,
    RetriesExhausted,
)
from .settings import AttachmentSettings, CacheSettings, JobSettings, MailSettings

if TYPE_CHECKING:
    from .attachments.store import AttachmentStore
    from .cache.cached import CachedFunction, cached
    from .cache.encoding import Encoding, JsonEncoding, SignedPickle
    from .cache.lock import Lock
    from .cache.memory import MemoryCache
    from .cache.opening import open_cache
    from .cache.postgres import PostgresCache as PostgresCache
    from .cache.protocol import Cache
    from .cache.redis import RedisCache as RedisCache
    from .cache.statistics import CacheStatistics
    from .cache.store import CacheStore
    from .cache.store_cache import StoreCache
    from .container import ServiceHealth, Services
    from .i18n.memory import MemoryTranslator
    from .i18n.translator import Translator
    from .jobs.context import JobContext
    from .jobs.file import FileJobQueue
    from .jobs.memory import MemoryJobQueue
    from .jobs.opening import open_jobs
    from .jobs.queue import JobQueue
    from .jobs.tasks import Tasks
    from .jobs.worker import Worker
    from .mail.file import FileMailer
    from .mail.later import deliver_later, mail_task
    from .mail.mailer import Mailer
    from .mail.memory import MemoryMailer
    from .mail.message import MailMessage
    from .mail.opening import open_mailer
    from .mail.part import MailAttachment
    from .mail.smtp import SmtpMailer as SmtpMailer
    from .mail.smtp_settings import SmtpSettings
    from .resilience.circuit_breaker import CircuitBreaker
    from .resilience.policy import Jitter, RetryPolicy
    from .resilience.wrappers import with_bulkhead, with_circuit_breaker, with_fallback, with_retry, with_timeout

__version__ = "0.1.0"

# `PostgresCache`, `RedisCache` and `SmtpMailer` need an extra: they are there by name, and not for ``import *``.
__all__ = [
    "ArlenServicesError",
    "AttachmentError",
    "AttachmentSettings",
    "AttachmentStore",
    "Cache",
    "CacheError",
    "CacheSettings",
    "CacheStatistics",
    "CacheStore",
    "CachedFunction",
    "CircuitBreaker",
    "Encoding",
    "FileJobQueue",
    "FileMailer",
    "Jitter",
    "JobContext",
    "JobError",
    "JobQueue",
    "JobSettings",
    "JsonEncoding",
    "LocalizationError",
    "Lock",
    "MailAttachment",
    "MailError",
    "MailMessage",
    "MailSettings",
    "Mailer",
    "MemoryCache",
    "MemoryJobQueue",
    "MemoryMailer",
    "MemoryTranslator",
    "MissingDependencyError",
    "RetriesExhausted",
    "RetryPolicy",
    "ServiceHealth",
    "Services",
    "SignedPickle",
    "SmtpSettings",
    "StoreCache",
    "Tasks",
    "Translator",
    "Worker",
    "cached",
    "deliver_later",
    "mail_task",
    "open_cache",
    "open_jobs",
    "open_mailer",
    "with_bulkhead",
    "with_circuit_breaker",
    "with_fallback",
    "with_retry",
    "with_timeout",
]

_HOMES = {
    "jobs.context": ("JobContext",),
    "jobs.file": ("FileJobQueue",),
    "jobs.memory": ("MemoryJobQueue",),
    "jobs.opening": ("open_jobs",),
    "jobs.queue": ("JobQueue",),
    "jobs.tasks": ("Tasks",),
    "jobs.worker": ("Worker",),
    "attachments.store": ("AttachmentStore",),
    "cache.cached": ("CachedFunction", "cached"),
    "cache.encoding": ("Encoding", "JsonEncoding", "SignedPickle"),
    "cache.lock": ("Lock",),
    "cache.memory": ("MemoryCache",),
    "cache.opening": ("open_cache",),
    "cache.postgres": ("PostgresCache",),
    "cache.protocol": ("Cache",),
    "cache.redis": ("RedisCache",),
    "cache.statistics": ("CacheStatistics",),
    "cache.store": ("CacheStore",),
    "cache.store_cache": ("StoreCache",),
    "container": ("ServiceHealth", "Services"),
    "i18n.memory": ("MemoryTranslator",),
    "i18n.translator": ("Translator",),
    "mail.file": ("FileMailer",),
    "mail.later": ("deliver_later", "mail_task"),
    "mail.mailer": ("Mailer",),
    "mail.memory": ("MemoryMailer",),
    "mail.message": ("MailMessage",),
    "mail.opening": ("open_mailer",),
    "mail.part": ("MailAttachment",),
    "mail.smtp": ("SmtpMailer",),
    "mail.smtp_settings": ("SmtpSettings",),
    "resilience.circuit_breaker": ("CircuitBreaker",),
    "resilience.policy": ("Jitter", "RetryPolicy"),
    "resilience.wrappers": ("with_bulkhead", "with_circuit_breaker", "with_fallback", "with_retry", "with_timeout"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # a module with __getattr__ would hide misspelt names from type checkers

    def __getattr__(name: str) -> object:
        home = _HOME_OF.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f".{home}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOME_OF})
