"""What PostgreSQL makes of a text before it runs."""

from __future__ import annotations

import re

from arlen_data.errors import InvalidArgumentError
from arlen_data.parameters import Parameters
from arlen_data.queries import Plan
from arlen_data.sql.lexer import scan
from arlen_data.sql.nesting import Nesting

_BLANK = r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*"
_READS = re.compile(rf"{_BLANK}(?:SELECT|VALUES|TABLE|SHOW)\b", re.IGNORECASE | re.DOTALL)
_MARKS_SESSION = re.compile(
    rf"{_BLANK}(?:SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)|LISTEN\b|PREPARE\b|DECLARE\b|LOAD\b"
    r"|CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:LOCAL|GLOBAL)\s+)?TEMP)"
    r"|.*\b(?:set_config|pg_(?:try_)?advisory_lock(?:_shared)?|INTO\s+TEMP\w*)\b",
    re.IGNORECASE | re.DOTALL,
)
_FLUSHES = re.compile(rf"{_BLANK}(?:DROP|ALTER|ROLLBACK|DEALLOCATE|DISCARD)\b", re.IGNORECASE | re.DOTALL)


class PostgresSyntax:
    """SQL as PostgreSQL takes it, with ``$1``, ``$2`` for values."""

    name = "postgresql"
    lacks: frozenset[str] = frozenset()

    def plan(self, sql: str) -> Plan:
        """
        Raises:
            InvalidArgumentError: code ``multiple_statements``.
        """
        if ";" in sql and _holds_several(sql):
            raise InvalidArgumentError(
                "the SQL holds several statements; run them one by one or as a script with execute_script()",
                code="multiple_statements",
                details={"sql": sql},
            )
        return Plan(
            sql,
            reads=_READS.match(sql) is not None,
            marks_session=_MARKS_SESSION.match(sql) is not None,
            flushes=_FLUSHES.match(sql) is not None,
        )

    def encode(self, parameters: Parameters, /) -> Parameters:
        """
        Raises:
            InvalidArgumentError: code ``invalid_parameters``.
        """
        if isinstance(parameters, list | tuple):
            return parameters
        raise InvalidArgumentError(
            f"parameters are a {type(parameters).__name__}; give a list or tuple for $1, $2", code="invalid_parameters"
        )


def _holds_several(sql: str) -> bool:
    ended = False
    nesting = Nesting()
    for lexeme in scan(sql):
        text = nesting.read(lexeme)
        if lexeme.kind == "code" and ";" in text:
            ended = True
            text = text.rpartition(";")[2]
        if ended and lexeme.kind != "comment" and text.strip():
            return True
    return False
