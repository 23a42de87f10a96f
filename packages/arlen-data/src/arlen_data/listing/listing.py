"""A list: which rows of a table, in which order, and which page of them."""

from __future__ import annotations

from operator import itemgetter
from typing import Literal

from arlen_data.errors import InvalidArgumentError
from arlen_data.sql.clauses import Selectable
from arlen_data.sql.functions import func
from arlen_data.sql.operators import normalized
from arlen_data.sql.paging import OrderKey
from arlen_data.sql.select import Select, select_from

from .filters import condition
from .query_string import ListQuery

DEFAULT_BATCH_SIZE = 25


class Listing:
    """The state of a list page and the statements that follow from it.

    Attributes:
        fetch_fields: the columns to fetch, ``*`` for all.
        batch_size: rows on a page; 0 means 25.
        batch_index: the page, counted from 0.
    """

    __slots__ = ("_asked", "_filters", "_order", "batch_index", "batch_size", "fetch_fields", "table")

    def __init__(self, table: str) -> None:
        """
        Raises:
            InvalidArgumentError: code ``table_required``.
        """
        if not table:
            raise InvalidArgumentError("a list is of a table; name one", code="table_required")
        self.table = table
        self.fetch_fields: list[str] = ["*"]
        self.batch_size = DEFAULT_BATCH_SIZE
        self.batch_index = 0
        self._filters: dict[tuple[str, str], object] = {}
        self._order: dict[str, OrderKey] = {}
        self._asked = ListQuery()

    @property
    def filters(self) -> dict[str, object]:
        """A copy of the filters that were set: ``{"tenant_id": 44, "total >=": 5}``."""
        return {
            field if operator == "=" else f"{field} {operator}": value
            for (field, operator), value in self._filters.items()
        }

    @property
    def sort_order(self) -> list[OrderKey]:
        """A copy of the keys that were added, in their order."""
        return list(self._order.values())

    @property
    def size(self) -> int:
        """Rows on a page, as it is used."""
        return self._asked.size or self.batch_size or DEFAULT_BATCH_SIZE

    def set_filter(self, field: str, value: object, operator: str = "=") -> None:
        """Only rows for which ``field operator value`` holds, in place of this filter before; None removes it.

        ``operator`` is a comparison as in ``op``, ``IN``, ``NOT IN``, ``BETWEEN`` with a pair, or ``IS NULL`` with True
        or False. Without a field nothing happens.
        """
        if value is None:
            self.remove_filter(field, operator)
        elif field:
            self._filters[field, normalized(operator)] = value

    def remove_filter(self, field: str, operator: str = "=") -> None:
        """Forget this filter, if it is there."""
        self._filters.pop((field, normalized(operator)), None)

    def clear_filters(self) -> None:
        """Forget the filters that were set."""
        self._filters.clear()

    def add_sort(self, field: str, desc: bool = False, nulls: Literal["first", "last"] | None = None) -> None:
        """Sort by this field what is equal so far. Without a field nothing happens.

        ``nulls`` says where NULL stands; paging by cursor needs it for fields that may be NULL.
        """
        if field:
            self._order[field] = OrderKey(field, desc, nulls)

    def clear_sort(self) -> None:
        """Forget the keys that were added."""
        self._order.clear()

    def show(self, query: ListQuery) -> None:
        """Show what a query string asks for, in place of what another one asked for before.

        Its filters narrow the list further and never replace those that were set. Its order and its size come before
        those that were set.
        """
        self._asked = query
        self.batch_index = query.page - 1

    def rows(self) -> Select:
        """Every row of the list, in no order."""
        return self._filtered(*self.fetch_fields)

    def total(self) -> Select:
        """How many rows there are on all pages: one row with the column ``total``."""
        return self._filtered(func.count().as_("total"))

    def keys(self) -> tuple[OrderKey, ...]:
        """What the list is sorted by."""
        return self._asked.order or tuple(self._order.values())

    def page(self, index: int) -> Select:
        """The rows of a page, counted from 0."""
        page = self.rows()
        for key in self.keys():
            page = page.order_by(key.field, key.desc, key.nulls)
        return page.limit(self.size).offset(index * self.size)

    def _filtered(self, *columns: Selectable) -> Select:
        filters = sorted(self._filters.items(), key=itemgetter(0))
        conditions = [condition(field, operator, value) for (field, operator), value in filters]
        conditions += [condition(*asked) for asked in self._asked.filters]
        return select_from(self.table, *columns).where(*conditions)
