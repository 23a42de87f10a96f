"""Queries: what selects, VALUES and their combinations have in common, and how they are combined."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from .cte import Prefixed, write_ctes
from .identifiers import path
from .operators import ordering
from .refusals import refuse
from .syntax import Fragment, Syntax, sequence
from .templates import Expr, fragment
from .terms import Term

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


_NOT_BARE = ("with", "rows", "order", "limit", "offset")
_FEATURES = {" INTERSECT ALL ": "intersect_all", " EXCEPT ALL ": "except_all"}


def write_operand(out: Writer, operator: str, query: Syntax, bare: bool, writes: bool) -> None:
    if operator in _FEATURES:
        out.require(_FEATURES[operator])
    opening, closing = ("(", ")") if out.dialect.operands_in_parentheses else ("SELECT * FROM (", ")")
    if bare and not out.dialect.operands_in_parentheses:
        opening = closing = ""
    out.write(operator)
    out.write(opening)
    out.write(query)
    out.write(closing)


def write_page(
    out: Writer,
    order: tuple[Syntax, ...],
    limit: tuple[Syntax, ...],
    offset: tuple[Syntax, ...],
    ties: tuple[Syntax, ...],
) -> None:
    """ORDER BY, LIMIT and OFFSET; or ORDER BY, OFFSET and FETCH ... WITH TIES."""
    out.write_clause(" ORDER BY ", order, ", ")
    if ties:
        _write_ties(out, order, limit, offset)
        return
    if offset and not limit:
        out.write(out.dialect.no_limit)
    out.write_list("", limit)
    out.write_list("", offset)


def _write_ties(out: Writer, order: tuple[Syntax, ...], limit: tuple[Syntax, ...], offset: tuple[Syntax, ...]) -> None:
    out.require("fetch_with_ties")
    if not order or not limit or not isinstance(limit[0], str):
        raise refuse("with_ties_without_order")
    out.write_list("", offset)
    out.write(f" FETCH FIRST{limit[0].removeprefix(' LIMIT')} ROWS WITH TIES")


def write_compound(
    out: Writer,
    ctes: tuple[Syntax, ...],
    operands: tuple[Syntax, ...],
    order: tuple[Syntax, ...],
    limit: tuple[Syntax, ...],
    offset: tuple[Syntax, ...],
    ties: tuple[Syntax, ...],
) -> None:
    write_ctes(out, ctes)
    out.write_list("", operands)
    write_page(out, order, limit, offset, ties)


class Query(Prefixed):
    """A statement that gives rows: it can be ordered, limited and combined."""

    __slots__ = ()

    @property
    def returns_rows(self) -> bool:
        return True

    def order_by(self, field: str | Term, desc: bool = False, nulls: str | None = None) -> Self:
        """Order by a column or term; further calls order what is equal so far. ``nulls`` is FIRST or LAST."""
        term = fragment(field, "order by") if isinstance(field, Fragment) else Fragment(path(field, "order_field"))
        return self._order(term, desc, nulls, field)

    def order_by_expr(self, expr: Expr | Fragment, desc: bool = False, nulls: str | None = None) -> Self:
        """Order by an expression."""
        return self._order(fragment(expr, "order by"), desc, nulls, "order by")

    def limit(self, count: int | Term) -> Self:
        """At most so many rows. An integer is written into the SQL; ``param(n)`` is sent as a parameter."""
        return self._page("limit", " LIMIT ", count)

    def offset(self, count: int | Term) -> Self:
        """Leave out so many rows."""
        return self._page("offset", " OFFSET ", count)

    def with_ties(self) -> Self:
        """Also the rows that are equal to the last one: ``FETCH FIRST n ROWS WITH TIES``. PostgreSQL."""
        return self._put(ties=(("ties",), ()))

    def union(self, query: Query) -> Compound:
        """Rows of either, each once."""
        return self._combine(" UNION ", query)

    def union_all(self, query: Query) -> Compound:
        """Rows of both."""
        return self._combine(" UNION ALL ", query)

    def intersect(self, query: Query) -> Compound:
        """Rows that are in both, each once."""
        return self._combine(" INTERSECT ", query)

    def intersect_all(self, query: Query) -> Compound:
        """Rows that are in both, as often as in both. PostgreSQL."""
        return self._combine(" INTERSECT ALL ", query)

    def except_(self, query: Query) -> Compound:
        """Rows that are not in the other, each once."""
        return self._combine(" EXCEPT ", query)

    def except_all(self, query: Query) -> Compound:
        """Rows that are not in the other, less as often as they are there. PostgreSQL."""
        return self._combine(" EXCEPT ALL ", query)

    def _combine(self, operator: str, query: object) -> Compound:
        left = _operand("", self, self.target)
        right = _operand(operator, query, self.target)
        return Compound({"operands": ((left.syntax, right.syntax), left.values + right.values)})

    def _order(self, term: Fragment, desc: bool, nulls: str | None, field: object) -> Self:
        direction = ordering(desc, nulls, field)
        return self._add("order", (sequence(term.syntax, " ", direction),), term.values)

    def _page(self, clause: str, opening: str, count: object) -> Self:
        if isinstance(count, Term):
            return self._put(**{clause: ((sequence(opening, count.syntax),), count.values)})
        if type(count) is not int or count < 0:
            raise refuse("paging_value", self.target)
        return self._put(**{clause: ((f"{opening}{count}",), ())})


class Compound(Query):
    """Queries combined by UNION, INTERSECT or EXCEPT; what is chained is combined in the order of the calls."""

    __slots__ = ()
    ORDER: ClassVar = ("with", "operands", "order", "limit", "offset", "ties")
    WRITE: ClassVar = staticmethod(write_compound)

    @property
    def writes(self) -> bool:
        return super().writes or any(operand[-1] for operand in self._syntaxes("operands"))

    def _combine(self, operator: str, query: object) -> Compound:
        if self._clauses.keys() > {"operands"} or (operator.startswith(" INTERSECT") and self._has_looser_operator()):
            return super()._combine(operator, query)
        right = _operand(operator, query, self.target)
        return self._add("operands", (right.syntax,), right.values)

    def _has_looser_operator(self) -> bool:
        return any(operand[1].startswith((" UNION", " EXCEPT")) for operand in self._syntaxes("operands"))


def _operand(operator: str, query: object, table: str | None) -> Fragment:
    if not isinstance(query, Query):
        raise refuse("subquery_required", table)
    syntax, values = query.shape()
    bare = not isinstance(query, Compound) and query._clauses.keys().isdisjoint(_NOT_BARE)
    return Fragment((write_operand, operator, syntax, bare, query.writes), values)
