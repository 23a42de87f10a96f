"""A logger whose lines have fields."""

from __future__ import annotations

import logging

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


class Logger:
    """``Logger("shop").info("order placed", order=7)``: a message and fields, through ``logging``.

    ``name`` is that of the ``logging`` logger. ``app.logger`` is one.
    """

    __slots__ = ("_logger",)

    def __init__(self, name: str = "arlen.app") -> None:
        self._logger = logging.getLogger(name)

    def debug(self, message: str, /, **fields: object) -> None:
        """For developers."""
        self._log(logging.DEBUG, message, fields)

    def info(self, message: str, /, **fields: object) -> None:
        """What happened."""
        self._log(logging.INFO, message, fields)

    def warn(self, message: str, /, **fields: object) -> None:
        """What somebody should look at."""
        self._log(logging.WARNING, message, fields)

    warning = warn

    def error(self, message: str, /, **fields: object) -> None:
        """What failed."""
        self._log(logging.ERROR, message, fields)

    def exception(self, message: str, /, **fields: object) -> None:
        """What failed, with the exception that is being handled."""
        self._logger.error(message, exc_info=True, extra={"fields": fields}, stacklevel=2)

    def should_log(self, level: str) -> bool:
        """Whether lines of this level (``debug``, ``info``, ``warn`` or ``warning``, ``error``) are written."""
        return self._logger.isEnabledFor(LEVELS[level])

    @property
    def minimum_level(self) -> str:
        """The lowest level that is written."""
        return next((level for level, number in LEVELS.items() if self._logger.isEnabledFor(number)), "error")

    def _log(self, level: int, message: str, fields: dict[str, object]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, message, extra={"fields": fields}, stacklevel=3)
