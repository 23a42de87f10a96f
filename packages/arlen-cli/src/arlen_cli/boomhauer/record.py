"""The last failed build, kept in ``.boomhauer/`` of the application until a build succeeds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .failure import BuildFailure

DIRECTORY = ".boomhauer"


class FailureRecord:
    """``last_build_error.log`` for people, ``last_build_error.meta`` with ``key=value`` lines for programs."""

    __slots__ = ("log", "meta")

    def __init__(self, root: Path) -> None:
        self.log = root / DIRECTORY / "last_build_error.log"
        self.meta = root / DIRECTORY / "last_build_error.meta"

    def keep(self, failure: BuildFailure, now: datetime) -> None:
        """Write both files; ``now`` is in UTC."""
        self.log.parent.mkdir(exist_ok=True)
        self.log.write_text(f"{failure.text()}\n\n{failure.output}", "utf-8")
        facts = {
            "stage": failure.stage,
            "command": failure.command,
            "exit_code": failure.exit_code,
            "timestamp_utc": now.isoformat(timespec="seconds"),
        }
        self.meta.write_text("".join(f"{key}={value}\n" for key, value in facts.items()), "utf-8")

    def forget(self) -> bool:
        """Remove both files; tells whether there was a failure to forget."""
        known = self.log.exists()
        self.log.unlink(missing_ok=True)
        self.meta.unlink(missing_ok=True)
        return known
