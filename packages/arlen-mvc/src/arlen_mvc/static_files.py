"""Directories of files under a prefix."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from arlen_http import Response

from .context import Context
from .errors import ApplicationError, HTTPError, Mistake
from .routes import normal_prefix
from .settings import ApplicationSettings

PUBLIC = Path("public")


@dataclass(frozen=True, slots=True)
class StaticMount:
    """One directory whose files are served below ``prefix``; ``extensions`` are without dots."""

    prefix: str
    directory: Path
    extensions: tuple[str, ...]

    @property
    def action(self) -> Callable[[Context], Response]:
        """Answers with the file; what is not to be served is refused like a path without a route."""
        from arlen_http.static import StaticFiles

        handle = StaticFiles(self.directory, allow_extensions=self.extensions).handle

        def answer(ctx: Context) -> Response:
            response = handle(ctx.request)
            if response.status in (404, 405):
                raise HTTPError(response.status, headers=dict(response.headers))
            return response

        return answer


class StaticMounts:
    """The static directories that an application declared, in the order of registration."""

    __slots__ = ("_declared",)

    def __init__(self) -> None:
        self._declared: dict[str, tuple[Path, Sequence[str]]] = {}

    def add(self, prefix: str, directory: str | os.PathLike[str], extensions: Sequence[str]) -> None:
        """Raises ApplicationError ``mount_refused`` when the prefix is empty or taken."""
        path = normal_prefix(prefix)
        if path == "/" or path in self._declared:
            problem = "a static mount needs a path such as /static" if path == "/" else "files are served there already"
            raise ApplicationError(f"cannot serve {directory} at {prefix!r}: {problem}", code="mount_refused")
        self._declared[path] = (Path(directory), extensions)

    def resolve(self, root: Path, settings: ApplicationSettings) -> list[StaticMount]:
        """The declared and the configured mounts, and ``public/`` at ``/static`` where that is wanted and free."""
        wanted = dict(self._declared)
        for each in settings.static_mounts:
            wanted.setdefault(normal_prefix(each.prefix), (Path(each.directory), each.allow_extensions))
        if settings.serve_static and (root / PUBLIC).is_dir():
            wanted.setdefault("/static", (PUBLIC, ()))
        return [
            StaticMount(prefix, root / directory, tuple(extensions or settings.static_allow_extensions))
            for prefix, (directory, extensions) in wanted.items()
        ]


def find_mistakes(mounts: Sequence[StaticMount]) -> Iterator[Mistake]:
    """Directories that do not exist."""
    for mount in mounts:
        if not mount.directory.is_dir():
            yield Mistake(f"static mount {mount.prefix}", f"there is no directory {mount.directory}", "create it")
