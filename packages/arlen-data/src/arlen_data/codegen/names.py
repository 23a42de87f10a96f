"""Names: what tables, columns and queries are called in Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from keyword import iskeyword

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

_PREFIX = re.compile(r"[A-Z][A-Za-z0-9]*", re.ASCII)
_TARGET = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_WORD_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MANGLED = re.compile(r"^__+")
_BUILT_IN = ("bool", "bytes", "float", "int", "list", "object", "str")
_IMPORTED = ("Date", "DateTime", "Decimal", "Duration", "Inet", "JSONValue", "Network", "Number", "Time", "UUID")
_TAKEN = frozenset([*_BUILT_IN, *_IMPORTED, "UNSET", "Unset", "cls", "connection", "decoding"])
"""What generated code means by these names; a field of the same name would hide it."""


def pascal(name: str) -> str:
    """``open_invoices`` is ``OpenInvoices``, ``_2fa`` is ``N2fa``."""
    joined = "".join(part[:1].upper() + part[1:].lower() for part in name.split("_"))
    return f"N{joined}" if joined[:1].isdigit() else joined


def snake(name: str) -> str:
    """``DBTypedSQL`` is ``db_typed_sql``."""
    return _WORD_EDGE.sub("_", name).lower()


def valid_prefix(prefix: str) -> bool:
    return _PREFIX.fullmatch(prefix) is not None


def valid_target(target: str) -> bool:
    return _TARGET.fullmatch(target) is not None


def attribute(name: str) -> str:
    """The name of a field or argument: keywords and what generated code uses itself take a trailing ``_``."""
    plain = _MANGLED.sub("_", name)
    return f"{plain}_" if iskeyword(plain) or plain in _TAKEN else plain


def distinct(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The names, those that come again with ``_2``, ``_3`` and so on."""
    used = set(taken)
    result = []
    for name in names:
        candidate, count = name, 1
        while candidate in used:
            count += 1
            candidate = f"{name}_{count}"
        used.add(candidate)
        result.append(candidate)
    return result
