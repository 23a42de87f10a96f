"""A connection with a last request."""

from __future__ import annotations

from arlen_http.limits import RequestLimits

from .backend import HeadParser
from .head import RequestHead
from .reader import RequestReader
from .rules import HeadRules

__all__ = ["CountedReader"]


class CountedReader(RequestReader):
    """Reads requests up to a number; the last of them lets its connection end.

    Args:
        most: how many, at least 1.
    """

    __slots__ = ("_left",)

    def __init__(self, backend: HeadParser, limits: RequestLimits, rules: HeadRules, most: int) -> None:
        super().__init__(backend, limits, rules)
        self._left = most

    def next_head(self) -> RequestHead | None:
        head = super().next_head()
        if head is not None:
            self._left -= 1
            head.keep_alive = head.keep_alive and self._left > 0
        return head
