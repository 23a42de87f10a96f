"""How a log record is written."""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from time import gmtime, strftime
from typing import Any

from arlen_http.json import JSONError, dumps

from .redaction import Redaction
from .request_fields import request_fields

_LEVEL_NAMES = {"WARNING": "WARN", "CRITICAL": "ERROR"}
_NOTHING_MORE = Redaction()


def fields_of(record: logging.LogRecord, redaction: Redaction = _NOTHING_MORE) -> dict[str, Any]:
    """The fields of one line: those of the request, then the record's own; timestamp, level and message win."""
    fields = redaction.of(getattr(record, "fields", {}))
    if "trace_id" not in fields:
        fields = request_fields() | fields
    if record.exc_info and record.exc_info[0] is not None:
        fields["traceback"] = redaction.text(logging.Formatter().formatException(record.exc_info))
    if record.name != "arlen":
        fields.setdefault("logger", record.name)
    fields["timestamp"] = f"{_second(int(record.created))}.{int(record.msecs):03d}Z"
    fields["level"] = _LEVEL_NAMES.get(record.levelname, record.levelname)
    fields["message"] = redaction.text(record.getMessage())
    return fields


@lru_cache(maxsize=2)
def _second(moment: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(moment))


class JSONLines(logging.Formatter):
    """One JSON object a line; what JSON cannot carry is written as text."""

    def __init__(self, redaction: Redaction = _NOTHING_MORE) -> None:
        super().__init__()
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        fields = fields_of(record, self._redaction)
        try:
            return dumps(fields).decode()
        except JSONError:
            return json.dumps(fields, default=str, separators=(",", ":"), ensure_ascii=False)


class TextLines(logging.Formatter):
    """``key=value`` pairs sorted by key; the lines of a traceback follow, each behind a bar, so that none of them can
    pass for an event."""

    def __init__(self, redaction: Redaction = _NOTHING_MORE) -> None:
        super().__init__()
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        fields = fields_of(record, self._redaction)
        traceback = fields.pop("traceback", None)
        line = " ".join(f"{_key(key)}={_quoted(value)}" for key, value in sorted(fields.items()))
        return "\n  | ".join([line, *(traceback or "").splitlines()])


def _key(key: str) -> str:
    return key if key.isidentifier() else _quoted(key)


def _quoted(value: Any) -> str:
    text = str(value)
    plain = text.isprintable() and text and not any(mark in text for mark in ' "=')
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())
