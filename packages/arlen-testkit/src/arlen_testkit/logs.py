"""What an application logs while a client calls it, and the failures that it told nobody but its log."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import overload

__all__ = ["LogLine", "Logs"]

FRAMEWORK = "arlen"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log: what happened, how bad it is (``info``, ``warning``, ...), and what was said about it."""

    level: str
    message: str
    fields: Mapping[str, object] = field(default_factory=dict)
    logger: str = "root"
    exception: BaseException | None = None

    @classmethod
    def of(cls, record: logging.LogRecord) -> LogLine:
        exception = record.exc_info[1] if record.exc_info else None
        fields = getattr(record, "fields", {})
        return cls(record.levelname.lower(), record.getMessage(), fields, record.name, exception)

    def __str__(self) -> str:
        said = "".join(f" {name}={value}" for name, value in self.fields.items())
        return f"{self.level} {self.logger}: {self.message}{said}"


class Logs(Sequence[LogLine]):
    """The lines that the application has written, oldest first, from the level INFO on."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: list[LogLine] = []

    @overload
    def __getitem__(self, index: int) -> LogLine: ...

    @overload
    def __getitem__(self, index: slice) -> list[LogLine]: ...

    def __getitem__(self, index: int | slice) -> LogLine | list[LogLine]:
        return self._lines[index]

    def __len__(self) -> int:
        return len(self._lines)

    def __repr__(self) -> str:
        return "\n".join(map(str, self._lines)) or "<nothing was logged>"

    @property
    def messages(self) -> list[str]:
        """The messages alone."""
        return [line.message for line in self._lines]

    def add(self, line: LogLine) -> None:
        self._lines.append(line)

    def clear(self) -> None:
        """Forget what was written so far."""
        self._lines.clear()

    def assert_logged(self, message: str, **fields: object) -> LogLine:
        """A line has this message and at least these fields; the first one of its kind is returned."""
        for line in self._lines:
            if line.message == message and fields.items() <= line.fields.items():
                return line
        wanted = LogLine("any level", message, fields, "any logger")
        raise AssertionError(f"expected a log line\n{wanted}\namong\n{self!r}")

    def assert_not_logged(self, message: str) -> None:
        """No line has this message."""
        if message in self.messages:
            raise AssertionError(f"expected no log line {message!r} among\n{self!r}")


@dataclass(slots=True)
class Overheard:
    """What is logged on behalf of one request, wherever its work is done.

    Attributes:
        kept: whether ``failures`` are kept.
        failures: exceptions that the framework has reported to its log, and made into an answer or swallowed.
    """

    logs: Logs
    kept: bool = False
    failures: list[BaseException] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen to what is done inside the block, and in the tasks and threads that are started there."""
        token = _OVERHEARD.set(self)
        try:
            yield
        finally:
            _OVERHEARD.reset(token)

    def take(self, record: logging.LogRecord) -> None:
        line = LogLine.of(record)
        self.logs.add(line)
        if self.kept and line.exception is not None and line.logger == FRAMEWORK and record.levelno >= logging.ERROR:
            self.failures.append(line.exception)


_OVERHEARD: ContextVar[Overheard | None] = ContextVar("arlen_testkit_overheard", default=None)


class _Recorder(logging.Handler):
    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        overheard = _OVERHEARD.get()
        if overheard is not None and overheard.logs is self._logs:
            overheard.take(record)


@contextmanager
def recording(logs: Logs) -> Iterator[None]:
    """Write down what is logged where :meth:`Overheard.listening` listens."""
    root = logging.getLogger()
    recorder = _Recorder(logs)
    loggers = [(logger, logger.level) for logger in (root, logging.getLogger(FRAMEWORK))]
    root.addHandler(recorder)
    for logger, _ in loggers:
        if logger.getEffectiveLevel() > logging.INFO:
            logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger, level in loggers:
            logger.setLevel(level)
        root.removeHandler(recorder)
