"""A display group: a page of a list, and the way to the others."""

from __future__ import annotations

from typing import Any

from arlen_data.errors import InvalidArgumentError
from arlen_data.listing.listing import Listing
from arlen_data.sql.cursors import Cursors
from arlen_data.sql.paging import Order

from .protocols import AsyncDatabaseAdapter


class AsyncDisplayGroup(Listing):
    """The rows of a table, filtered, sorted, and a page at a time.

    Pages are counted with ``fetch``, or continued after a row with ``fetch_after``. A fetch that fails leaves
    everything as it was. The methods that fetch raise what the adapter raises, and SQLBuilderError for names and
    operators that cannot stand in SQL.

    Attributes:
        next_cursor: where the next page begins after ``fetch_after``; None when that was the last.
    """

    __slots__ = ("_adapter", "_cursors", "_objects", "next_cursor")

    def __init__(self, adapter: AsyncDatabaseAdapter, table: str, *, cursors: Cursors | None = None) -> None:
        """
        Raises:
            InvalidArgumentError: ``adapter_required``, ``table_required``.
        """
        if not isinstance(adapter, AsyncDatabaseAdapter):
            raise InvalidArgumentError("a list needs the adapter of a database", code="adapter_required")
        super().__init__(table)
        self._adapter = adapter
        self._cursors = cursors
        self._objects: list[Any] = []
        self.next_cursor: str | None = None

    @property
    def objects(self) -> list[Any]:
        """A copy of the rows that were fetched last."""
        return list(self._objects)

    async def fetch(self) -> list[Any]:
        """The rows of the page ``batch_index``."""
        self._objects = await self._adapter.fetch_all(self.page(self.batch_index))
        return self.objects

    async def fetch_next(self) -> bool:
        """Go to the next page; False, and nothing changes, when there is none."""
        rows = await self._adapter.fetch_all(self.page(self.batch_index + 1))
        if rows:
            self._objects = rows
            self.batch_index += 1
        return bool(rows)

    async def fetch_previous(self) -> bool:
        """Go to the page before; False, and nothing changes, when there is none."""
        if self.batch_index == 0:
            return False
        self._objects = await self._adapter.fetch_all(self.page(self.batch_index - 1))
        self.batch_index -= 1
        return True

    async def fetch_after(self, cursor: str | None = None) -> list[Any]:
        """The rows after a ``next_cursor`` of the same list, or the first ones; no page is ever counted through.

        The list is sorted by keys that tell any two rows apart, and fetches them.

        Raises:
            InvalidArgumentError: code ``cursors_required`` when the group has no ``cursors``.
            SQLBuilderError: ``cursor_invalid``, ``cursor_value``, ``order_required``.
        """
        cursors = self._cursors
        if cursors is None:
            raise InvalidArgumentError(
                "paging by cursor needs a key to sign with; give cursors=Cursors(key)", code="cursors_required"
            )
        query, order, size = self.rows(), Order(self.keys()), self.size
        after = None if cursor is None else cursors.open(query, order, cursor)
        rows = await self._adapter.fetch_all(query.page_after(order, after).limit(size + 1))
        self.next_cursor = cursors.seal(query, order, rows[size - 1]) if len(rows) > size else None
        self._objects = rows[:size]
        return self.objects

    async def count(self) -> int:
        """How many rows there are on all pages."""
        rows = await self._adapter.fetch_all(self.total())
        return int(rows[0]["total"])

    async def page_count(self) -> int:
        """How many pages there are."""
        return -(-await self.count() // self.size)
