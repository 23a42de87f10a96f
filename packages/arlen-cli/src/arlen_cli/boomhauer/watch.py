"""Changes of an application's files, as the operating system reports them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from .changes import PRODUCED, Consequence, consequence_of

#: Reports that follow each other this closely belong to one save.
STEP_MS = 30
DEBOUNCE_MS = 400


async def watch(root: Path, tell: Callable[[frozenset[Path]], None]) -> None:
    """Call ``tell`` with each set of changed files that means something, until cancelled.

    Directories that appear at the top of the root are watched from then on. Where the operating system reports no
    changes (some network and container file systems), ``WATCHFILES_FORCE_POLLING=1`` makes it look for them.
    """
    from watchfiles import awatch

    while True:
        directories = watched_directories(root)
        outdated = asyncio.Event()

        async def follow(*paths: Path, recursive: bool, known: frozenset[Path], stop: asyncio.Event) -> None:
            watcher = awatch(
                *paths,
                watch_filter=None,
                step=STEP_MS,
                debounce=DEBOUNCE_MS,
                stop_event=stop,
                recursive=recursive,
            )
            async for report in watcher:
                changed = frozenset(Path(path) for _, path in report)
                if consequence_of(changed, root) > Consequence.NOTHING:
                    tell(changed)
                if watched_directories(root) != known:
                    stop.set()

        async with asyncio.TaskGroup() as group:
            group.create_task(follow(root, recursive=False, known=directories, stop=outdated))
            if directories:
                group.create_task(follow(*directories, recursive=True, known=directories, stop=outdated))


def watched_directories(root: Path) -> frozenset[Path]:
    """The directories below the root that hold the application: not hidden, not produced, no virtual environment."""
    return frozenset(
        entry
        for entry in root.iterdir()
        if entry.is_dir()
        and not entry.name.startswith((".", "__"))
        and entry.name not in PRODUCED
        and not (entry / "pyvenv.cfg").exists()
    )
