"""Which part of a file a Range field asks for (RFC 9110 section 14)."""

from __future__ import annotations

import re

from .errors import ArlenHTTPError

__all__ = ["RangeNotSatisfiable", "single_range"]

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.IGNORECASE)


class RangeNotSatisfiable(ArlenHTTPError):
    """The range begins behind the last byte; the answer is 416."""

    code = "range_not_satisfiable"


def single_range(value: str, size: int) -> range | None:
    """The byte positions of one range, or ``None`` when the whole is to be sent.

    The whole is also the answer to several ranges at once and to a field that is not understood.

    Raises:
        RangeNotSatisfiable: no byte of the file is in the range.
    """
    found = _RANGE.fullmatch(value.strip().replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if max(len(first), len(last)) > 18:
        return None
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise RangeNotSatisfiable(f"the file has {size} bytes", details={"size": size})
    return range(start, end)
