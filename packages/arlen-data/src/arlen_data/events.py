"""Diagnostics: what happens to statements, as events that never hold a value."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from .errors import ArlenDataError, DatabaseError
from .telemetry.comments import with_comment
from .telemetry.observation import Observation, Observers, Server

if TYPE_CHECKING:
    from .options import DatabaseOptions
    from .prepared import Admission
    from .queries import Query

logger = logging.getLogger("arlen_data")

_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_LONGEST_TOKEN = 24


@lru_cache(1024)
def sql_hash(sql: str) -> str:
    """The 64-bit FNV-1a hash of the UTF-8 text, as 16 hexadecimal digits."""
    value = _FNV_OFFSET
    for byte in sql.encode("utf-8", "surrogatepass"):
        value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def sql_token(sql: str) -> str | None:
    """The first word, in upper case: ``SELECT``."""
    word = _TOKEN.search(sql)
    return word[0].upper()[:_LONGEST_TOKEN] if word else None


class Diagnostics:
    """Makes the events and observations of one database and hands them on; makes none when nobody wants them."""

    __slots__ = ("_broken", "_emits", "_observers", "_options", "active")

    def __init__(self, options: DatabaseOptions) -> None:
        self._options = options
        self._broken = False
        self._observers = Observers(options.observers)
        self._emits = options.query_diagnostics_listener is not None or options.emit_diagnostics_events_to_stderr
        self.active = (
            self._emits
            or bool(self._observers)
            or options.slow_query_seconds is not None
            or options.trace_comments is not None
        )

    def commented(self, query: Query, server: Server) -> Query:
        """The query as it is sent: with a comment that says where it comes from, if there is to be one."""
        facts = self._options.trace_comments
        if facts is None or query.prepare or server.system != "postgresql":
            return query
        return query.written(with_comment(query.plan.sql, facts()))

    def compiled(self, sql: str, operation: str, parameters: int, hit: bool, seconds: float) -> None:
        if self._emits:
            facts = self._facts("compile", "builder", operation, "compile", sql, parameters)
            self._emit({**facts, "cache_hit": hit, "duration_ms": seconds * 1000})

    def compile_failed(self, error: ArlenDataError, seconds: float) -> None:
        for stage in ("compile", "error"):
            self._emit(
                {
                    **self._facts(stage, "builder", "query", "compile", "", 0),
                    "duration_ms": seconds * 1000,
                    "error_code": error.code,
                }
            )

    def executing(self, query: Query, prepared: Admission | None) -> None:
        if self._emits:
            self._emit(self._query_facts("execute", query, prepared))

    def finished(self, query: Query, prepared: Admission | None, rows: int, seconds: float, server: Server) -> None:
        if self._emits:
            count = "row_count" if query.operation == "query" else "affected_rows"
            facts = self._query_facts("result", query, prepared)
            self._emit({**facts, "duration_ms": seconds * 1000, count: rows})
        if self._observers:
            self._observers.tell(_observation(query, seconds, server, rows=rows))
        slow = self._options.slow_query_seconds
        if slow is not None and seconds >= slow:
            sql = query.plan.sql
            logger.warning("slow query: %.3f s, SQL %s (%s)", seconds, sql_hash(sql), sql_token(sql))

    def failed(
        self, query: Query, prepared: Admission | None, error: ArlenDataError, seconds: float, server: Server
    ) -> None:
        if self._emits:
            state = error.sqlstate if isinstance(error, DatabaseError) else None
            self._emit(
                {
                    **self._query_facts("error", query, prepared),
                    "duration_ms": seconds * 1000,
                    "error_code": error.code,
                    **({"sqlstate": state} if state else {}),
                }
            )
        if self._observers:
            self._observers.tell(_observation(query, seconds, server, error=error))

    @contextmanager
    def observing(self, queries: Sequence[Query], server: Server, times: int = 1) -> Iterator[None]:
        """A block that runs queries otherwise than one by one: many times, together, or as a stream."""
        if not self._observers or not queries:
            yield
            return
        started = time.perf_counter()
        failure: ArlenDataError | None = None
        try:
            yield
        except ArlenDataError as error:
            failure = error
            raise
        finally:
            self._observers.tell(
                Observation(
                    server=server,
                    sql="; ".join(query.plan.sql for query in queries),
                    operation=_operation(queries[0]),
                    statements=len(queries) * times,
                    built=all(query.plan.built for query in queries),
                    seconds=time.perf_counter() - started,
                    error=failure,
                )
            )

    def retrying(self, attempt: int, error: DatabaseError, delay: float) -> None:
        """A transaction failed in a way that another attempt may not."""
        self._emit(
            {
                "stage": "retry",
                "source": "transaction",
                "attempt": attempt,
                "delay_ms": delay * 1000,
                "error_code": error.code,
                **({"sqlstate": error.sqlstate} if error.sqlstate else {}),
            }
        )

    def _query_facts(self, stage: str, query: Query, prepared: Admission | None) -> dict[str, object]:
        source = "builder" if query.plan.built else "sql"
        mode = "prepared" if query.prepare else "direct"
        facts = self._facts(stage, source, query.operation, mode, query.plan.sql, len(query.parameters))
        return facts if prepared is None else {**facts, **prepared.facts()}

    def _facts(
        self, stage: str, source: str, operation: str, mode: str, sql: str, parameters: int
    ) -> dict[str, object]:
        token = sql_token(sql)
        return {
            "stage": stage,
            "source": source,
            "operation": operation,
            "execution_mode": mode,
            "sql_hash": sql_hash(sql),
            "sql_length": len(sql),
            "parameter_count": parameters,
            **({"sql_token": token} if token else {}),
            **({"sql": sql} if self._options.include_sql_in_diagnostics_events else {}),
        }

    def _emit(self, facts: dict[str, object]) -> None:
        if not self._emits or (facts["source"] == "sql" and not self._options.diagnose_raw_sql):
            return
        event = MappingProxyType(facts)
        if self._options.emit_diagnostics_events_to_stderr:
            sys.stderr.write(f"{_line(facts)}\n")
        listener = self._options.query_diagnostics_listener
        if listener is None:
            return
        try:
            listener(event)
        except Exception:
            if not self._broken:
                logger.exception(
                    "a listener for query diagnostics failed; queries go on, its further failures are silent"
                )
            self._broken = True


def _observation(
    query: Query, seconds: float, server: Server, *, rows: int | None = None, error: ArlenDataError | None = None
) -> Observation:
    return Observation(
        server=server,
        sql=query.plan.sql,
        operation=_operation(query),
        built=query.plan.built,
        prepared=query.prepare,
        seconds=seconds,
        rows=rows,
        error=error,
    )


def _operation(query: Query) -> Literal["query", "command"]:
    return "query" if query.operation == "query" else "command"


def _line(facts: Mapping[str, object]) -> str:
    try:
        return json.dumps(facts)
    except (TypeError, ValueError):
        return " ".join(f"{key}={facts[key]}" for key in sorted(facts))
