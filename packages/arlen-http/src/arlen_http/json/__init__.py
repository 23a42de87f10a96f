"""JSON through one door: whoever reads or writes it does so here, and nobody else knows which library does the work.

Two back-ends agree on what they accept and what they write, but for the notation of floats: ``orjson``, and ``stdlib``
for where orjson is not to be had. Neither writes what a peer could not read back.
"""

from __future__ import annotations

from typing import Any

from arlen_http.errors import MissingDependencyError

from .backend import Backend
from .errors import JSONError

__all__ = ["JSONError", "backend_name", "backend_version", "dumps", "is_valid", "loads", "use_backend"]


def loads(data: bytes | bytearray | str, *, allow_fragments: bool = True) -> Any:
    """The value of a JSON document (RFC 8259).

    Of repeated keys the last one wins. An integer outside of -2**63 to 2**64-1 is read as a float.

    Args:
        data: UTF-8, without a byte order mark.
        allow_fragments: whether the document may be a string, a number, ``true``, ``false`` or ``null`` by itself.

    Raises:
        JSONError: code ``parse_failed`` (NaN, Infinity, numbers that no double holds, lone surrogates and anything
            after the document included) or ``depth_exceeded``.
    """
    value = _backend.loads(data)
    if not allow_fragments and not isinstance(value, dict | list):
        raise JSONError("not JSON as wanted here: the document is neither an object nor an array")
    return value


def dumps(value: object, *, sort_keys: bool = False, pretty: bool = False) -> bytes:
    """The compact UTF-8 JSON text of a value.

    Args:
        value: dict, list, tuple, str, int, float, bool or None, nested up to 512 levels; keys are strings. A UUID is
            written as its text and an enumeration member as its value.
        sort_keys: order the members of every object by name.
        pretty: indent by two spaces.

    Raises:
        JSONError: code ``unsupported_value`` (another type, an integer beyond 64 bits, NaN, Infinity or a lone
            surrogate) or ``depth_exceeded``.
    """
    return _backend.dumps(value, sort_keys, pretty)


def is_valid(value: object) -> bool:
    """Whether `dumps` writes this value as a document: an object or array of what JSON can carry."""
    if not isinstance(value, dict | list | tuple):
        return False
    try:
        dumps(value)
    except JSONError:
        return False
    return True


def use_backend(name: str) -> None:
    """Let this library do the work of the whole process from now on; where orjson is not installed, stdlib does.

    Args:
        name: ``"orjson"`` or ``"stdlib"``.

    Raises:
        JSONError: code ``unknown_backend``.
    """
    global _backend
    _backend = _backend_named(name)


def backend_name() -> str:
    """Which back-end is in use: ``"orjson"`` or ``"stdlib"``."""
    return _backend.NAME


def backend_version() -> str:
    """The version of the back-end's library; that of Python for ``"stdlib"``."""
    return _backend.VERSION


def _backend_named(name: str) -> Backend:
    from . import stdlib

    match name:
        case "orjson":
            try:
                from . import orjson
            except MissingDependencyError:
                return stdlib
            return orjson
        case "stdlib":
            return stdlib
    raise JSONError(f"no JSON back-end is named {name!r}; there are orjson and stdlib", code="unknown_backend")


_backend = _backend_named("orjson")
