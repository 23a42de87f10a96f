"""The writer: it turns syntax into the text of one dialect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from arlen_data.sql.refusals import unsupported

from .dialect import Dialect


class Writer:
    """Collects the text of one statement, numbers its parameters and notes whether it locks rows anywhere."""

    __slots__ = ("_marker", "_pieces", "dialect", "locks", "parameters")

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.parameters = 0
        self.locks = False
        self._marker = dialect.placeholder
        self._pieces: list[str] = []

    def write(self, syntax: str | tuple[Any, ...]) -> None:
        """Write text as it is, or let the call write itself."""
        if isinstance(syntax, str):
            self._pieces.append(syntax)
        else:
            syntax[0](self, *syntax[1:])

    def write_list(self, separator: str, parts: Iterable[str | tuple[Any, ...]]) -> None:
        """Write the parts with the separator between them."""
        between = ""
        for part in parts:
            self._pieces.append(between)
            self.write(part)
            between = separator

    def write_clause(self, opening: str, parts: Iterable[str | tuple[Any, ...]], separator: str = "") -> None:
        """Write the parts after ``opening``; without parts write nothing."""
        if parts:
            self._pieces.append(opening)
            self.write_list(separator, parts)

    def parameter(self) -> None:
        """Write the placeholder of the next value."""
        self.parameters += 1
        self._pieces.append(f"{self._marker}{self.parameters}")

    def reserve(self, count: int) -> int:
        """Take ``count`` values at once; the answer is the number before the first."""
        before = self.parameters
        self.parameters += count
        return before

    def placeholder(self, number: int) -> None:
        """Write the placeholder of a value that was reserved."""
        self._pieces.append(f"{self._marker}{number}")

    def operator(self, operator: str) -> None:
        """Write an operator as the dialect spells it."""
        refused = (self.dialect.refused_operators or {}).get(operator)
        if refused:
            raise unsupported(refused, self.dialect.name)
        self._pieces.append(f" {(self.dialect.operators or {}).get(operator, operator)} ")

    def require(self, feature: str) -> None:
        """Refuse to go on when the dialect lacks the feature.

        Raises:
            SQLBuilderError: ``unsupported_feature``.
        """
        if feature in self.dialect.lacks:
            raise unsupported(feature, self.dialect.name)

    def text(self) -> str:
        """What was written."""
        return "".join(self._pieces)
