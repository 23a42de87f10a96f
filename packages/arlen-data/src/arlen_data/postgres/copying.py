"""The text of COPY statements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from arlen_data.errors import InvalidArgumentError

CopyFormat: TypeAlias = Literal["text", "csv", "binary"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_FORMATS = ("text", "csv", "binary")


def copy_in_sql(table: str, columns: Sequence[str], format: CopyFormat) -> str:
    """
    Raises:
        InvalidArgumentError: ``invalid_identifier``, ``invalid_option``.
    """
    target = ".".join(map(_quoted, table.split(".")))
    return f"COPY {target} ({', '.join(map(_quoted, columns))}) FROM STDIN{_with(format)}"


def copy_out_sql(sql: str, format: CopyFormat) -> str:
    """Raises ``invalid_option`` as above."""
    return f"COPY ({sql}) TO STDOUT{_with(format)}"


def _with(format: CopyFormat) -> str:
    if format not in _FORMATS:
        raise InvalidArgumentError(
            f"the format of COPY is one of {', '.join(_FORMATS)}, not {format!r}", code="invalid_option"
        )
    return f" WITH (FORMAT {format})"


def _quoted(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidArgumentError(
            f"{name!r} is no name of a table or column", code="invalid_identifier", details={"identifier": name}
        )
    return f'"{name}"'
