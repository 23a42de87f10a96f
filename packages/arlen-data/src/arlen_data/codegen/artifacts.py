"""Artifacts: the files that a run of the generator writes, all of them or none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from arlen_data.errors import ArlenDataError


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file and its text.

    Attributes:
        kept: whether one that is there already is left as it is.
    """

    path: Path
    text: str
    kept: bool = False

    @property
    def current(self) -> bool:
        """Whether the file is there and needs no change."""
        if not self.path.exists():
            return False
        return self.kept or self.path.read_bytes() == self.text.encode()


def drifted(artifacts: Iterable[Artifact]) -> list[Path]:
    """The files that are missing or say something else."""
    return [artifact.path for artifact in artifacts if not artifact.current]


def write(artifacts: Sequence[Artifact], *, replacing: bool, error: type[ArlenDataError]) -> None:
    """Write the files that are not current; each is replaced in one step.

    Args:
        replacing: whether files that are there may be replaced.
        error: what is raised with the code ``file_exists`` if not, before anything is written.
    """
    for artifact in artifacts:
        if not replacing and not artifact.kept and artifact.path.exists():
            raise error(
                f"File exists: {artifact.path}; --force replaces it",
                code="file_exists",
                details={"path": str(artifact.path)},
            )
    for artifact in artifacts:
        if not artifact.current:
            _replace(artifact)


def _replace(artifact: Artifact) -> None:
    artifact.path.parent.mkdir(parents=True, exist_ok=True)
    draft = artifact.path.with_name(f".{artifact.path.name}.{os.getpid()}")
    try:
        draft.write_text(artifact.text, encoding="utf-8", newline="\n")
        os.replace(draft, artifact.path)
    finally:
        draft.unlink(missing_ok=True)
