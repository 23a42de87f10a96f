"""What templates are called."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=512)
def logical_file(name: str) -> str:
    """The file of a logical name below the template directory: ``users/show`` is ``users/show.html``."""
    path = name.replace("\\", "/").removeprefix("./").lstrip("/")
    return path if "." in path.rpartition("/")[2] else f"{path}.html"
