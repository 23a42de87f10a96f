"""The ``[jobs]`` table, as a ``JobQueue``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, unquote

from arlen_mvc import Application
from arlen_services import JobQueue, JobSettings, open_jobs

from .deferred import Deferred, deferred
from .opening import address_of, scheme_of, warn_of_memory

TABLE = "jobs"
SHARED = "cross_node_jobs_deduplication"
NOBODYS = "job-0"


def claim(app: Application) -> JobSettings:
    return app.section(TABLE, JobSettings)


def wire(app: Application) -> None:
    """Provide the queue; the default is the file ``storage/jobs.json`` below the root, made by its first use.

    The queue of an application runs nothing: a worker does.
    """
    app.provide(JobQueue, _opened)

    @app.health_check(TABLE, critical=False)
    async def answers() -> dict[str, object]:
        queue: JobQueue = app.resource(JobQueue)  # type: ignore[type-abstract]
        if isinstance(queue, Deferred) and not queue.made:
            return {"adapter": queue.name, "state": "opened on first use"}
        await queue.get(NOBODYS)
        return {"adapter": queue.name}


async def _opened(app: Application) -> AsyncIterator[JobQueue]:
    """The queue at its address; a server is asked by the first call, so that its absence does not refuse the start."""
    settings = claim(app)
    with address_of(app, TABLE):
        queue = _queue(settings, app.root)
    warn_of_memory(app, TABLE, settings.url, "file:, redis: or postgresql:")
    if "multi_host" in queue.capabilities:
        app.capabilities.share(SHARED)
    try:
        yield queue
    finally:
        await queue.close()


def _queue(settings: JobSettings, root: Path) -> JobQueue:
    url = _below(root, settings.url) if scheme_of(settings.url) == "file" else settings.url
    if settings.url == JobSettings().url:
        return deferred(JobQueue, lambda: open_jobs(url), name="file_jobs", capabilities=FILE_CAPABILITIES)  # type: ignore[type-abstract]
    return open_jobs(url)


def _below(root: Path, url: str) -> str:
    """The address of a file; a relative one is below the root of the application."""
    path = unquote(url.partition(":")[2].removeprefix("//"))
    return f"file:{quote(str(root / Path(path).expanduser()))}" if path.strip() else url


FILE_CAPABILITIES = frozenset({"limits", "marks", "multi_process", "progress", "results"})
"""Those of ``FileJobQueue``, told before there is a file."""
