"""A traceback as data: frames with their source lines and local variables."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from .masking import describe

_CONTEXT_LINES = 5
_MOST_LOCALS = 40


@dataclass(frozen=True, slots=True)
class SourceLine:
    number: int
    text: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """One call of a stack. ``own`` tells the application's code from that of libraries."""

    file: str
    line: int
    function: str
    own: bool
    source: tuple[SourceLine, ...]
    locals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception of a chain, with its frames from the outermost call to the place where it was raised."""

    kind: str
    message: str
    frames: tuple[Frame, ...]

    @property
    def place(self) -> Frame | None:
        """The innermost frame of the application, else the innermost of all."""
        own = tuple(frame for frame in self.frames if frame.own) or self.frames
        return own[-1] if own else None


def template_place(path: str, line: int) -> Frame:
    """A line of a template as a frame, with the lines around it."""
    return Frame(path, line, "template", True, _source(path, line), ())


def raised_chain(error: BaseException, root: Path) -> list[Raised]:
    """The exception, then what caused it, and so on to the first one."""
    return [Raised(type(each).__qualname__, str(each), tuple(_frames(each, root))) for each in _with_causes(error)]


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _frames(error: BaseException, root: Path) -> Iterator[Frame]:
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        file = code.co_filename
        own = file.startswith(str(root)) and "site-packages" not in file
        source, variables = _source(file, traceback.tb_lineno), _locals(traceback.tb_frame)
        yield Frame(file, traceback.tb_lineno, code.co_qualname, own, source, variables)
        traceback = traceback.tb_next


def _source(file: str, line: int) -> tuple[SourceLine, ...]:
    linecache.checkcache(file)
    lines = linecache.getlines(file)
    first = max(1, line - _CONTEXT_LINES)
    shown = enumerate(lines[first - 1 : line + _CONTEXT_LINES], first)
    return tuple(SourceLine(number, text.rstrip("\n"), number == line) for number, text in shown)


def _locals(frame: FrameType) -> tuple[tuple[str, str], ...]:
    named = [(name, value) for name, value in frame.f_locals.items() if not name.startswith("__")]
    return tuple((name, describe(name, value)) for name, value in named[:_MOST_LOCALS])
