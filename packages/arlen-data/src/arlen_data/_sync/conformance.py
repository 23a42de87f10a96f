# Written by ci/unasync.py from _async/conformance.py: edit that file and run `python -m ci.unasync`.
"""Does an adapter do what adapters must? A short report by way of a table of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from arlen_data.errors import AdapterConformanceError

from .protocols import DatabaseAdapter


class _Sentinel(Exception):
    """What is raised inside a transaction to see whether it comes out as itself."""


def adapter_conformance_report(adapter: DatabaseAdapter) -> dict[str, object]:
    """The outcome of each step, ``"ok"`` or a count, with ``adapter``, ``table`` and ``success``.

    Raises:
        AdapterConformanceError: ``invalid_adapter`` for something that is no adapter, ``step_failed`` with the ``step``
            in ``details`` and the reason as its cause. The table is dropped in any case.
    """
    if not isinstance(adapter, DatabaseAdapter):
        raise AdapterConformanceError(f"{adapter!r} is no adapter of a database", code="invalid_adapter")
    report = _Report(adapter, f"arlen_adapter_{secrets.token_hex(16)}")
    steps: dict[str, Callable[[], str]] = {
        "create_table": report.create_table,
        "transaction_commit": report.transaction_commit,
        "count_after_commit": report.count,
        "transaction_rollback": report.transaction_rollback,
        "count_after_rollback": report.count,
        "drop_table": report.drop_table,
    }
    outcomes: dict[str, object] = {"adapter": adapter.adapter_name, "table": report.table}
    for step, take in steps.items():
        try:
            outcomes[step] = take()
        except Exception as error:
            with suppress(Exception):
                report.drop_table()
            raise AdapterConformanceError(
                f"the adapter {adapter.adapter_name} fails at {step}: {error}",
                code="step_failed",
                details={"step": step, "adapter": adapter.adapter_name},
            ) from error
    return {**outcomes, "success": True}


def run_adapter_conformance_suite(adapter: DatabaseAdapter) -> bool:
    """True; an adapter that fails raises what ``adapter_conformance_report`` raises."""
    return bool((adapter_conformance_report(adapter))["success"])


class _Report:
    def __init__(self, adapter: Any, table: str) -> None:
        self._adapter = adapter
        self.table = table

    def create_table(self) -> str:
        self._adapter.execute(f"CREATE TABLE {self.table} (name TEXT NOT NULL)")
        return "ok"

    def transaction_commit(self) -> str:
        with self._adapter.transaction() as connection:
            connection.execute(f"INSERT INTO {self.table} (name) VALUES ($1)", ["hank"])
        return "ok"

    def transaction_rollback(self) -> str:
        sentinel = _Sentinel()
        try:
            with self._adapter.transaction() as connection:
                connection.execute(f"INSERT INTO {self.table} (name) VALUES ($1)", ["peggy"])
                raise sentinel
        except _Sentinel as error:
            if error is not sentinel:
                raise
        return "ok"

    def count(self) -> str:
        rows = self._adapter.fetch_all(f"SELECT count(*) AS total FROM {self.table}")
        total = str(rows[0]["total"])
        if total != "1":
            raise ValueError(f"the table has {total} rows instead of 1")
        return total

    def drop_table(self) -> str:
        self._adapter.execute(f"DROP TABLE {self.table}")
        return "ok"
