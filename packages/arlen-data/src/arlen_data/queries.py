"""Queries: statements with their values, ready to be sent. Statements are planned once and looked up afterwards."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from copy import copy
from threading import Lock
from typing import Any, Protocol, TypeAlias

from .errors import ArlenDataError, InvalidArgumentError, QueryFailed
from .events import Diagnostics
from .options import DatabaseOptions
from .parameters import Parameters, refuse_naive_datetimes
from .sql.refusals import TooManyParameters
from .trusted import TrustedText

Shape: TypeAlias = str | tuple[Any, ...]
"""The structure of a built statement without its values: statements of one shape have one plan."""


class Statement(Protocol):
    """SQL as a value, as ``select_from`` and its like build it."""

    @property
    def returns_rows(self) -> bool: ...

    @property
    def writes(self) -> bool: ...

    def shape(self) -> tuple[Shape, tuple[object, ...]]: ...


Runnable: TypeAlias = str | Statement
"""What runs: SQL with ``$1``, ``$2`` for values (SQLite knows ``?`` and ``:name`` too), or a statement."""


class Plan:
    """What is known of a statement before it runs.

    Attributes:
        sql: the text that the driver takes.
        reads: whether it surely changes nothing.
        marks_session: whether it changes the session, so that the next user of the connection would notice.
        flushes: whether the server forgets prepared statements over it.
        notable: whether one of the two before.
        quiet: whether it surely leaves session and transaction as they are.
        built: whether it comes from a builder.
        arrange: what gives the driver the parameters in the form in which it takes them, where that is another.
        bind: what puts the values of a shape into the order of the parameters.
    """

    __slots__ = ("arrange", "bind", "built", "flushes", "marks_session", "notable", "quiet", "reads", "sql")

    def __init__(
        self,
        sql: str,
        *,
        reads: bool,
        marks_session: bool = False,
        flushes: bool = False,
        bind: Callable[[Any], Any] | None = None,
        arrange: Callable[[Any], Any] | None = None,
    ) -> None:
        self.sql = sql
        self.reads = reads
        self.marks_session = marks_session
        self.flushes = flushes
        self.notable = marks_session or flushes
        self.built = bind is not None
        self.quiet = self.built or (reads and not self.notable)
        self.bind = bind
        self.arrange = arrange


class Query:
    """A planned statement, its values, and how to run it this time."""

    __slots__ = ("operation", "parameters", "plan", "prepare", "time_limit")

    def __init__(self, plan: Plan, parameters: Any, operation: str, prepare: bool, time_limit: float | None) -> None:
        self.plan = plan
        self.parameters = parameters
        self.operation = operation
        self.prepare = prepare
        self.time_limit = time_limit

    def written(self, sql: str) -> Query:
        """The same with another text, which means the same."""
        plan = copy(self.plan)
        plan.sql = sql
        return Query(plan, self.parameters, self.operation, self.prepare, self.time_limit)

    def unprepared(self) -> Query:
        return Query(self.plan, self.parameters, self.operation, False, self.time_limit)


class Syntax(Protocol):
    """What planning asks of a dialect."""

    @property
    def name(self) -> str: ...

    @property
    def lacks(self) -> frozenset[str]: ...

    def plan(self, sql: str) -> Plan: ...

    def encode(self, parameters: Parameters, /) -> Parameters: ...


class Queries:
    """Makes queries for one database, and remembers the plans of the statements used last."""

    __slots__ = ("_built", "_diagnostics", "_encode", "_encodes_built", "_mutex", "_options", "_syntax", "_texts")

    def __init__(self, syntax: Syntax, options: DatabaseOptions, diagnostics: Diagnostics) -> None:
        self._syntax = syntax
        self._encode = _refusing_naive_datetimes(syntax.encode) if options.strict_datetimes else syntax.encode
        self._encodes_built = syntax.name == "sqlite" or options.strict_datetimes
        self._options = options
        self._diagnostics = diagnostics
        self._texts: OrderedDict[str, Plan] = OrderedDict()
        self._built: OrderedDict[Hashable, Plan] = OrderedDict()
        self._mutex = Lock()

    def query(
        self,
        statement: Runnable,
        parameters: Parameters,
        operation: str,
        prepare: bool | None = None,
        time_limit: float | None = None,
    ) -> Query:
        """The query for a statement; ``operation`` is ``query`` when its rows are wanted, else ``command``.

        Raises:
            InvalidArgumentError: ``empty_sql``, ``plain_sql``, ``invalid_parameters``, ``naive_datetime``.
            QueryFailed: code ``no_result_set`` for a statement that has no rows to give.
            SQLBuilderError: the statement cannot be compiled for this database.
        """
        if type(statement) is str or type(statement) is TrustedText:
            plan = self._texts.get(statement) or self._plan_text(statement)
            if parameters != ():
                parameters = self._encode(parameters)
            if plan.arrange is not None and operation != "many":
                parameters = plan.arrange(parameters)
            return Query(plan, parameters, operation, bool(prepare) and self._may_prepare(), time_limit)
        return self._built_query(statement, parameters, operation, prepare, time_limit)

    def many(self, sql: str, rows: Iterable[Parameters]) -> tuple[Query, list[Parameters]]:
        """The query for SQL text, and the sets of parameters with which it runs."""
        query = self.query(sql, (), "many")
        encoded = [self._encode(row) for row in rows]
        return query, encoded if query.plan.arrange is None else [query.plan.arrange(row) for row in encoded]

    def parts(self, statement: Runnable, operation: str, prepare: bool | None, time_limit: float | None) -> list[Query]:
        """The queries for an INSERT of more rows than one statement takes. Raises what ``query`` raises."""
        from .sql.insert import Insert

        chunks = statement.chunks(self._syntax.name) if isinstance(statement, Insert) else (statement,)
        return [self.query(chunk, (), operation, prepare, time_limit) for chunk in chunks]

    def part_of_script(self, sql: str) -> Query:
        """The query for one statement of a script: it runs once, so nothing is remembered of it."""
        return Query(self._syntax.plan(sql), (), "command", False, None)

    def expect_plain_sql_allowed(self) -> None:
        """
        Raises:
            InvalidArgumentError: code ``plain_sql`` under ``strict_sql``.
        """
        if self._options.strict_sql:
            raise InvalidArgumentError(
                "this database was opened with strict_sql and runs no plain text; build the statement or use tsql()",
                code="plain_sql",
            )

    def forget(self) -> None:
        """Plan every statement anew when it comes next."""
        with self._mutex:
            self._texts.clear()
            self._built.clear()

    def _built_query(
        self, statement: Any, parameters: Parameters, operation: str, prepare: bool | None, time_limit: float | None
    ) -> Query:
        if not hasattr(statement, "shape"):
            raise InvalidArgumentError(
                f"{type(statement).__name__} is no statement; give SQL as a str or a statement of the builder",
                code="invalid_statement",
            )
        if parameters != ():
            raise InvalidArgumentError(
                "a built statement holds its values; give parameters beside SQL text only", code="invalid_parameters"
            )
        if operation == "query" and not statement.returns_rows:
            raise QueryFailed(
                "the statement returns no rows; run it with execute() or add RETURNING", code="no_result_set"
            )
        plan, values = self._plan_built(statement)
        bound = plan.bind(values) if plan.bind else values
        if self._encodes_built and bound:
            bound = self._encode(bound)
        if prepare is None:
            reuse = self._options.prepared_statement_reuse
            prepare = reuse == "always" or (reuse == "auto" and bool(bound))
        return Query(plan, bound, operation, prepare and self._may_prepare(), time_limit)

    def _may_prepare(self) -> bool:
        options = self._options
        return (
            options.pooler == "session"
            and options.prepared_statement_reuse != "disabled"
            and options.prepared_statement_cache_limit != 0
        )

    def _plan_text(self, sql: str) -> Plan:
        if type(sql) is TrustedText:
            return self._syntax.plan(str(sql))
        self.expect_plain_sql_allowed()
        if not sql.strip():
            raise InvalidArgumentError("the SQL is empty", code="empty_sql")
        if "\0" in sql:
            raise InvalidArgumentError("the SQL holds the character NUL", code="invalid_parameters")
        plan = self._syntax.plan(sql)
        self._remember(self._texts, sql, plan, _TEXTS_KEPT)
        return plan

    def _plan_built(self, statement: Statement) -> tuple[Plan, tuple[object, ...]]:
        started = time.perf_counter()
        try:
            key, values = statement.shape()
            plan = self._built.get(key)
            hit = plan is not None
            if plan is None:
                plan = self._compile(statement)
                self._remember(self._built, key, plan, self._options.builder_compilation_cache_limit)
            elif self._options.builder_compilation_cache_limit is not None:
                with self._mutex:
                    if key in self._built:
                        self._built.move_to_end(key)
        except TooManyParameters:
            raise
        except ArlenDataError as error:
            if self._diagnostics.active:
                self._diagnostics.compile_failed(error, time.perf_counter() - started)
            raise
        if self._diagnostics.active:
            operation = "query" if statement.returns_rows else "command"
            self._diagnostics.compiled(plan.sql, operation, len(values), hit, time.perf_counter() - started)
        return plan, values

    def _compile(self, statement: Statement) -> Plan:
        from .compiler import compile_plan, dialect_of

        dialect = dialect_of(self._syntax.name).without(self._syntax.lacks)
        compiled = compile_plan(statement, dialect.guarded() if self._options.require_where else dialect)
        return Plan(compiled.sql, reads=not compiled.writes, bind=compiled.bind)

    def _remember(self, plans: OrderedDict[Any, Plan], key: Hashable, plan: Plan, limit: int | None) -> None:
        if limit == 0:
            return
        with self._mutex:
            plans[key] = plan
            while limit is not None and len(plans) > limit:
                plans.popitem(last=False)


def _refusing_naive_datetimes(encode: Callable[[Parameters], Parameters]) -> Callable[[Parameters], Parameters]:
    def strictly(parameters: Parameters) -> Parameters:
        encoded = encode(parameters)
        refuse_naive_datetimes(parameters)
        return encoded

    return strictly


_TEXTS_KEPT = 1024
