"""The log lines of Arlen: one event, one line, as text or as JSON."""

from __future__ import annotations

import json
import logging
import sys
from functools import lru_cache
from time import gmtime, strftime
from typing import Any

from arlen_http.json import JSONError, dumps

from .settings import ApplicationSettings

_LEVEL_NAMES = {"WARNING": "WARN", "CRITICAL": "ERROR"}
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The fields of one line; timestamp, level and message win over fields of the same name."""
    fields = dict(getattr(record, "fields", {}))
    if record.exc_info and record.exc_info[0] is not None:
        fields["traceback"] = logging.Formatter().formatException(record.exc_info)
    fields["timestamp"] = f"{_second(int(record.created))}.{int(record.msecs):03d}Z"
    fields["level"] = _LEVEL_NAMES.get(record.levelname, record.levelname)
    fields["message"] = record.getMessage()
    return fields


@lru_cache(maxsize=2)
def _second(moment: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(moment))


class JSONLines(logging.Formatter):
    """One JSON object a line; what JSON cannot carry is written as text."""

    def format(self, record: logging.LogRecord) -> str:
        fields = fields_of(record)
        try:
            return dumps(fields).decode()
        except JSONError:
            return json.dumps(fields, default=str, separators=(",", ":"), ensure_ascii=False)


class TextLines(logging.Formatter):
    """``key=value`` pairs sorted by key; a traceback follows on its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        fields = fields_of(record)
        traceback = fields.pop("traceback", None)
        line = " ".join(f"{key}={_quoted(value)}" for key, value in sorted(fields.items()))
        return f"{line}\n{traceback}" if traceback else line


def _quoted(value: Any) -> str:
    text = str(value)
    plain = text.isprintable() and text and not any(mark in text for mark in ' "=')
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())


def write_to_stderr(settings: ApplicationSettings) -> None:
    """Let the logger ``arlen`` and those below it write lines to standard error, as configured.

    Does nothing when the program has set up logging itself.
    """
    logger = logging.getLogger("arlen")
    if logger.hasHandlers():
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONLines() if settings.log_format == "json" else TextLines())
    logger.addHandler(handler)
    logger.setLevel(_LEVELS[settings.log_level or "info"])
    logger.propagate = False
