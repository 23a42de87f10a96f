"""The services of an application in one object, for any framework."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

if TYPE_CHECKING:
    from .attachments.store import AttachmentStore
    from .cache.protocol import Cache
    from .i18n.translator import Translator
    from .jobs.queue import JobQueue
    from .mail.mailer import Mailer

Lifespan: TypeAlias = Callable[[Any], AbstractAsyncContextManager[Any]]

SLOTS = ("jobs", "cache", "i18n", "mail", "attachments")
NOBODYS = "att-" + "0" * 32


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How one adapter answered.

    Attributes:
        ok: whether it did.
        latency_ms: how long it took.
        error: what went wrong, None when nothing did.
    """

    ok: bool
    latency_ms: float
    error: str | None = None


class Services:
    """Jobs, cache, localization, mail and attachments. What you leave out is kept in memory.

    ``async with services:`` opens the adapters that have ``open`` and closes those that have ``close`` in the reverse
    order, every one of them even when closing another fails.
    """

    __slots__ = ("_open", "attachments", "cache", "i18n", "jobs", "mail")

    def __init__(
        self,
        *,
        jobs: JobQueue | None = None,
        cache: Cache | None = None,
        i18n: Translator | None = None,
        mail: Mailer | None = None,
        attachments: AttachmentStore | None = None,
    ) -> None:
        self.jobs = jobs or _memory_jobs()
        self.cache = cache or _memory_cache()
        self.i18n = i18n or _memory_translator()
        self.mail = mail or _memory_mail()
        self.attachments = attachments or _memory_attachments()
        self._open: AsyncExitStack | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            for slot in SLOTS:
                adapter = getattr(self, slot)
                if close := getattr(adapter, "close", None):
                    opening.push_async_callback(close)
                if opens := getattr(adapter, "open", None):
                    await opens()
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            await opened.__aexit__(kind, error, trace)

    def lifespan(self, existing: Lifespan | None = None) -> Lifespan:
        """A lifespan for FastAPI or Starlette that has the services open around an existing one."""

        @asynccontextmanager
        async def lifespan(app: Any) -> AsyncIterator[Any]:
            async with self:
                if existing is None:
                    yield None
                    return
                async with existing(app) as state:
                    yield state

        return lifespan

    def dependency(self) -> Services:
        """For FastAPI: ``services: Annotated[Services, Depends(services.dependency)]``."""
        return self

    async def health(self) -> dict[str, ServiceHealth]:
        """How each adapter answers a small question; one that can only be asked to send is not asked."""
        probes: Mapping[str, Callable[[], Awaitable[object]]] = {
            "jobs": self.jobs.counts,
            "cache": lambda: self.cache.get("arlen.health"),
            "attachments": lambda: self.attachments.info(NOBODYS),
        }
        return {name: await _asked(probe) for name, probe in probes.items()}


async def _asked(probe: Callable[[], Awaitable[object]]) -> ServiceHealth:
    started = time.perf_counter()
    error: str | None = None
    try:
        await probe()
    except Exception as failure:  # noqa: BLE001 - whatever an adapter raises is how it is
        error = f"{type(failure).__name__}: {failure}"
    return ServiceHealth(error is None, round((time.perf_counter() - started) * 1000, 3), error)


def _memory_jobs() -> JobQueue:
    from .jobs.memory import MemoryJobQueue

    return MemoryJobQueue()


def _memory_cache() -> Cache:
    from .cache.memory import MemoryCache

    return MemoryCache()


def _memory_translator() -> Translator:
    from .i18n.memory import MemoryTranslator

    return MemoryTranslator()


def _memory_mail() -> Mailer:
    from .mail.memory import MemoryMailer

    return MemoryMailer()


def _memory_attachments() -> AttachmentStore:
    from .attachments.memory import MemoryAttachments

    return MemoryAttachments()
