"""From an exception to a :class:`BuildFailure`: the stage that failed, and the line of the application it is about."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from .failure import MAX_OUTPUT, BuildFailure, Place, Stage, snippet

MAX_MESSAGE = 4_000
MAX_WARNINGS = 100

#: Packages whose errors know the file and line that they are about.
_LOCATING_PACKAGES = frozenset({"arlen_cli", "arlen_config", "arlen_mvc", "jinja2"})

_WRITTEN_PLACE = re.compile(r"(?:^|\()(?P<file>[^()]+):(?P<line>\d+)\)?$")

_STAGES = {
    "ArlenCLIError": Stage.APP_DISCOVERY,
    "ArlenConfigError": Stage.CONFIG,
    "TemplateError": Stage.TEMPLATE_COMPILE,
}


def diagnose(error: BaseException, stage: Stage, root: Path, warnings: Sequence[str] = ()) -> BuildFailure:
    """Tell what failed, and where.

    Args:
        stage: the step that was under way; a configuration or template error names its own stage.
        root: the application root; only files below it are the application's.
        warnings: what was noticed on the way.
    """
    place = next(filter(None, (_place_of(each, root) for each in _chain(error))), None)
    return BuildFailure(
        stage=next(filter(None, map(_stage_of, _chain(error))), stage),
        message=_message(error)[:MAX_MESSAGE],
        output=_output(error, root)[:MAX_OUTPUT],
        place=place,
        snippet=_snippet_at(place),
        warnings=tuple(warnings[:MAX_WARNINGS]),
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__


def _stage_of(error: BaseException) -> Stage | None:
    names = {kind.__name__ for kind in type(error).__mro__ if _is_located(kind)}
    return next((stage for name, stage in _STAGES.items() if name in names), None)


def _is_located(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in _LOCATING_PACKAGES


def _message(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _place_of(error: BaseException, root: Path) -> Place | None:
    """The place that the error itself names, else the deepest frame inside the application."""
    return _named_place(error, root) or _deepest_frame(error, root)


def _named_place(error: BaseException, root: Path) -> Place | None:
    if isinstance(error, SyntaxError):
        ours = error.filename is not None and _is_ours(error.filename, root)
        return Place(str(error.filename), error.lineno, error.offset) if ours else None
    if not _is_located(type(error)):
        return None
    if mistakes := getattr(error, "mistakes", ()):
        return _written_place(mistakes[0].place)
    file = getattr(error, "path", None) or getattr(error, "filename", None)
    line = getattr(error, "line", None) or getattr(error, "lineno", None)
    return Place(str(root / file), line, getattr(error, "column", None)) if file else None


def _written_place(text: str) -> Place | None:
    """The file and line in the words of a mistake: ``GET /users -> show (/srv/shop/users.py:12)``."""
    written = _WRITTEN_PLACE.search(text)
    return Place(written["file"], int(written["line"])) if written else None


def _deepest_frame(error: BaseException, root: Path) -> Place | None:
    stack = traceback.TracebackException.from_exception(error).stack
    ours = [frame for frame in stack if _is_ours(frame.filename, root)]
    if not ours:
        return None
    frame = ours[-1]
    return Place(frame.filename, frame.lineno, None if frame.colno is None else frame.colno + 1)


def _is_ours(filename: str, root: Path) -> bool:
    path = Path(filename)
    if not path.is_relative_to(root):
        return False
    inside = path.relative_to(root).parts
    return "site-packages" not in inside and not any(part.startswith(".") for part in inside)


def _output(error: BaseException, root: Path) -> str:
    """The traceback from the first frame of the application on; the frames of the server above it tell nothing."""
    report = traceback.TracebackException.from_exception(error)
    ours = [number for number, frame in enumerate(report.stack) if _is_ours(frame.filename, root)]
    relevant = report.stack[ours[0] :] if ours else []
    report.stack = traceback.StackSummary.from_list([f for f in relevant if not f.filename.startswith("<frozen")])
    return "".join(report.format())


def _snippet_at(place: Place | None) -> str:
    if place is None or place.line is None:
        return ""
    try:
        source = Path(place.file).read_text("utf-8", errors="replace")
    except OSError:
        return ""
    return snippet(source, place.line)
