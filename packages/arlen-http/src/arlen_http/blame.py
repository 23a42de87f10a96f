"""An exception of somebody's application in one line: what, and where in their code."""

from __future__ import annotations

import traceback
from pathlib import Path

__all__ = ["in_one_line"]

_INSTALLED = Path(__file__).parents[1]


def in_one_line(error: BaseException) -> str:
    """The message of an error that has a ``code``, as the family's have; else also its type, its file and its line.

    The place is the innermost one in code below the working directory, or the innermost at all.
    """
    if isinstance(getattr(error, "code", None), str):
        return str(error)
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{_shown(error.filename or '?')}:{error.lineno}: {kind}: {error.msg}"
    said = f"{kind}: {error}" if str(error) else kind
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_own(Path(frame.filename))]
    for frame in (own or frames)[-1:]:
        said = f"{_shown(frame.filename)}:{frame.lineno}: {said}"
    return said


def _is_own(file: Path) -> bool:
    return file.is_relative_to(Path.cwd()) and not file.is_relative_to(_INSTALLED)


def _shown(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else filename
