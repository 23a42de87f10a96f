"""Directories of files under a prefix."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from arlen_http import Response

from arlen_mvc.context import Context
from arlen_mvc.errors import ApplicationError, HTTPError, Mistake
from arlen_mvc.routes import normal_prefix
from arlen_mvc.settings import ApplicationSettings, StaticMountSettings

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class StaticMount:
    """One directory whose files are served below ``prefix``.

    Attributes:
        directory: absolute.
        settings: how they are served; its own prefix and directory are not looked at.
    """

    prefix: str
    directory: Path
    settings: StaticMountSettings

    @property
    def action(self) -> Callable[[Context], Response]:
        """Answers with the file; what is not to be served is refused like a path without a route."""
        from arlen_http.static import HASHED_NAMES, StaticFiles

        settings = self.settings
        handle = StaticFiles(
            self.directory,
            allow_extensions=settings.allow_extensions,
            cache_control=settings.cache_control or None,
            immutable=HASHED_NAMES if settings.immutable == "hashed" else settings.immutable or None,
            media_types=settings.media_types,
            fallback=settings.fallback or None,
        ).handle

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
        self._declared: dict[str, StaticMountSettings] = {}

    def add(self, prefix: str, directory: str | os.PathLike[str], extensions: Sequence[str]) -> None:
        """Raises ApplicationError ``mount_refused`` when the prefix is empty or taken."""
        path = normal_prefix(prefix)
        if path == "/" or path in self._declared:
            problem = "a static mount needs a path such as /static" if path == "/" else "files are served there already"
            raise ApplicationError(f"cannot serve {directory} at {prefix!r}: {problem}", code="mount_refused")
        self._declared[path] = StaticMountSettings(path, os.fspath(directory), tuple(extensions))

    def resolve(self, root: Path, settings: ApplicationSettings) -> list[StaticMount]:
        """The declared and the configured mounts, and ``public/`` at ``/static`` where that is wanted and free."""
        wanted = dict(self._declared)
        for each in settings.static_mounts:
            wanted.setdefault(normal_prefix(each.prefix), each)
        if settings.serve_static and (root / PUBLIC).is_dir():
            wanted.setdefault("/static", StaticMountSettings("/static", PUBLIC))
        usual = settings.static_allow_extensions
        return [
            StaticMount(
                prefix, root / mount.directory, replace(mount, allow_extensions=mount.allow_extensions or usual)
            )
            for prefix, mount in wanted.items()
        ]


def find_mistakes(mounts: Sequence[StaticMount]) -> Iterator[Mistake]:
    """Directories that do not exist, and patterns that are none."""
    for mount in mounts:
        try:
            re.compile(mount.settings.immutable)
        except re.error as error:
            yield Mistake(f"static mount {mount.prefix}", f"immutable is no regular expression: {error}", "correct it")
        if not mount.directory.is_dir():
            yield Mistake(f"static mount {mount.prefix}", f"there is no directory {mount.directory}", "create it")
