"""Files inside an installed package, found without importing it."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def files_of(package: str, pattern: str) -> list[Path]:
    """The paths that match a glob pattern below a package's folder; none when the package is not installed."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return [path for folder in folders or () for path in sorted(Path(folder).glob(pattern))]
