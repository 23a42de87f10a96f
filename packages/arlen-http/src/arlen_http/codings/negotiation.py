"""Which content coding a client wants (RFC 9110 section 12.5.3)."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["accepted_codings"]

_QUALITY = re.compile(r"[ \t]*q=([01](?:\.\d{0,3})?)[ \t]*", re.IGNORECASE)


@lru_cache(maxsize=512)
def accepted_codings(accept_encoding: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The offered codings that a client accepts, the one that it likes best first.

    Of equally welcome ones the first that is offered comes first. A coding that the client likes less than ``identity``
    is left out; without any that is left, ``identity`` is what it gets, be it refused or not.

    Args:
        accept_encoding: the value of the field, ``""`` without one.
        offered: tokens in lower case, in the order of the server's preference.
    """
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        token, semicolon, parameters = item.partition(";")
        weights[token.strip(" \t")] = _weight(parameters) if semicolon else 1.0
    others = weights.get("*", 0.0)
    identity = weights.get("identity", 0.0)
    wanted = [(weights.get(coding, others), coding) for coding in offered]
    return tuple(
        coding
        for weight, coding in sorted(wanted, key=lambda pair: pair[0], reverse=True)
        if weight > 0 and weight >= identity
    )


def _weight(parameter: str) -> float:
    found = _QUALITY.fullmatch(parameter)
    return float(found[1]) if found else 0.0
