"""The figures of connection pools, as measurements for whatever exports metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from arlen_data.roster import WAIT_BOUNDS, PoolStats

MeasurementKind: TypeAlias = Literal["gauge", "counter"]


class Pooled(Protocol):
    """A ``Database`` or an ``AsyncDatabase``."""

    @property
    def adapter_name(self) -> str: ...

    def stats(self) -> PoolStats: ...

    def reader_stats(self) -> PoolStats: ...


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure.

    Attributes:
        name: the name of the metric, such as ``arlen_database_connections``.
        kind: ``gauge``, or ``counter`` for what only grows.
        help: what is counted.
        labels: ``database`` and ``pool``, and ``state`` or ``le`` where the metric has several figures.
    """

    name: str
    kind: MeasurementKind
    help: str
    labels: Mapping[str, str]
    value: float


def pool_metrics(databases: Mapping[str, Pooled]) -> list[Measurement]:
    """The figures of the pools of databases by name, at this moment. Asking opens no connection.

    ``pool`` is ``all``; of SQLite it is ``write`` and ``read``, which are the same pool for a database in memory.
    """
    return [
        measurement
        for name, database in databases.items()
        for pool, stats in _pools(database)
        for measurement in _measurements({"database": name, "pool": pool}, stats)
    ]


def _pools(database: Pooled) -> Iterator[tuple[str, PoolStats]]:
    if database.adapter_name != "sqlite":
        yield "all", database.stats()
        return
    yield "write", database.stats()
    yield "read", database.reader_stats()


def _measurements(labels: Mapping[str, str], stats: PoolStats) -> Iterator[Measurement]:
    def gauge(name: str, help: str, value: float, **more: str) -> Measurement:
        return Measurement(f"arlen_database_{name}", "gauge", help, {**labels, **more}, value)

    def counter(name: str, help: str, value: float, **more: str) -> Measurement:
        return Measurement(f"arlen_database_{name}", "counter", help, {**labels, **more}, value)

    connections = "Connections by what they do"
    yield gauge("connections", connections, stats.idle, state="idle")
    yield gauge("connections", connections, stats.in_use, state="in_use")
    yield gauge("connections", connections, stats.size - stats.idle - stats.in_use, state="opening")
    yield gauge("connections_peak", "The most connections that were in use at once", stats.peak)
    yield gauge("waiting", "Callers who wait for a connection", stats.waiting)
    yield counter("acquires_total", "How often a connection was acquired", stats.acquires)
    yield counter("acquire_timeouts_total", "How often no connection came in time", stats.timeouts)
    waited = 0
    for bound, number in zip((*map(str, WAIT_BOUNDS), "+Inf"), stats.wait_histogram, strict=False):
        waited += number
        yield counter("waits_total", "Acquires that had to wait, by seconds at most", waited, le=bound)
