"""Which parts of a file a Range field asks for (RFC 9110 section 14)."""

from __future__ import annotations

import re

from arlen_http.errors import ArlenHTTPError

__all__ = ["RangeNotSatisfiable", "byte_ranges"]

_RANGE = re.compile(r"(\d*)-(\d*)")
_MOST_RANGES = 16
_MOST_DIGITS = 18


class RangeNotSatisfiable(ArlenHTTPError):
    """Every range begins behind the last byte; the answer is 416."""

    code = "range_not_satisfiable"


def byte_ranges(value: str, size: int) -> list[range] | None:
    """The byte positions that are asked for, in ascending order, or ``None`` when the whole is to be sent.

    Ranges that overlap or touch are made one; those behind the last byte are left out. The whole is the answer to a
    field that is not understood, and to one with more than 16 ranges.

    Raises:
        RangeNotSatisfiable: no byte of the file is in any of the ranges.
    """
    unit, _, text = value.replace(" ", "").replace("\t", "").partition("=")
    if unit.lower() != "bytes" or text.count(",") >= _MOST_RANGES:
        return None
    wanted = []
    for item in text.split(","):
        found = _RANGE.fullmatch(item)
        if found is None:
            return None
        first, last = found.groups()
        if not first + last or max(len(first), len(last)) > _MOST_DIGITS or (first and last and int(last) < int(first)):
            return None
        wanted.append(_positions(first, last, size))
    satisfiable = sorted((part for part in wanted if part), key=lambda part: part.start)
    if not satisfiable:
        raise RangeNotSatisfiable(f"the file has {size} bytes", details={"size": size})
    return _joined(satisfiable)


def _positions(first: str, last: str, size: int) -> range:
    if not first:
        return range(max(size - int(last), 0), size)
    return range(int(first), min(int(last) + 1, size) if last else size)


def _joined(parts: list[range]) -> list[range]:
    """Ranges in ascending order without those that overlap or touch."""
    joined = parts[:1]
    for part in parts[1:]:
        previous = joined[-1]
        if part.start <= previous.stop:
            joined[-1] = range(previous.start, max(previous.stop, part.stop))
        else:
            joined.append(part)
    return joined
