"""Whom a child process runs as, and what that account can reach (POSIX only)."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path
from typing import Any

__all__ = ["identity", "open_to_all", "unprivileged_account"]


def identity(user: str | None) -> dict[str, Any]:
    """The arguments of :class:`subprocess.Popen` that change to an account of the system; none for ``None``."""
    if user is None:
        return {}
    account = pwd.getpwnam(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()}


def unprivileged_account(*preferred: str) -> str | None:
    """For root the name of an account to step down to: the first of ``preferred`` that exists, or ``nobody``.

    For anybody else ``None``: there is no need to change.
    """
    if os.geteuid() != 0:
        return None
    existing = {account.pw_name for account in pwd.getpwall()}
    return next((name for name in preferred if name in existing), "nobody")


def open_to_all(path: Path) -> bool:
    """Whether every account may enter this folder and those on the way to it, symbolic links or not."""
    real = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in {path, *path.parents, real, *real.parents})
