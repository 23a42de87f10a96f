"""Where a database lives: what a URL or a path means."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .errors import InvalidArgumentError

MEMORY = ":memory:"

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_SUPPORTED = (
    "a file path, sqlite:///relative/path, sqlite:////absolute/path, sqlite://:memory: or postgresql://host/name"
)


@dataclass(frozen=True, slots=True)
class Location:
    """A SQLite database: a file, or memory that lasts as long as its connection (``path`` is None)."""

    dialect: ClassVar[str] = "sqlite"

    path: Path | None

    @classmethod
    def parse(cls, url: str | os.PathLike[str], *, root: str | os.PathLike[str] | None = None) -> Location:
        """Read a URL or a path; a relative one starts at ``root`` (default: the working directory at this moment).

        Raises:
            InvalidArgumentError: code ``unsupported_url``; the message names what is supported and never repeats
                anything of the URL beyond its scheme, since a URL may hold a password.
        """
        text = os.fspath(url)
        path = _path_of(text) if isinstance(url, str) else text
        return cls(None) if path == MEMORY else cls(Path(root or "").absolute() / path)

    def exists(self) -> bool:
        """Whether opening it would find a database rather than make one. Memory is always there."""
        return self.path is None or self.path.exists()

    def can_be_made(self) -> bool:
        """Whether this process may make a file there, with the directories that are missing."""
        if self.path is None:
            return True
        nearest = next(parent for parent in self.path.parents if parent.exists())
        return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)

    def __str__(self) -> str:
        return MEMORY if self.path is None else str(self.path)


def _path_of(text: str) -> str:
    url = _SCHEME.fullmatch(text)
    if url is None:
        if not text.strip():
            raise _unsupported("this is neither a path nor a URL", scheme=None)
        return text
    scheme, rest = url[1].lower(), url[2]
    if scheme != "sqlite":
        raise _unsupported(f'databases of scheme "{scheme}" are not supported', scheme=scheme)
    if rest == MEMORY:
        return MEMORY
    if not rest.startswith("/") or rest == "/":
        raise _unsupported(
            "a sqlite URL has three slashes before a relative path and four before an absolute one", scheme
        )
    if "?" in rest or "#" in rest:
        raise _unsupported("a sqlite URL takes no options", scheme)
    return rest[1:]


def _unsupported(fault: str, scheme: str | None) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"cannot open the database: {fault}; give {_SUPPORTED}", code="unsupported_url", details={"scheme": scheme}
    )
