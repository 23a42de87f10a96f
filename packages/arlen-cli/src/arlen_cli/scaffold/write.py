"""Planned files onto the disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from arlen_cli.errors import Fixit

from .errors import ScaffoldError
from .plan import ScaffoldFile


def write(root: Path, planned: Iterable[ScaffoldFile]) -> None:
    """Write the files below ``root``, over those that exist; files that are not planned are left alone.

    Raises:
        ScaffoldError: ``scaffold_failed`` when a file cannot be written.
    """
    try:
        for file in planned:
            path = root / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.content, "utf-8", newline="\n")
    except OSError as error:
        raise ScaffoldError(
            f"cannot write {error.filename}: {error.strerror}",
            code="scaffold_failed",
            details={"file": str(error.filename)},
            fixit=Fixit("Choose a name whose directory can be written.", f"arlen new {root.name}App"),
        ) from error


def refuse_conflicts(root: Path, planned: Iterable[ScaffoldFile]) -> None:
    """Make sure that nothing would be overwritten.

    Raises:
        ScaffoldError: ``scaffold_failed`` with every planned file that exists.
    """
    existing = [str(root / file.path) for file in planned if (root / file.path).exists()]
    if existing:
        raise ScaffoldError(
            f"{existing[0]} exists already" + (f", and {len(existing) - 1} more" if len(existing) > 1 else ""),
            code="scaffold_failed",
            details={"existing": existing},
            fixit=Fixit("Choose another name, or overwrite the scaffold files.", f"arlen new {root.name} --force"),
        )
