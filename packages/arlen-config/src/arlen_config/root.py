"""The directory that holds an application and its configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def application_root(default: str | os.PathLike[str] = ".", env: Mapping[str, str] | None = None) -> Path:
    """The absolute application root: ``ARLEN_APP_ROOT`` where it is set, else ``default``.

    Relative paths start at the working directory. ``env`` is the process environment when None.
    """
    variables = os.environ if env is None else env
    return Path(variables.get("ARLEN_APP_ROOT") or default).absolute()
