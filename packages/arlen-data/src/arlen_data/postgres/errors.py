"""What PostgreSQL says when it refuses, in the words of this package."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from arlen_data.errors import (
    ArlenDataError,
    ConnectionFailed,
    IntegrityError,
    InvalidArgumentError,
    LockNotAvailable,
    QueryFailed,
    QueryTimeout,
)

FIELDS: Mapping[str, str] = {
    "sqlstate": "sqlstate",
    "message_detail": "server_detail",
    "message_hint": "server_hint",
    "statement_position": "server_position",
    "context": "server_where",
    "schema_name": "server_schema",
    "table_name": "server_table",
    "column_name": "server_column",
    "datatype_name": "server_datatype",
    "constraint_name": "server_constraint",
    "severity_nonlocalized": "server_severity",
}
"""Fields of the server's answer and what they are called here."""

_Kind = tuple[Callable[..., ArlenDataError], str]

_BY_STATE: Mapping[str, _Kind] = {
    "08P01": (InvalidArgumentError, "invalid_parameters"),
    "23502": (IntegrityError, "not_null_violation"),
    "23503": (IntegrityError, "foreign_key_violation"),
    "23505": (IntegrityError, "unique_violation"),
    "23514": (IntegrityError, "check_violation"),
    "23P01": (IntegrityError, "exclusion_violation"),
    "25006": (QueryFailed, "read_only"),
    "25P03": (ConnectionFailed, "connection_lost"),
    "40001": (QueryFailed, "serialization_failure"),
    "40P01": (QueryFailed, "deadlock_detected"),
    "42601": (QueryFailed, "syntax_error"),
    "42703": (QueryFailed, "undefined_column"),
    "42P01": (QueryFailed, "undefined_table"),
    "42P18": (InvalidArgumentError, "invalid_parameters"),
    "42P02": (InvalidArgumentError, "invalid_parameters"),
    "55P03": (LockNotAvailable, "lock_not_available"),
    "57014": (QueryFailed, "interrupted"),
    "57P01": (ConnectionFailed, "connection_lost"),
    "57P02": (ConnectionFailed, "connection_lost"),
    "57P03": (ConnectionFailed, "cannot_open"),
    "57P05": (ConnectionFailed, "connection_lost"),
}
_BY_CLASS: Mapping[str, _Kind] = {
    "08": (ConnectionFailed, "connection_lost"),
    "22": (QueryFailed, "data_error"),
    "23": (IntegrityError, "integrity_violation"),
}
_QUOTED = re.compile(r'"[^"]*"')


def refused(state: str, message: str, facts: Mapping[str, object]) -> ArlenDataError:
    """The error for what the server answered: its SQLSTATE, its message and the facts for ``details``."""
    if state == "42601" and "multiple commands" in message:
        return InvalidArgumentError(
            "the SQL holds several statements; run them one by one or as a script with execute_script()",
            code="multiple_statements",
            details=facts,
        )
    if state == "57014" and "timeout" in message:
        return QueryTimeout(f"the statement was stopped: {message}", code="query_timeout", details=facts)
    kind, code = _BY_STATE.get(state) or _BY_CLASS.get(state[:2]) or (QueryFailed, "query_failed")
    shown = _QUOTED.sub('"…"', message) if state.startswith("22") else message
    return kind(f"the statement failed: {shown}", code=code, details=facts)


def unsupported(parameters: object, sql: str) -> InvalidArgumentError | None:
    """The first text among the parameters that PostgreSQL cannot store, as an error with its position; else None."""
    for position, value in enumerate(parameters if isinstance(parameters, list | tuple) else (), start=1):
        fault = _fault_of_text(value) if isinstance(value, str) else None
        if fault is not None:
            return InvalidArgumentError(
                f"parameter {position} cannot be stored: {fault}",
                code="unsupported_parameter",
                details={"parameter": position, "sql": sql},
            )
    return None


def _fault_of_text(text: str) -> str | None:
    if "\0" in text:
        return "PostgreSQL has no text with the character NUL"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "the text holds a lone surrogate, which UTF-8 has no bytes for"
    return None
