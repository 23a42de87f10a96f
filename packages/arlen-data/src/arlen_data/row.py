"""One row of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


class Row(dict[str, Any]):
    """A row: a dict from column name to value, in the order of the columns, NULL as ``None``.

    A column is also an attribute, ``row.email``, unless dict has a method of that name, and has a position, ``row[0]``.
    Being a dict, a row serialises to JSON as an object and unpacks with ``**row``.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        def __getitem__(self, column: str | int, /) -> Any: ...

    def __missing__(self, column: object) -> Any:
        if type(column) is int:
            return tuple(self.values())[column]
        raise KeyError(f"no column {column!r}; the row has {', '.join(self) or 'no columns'}")

    def __getattr__(self, column: str) -> Any:
        try:
            return self[column]
        except KeyError as error:
            raise AttributeError(error.args[0], name=column, obj=self) from None

    def __repr__(self) -> str:
        return f"Row({super().__repr__()})"
