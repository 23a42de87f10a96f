from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Select, Table, Text, create_engine, select
from sqlalchemy.dialects import postgresql

from .tasks import compiling, lookups
from .work import Places

METADATA = MetaData()
PEOPLE = Table("people", METADATA, Column("id", Integer, primary_key=True), Column("name", Text), Column("email", Text))
ORDERS = Table(
    "orders",
    METADATA,
    *(Column(name, Integer) for name in ("id", "total", "user_id", "campaign_id", "tenant_id", "deleted", "created")),
    Column("state", Text),
).alias("o")
USERS = Table("users", METADATA, Column("id", Integer), Column("name", Text)).alias("u")
CAMPAIGNS = Table("campaigns", METADATA, Column("id", Integer), Column("title", Text)).alias("c")

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call,unused-ignore]
CACHE: dict[Any, Any] = {}


def medium(number: int) -> Select[Any]:
    o, u, c = ORDERS.c, USERS.c, CAMPAIGNS.c
    return (
        select(o.id, o.total, u.name, c.title)
        .select_from(ORDERS.join(USERS, u.id == o.user_id).outerjoin(CAMPAIGNS, c.id == o.campaign_id))
        .where(
            o.tenant_id == number,
            o.total > 100,
            u.name.like("a%"),
            o.state.in_(["paid", "sent"]),
            o.deleted.is_(None),
        )
        .order_by(o.created.desc(), o.id)
        .limit(20)
        .offset(40)
    )


def compile_cold(number: int) -> tuple[str, Sized]:
    compiled = medium(number).compile(dialect=DIALECT)
    return str(compiled), compiled.params


def compile_hit(number: int) -> tuple[str, Sized]:
    """What ``Connection.execute`` does with a statement before the driver has it."""
    compiled, extracted, *_ = medium(number)._compile_w_cache(DIALECT, compiled_cache=CACHE, column_keys=[])
    return str(compiled), compiled.construct_params(extracted_parameters=extracted)


@contextmanager
def finders(places: Places, workers: int) -> Iterator[Sequence[Callable[[int], Any]]]:
    url = places.postgres.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=workers)

    def find(id: int) -> Any:
        with engine.connect() as connection:
            statement = select(PEOPLE.c.id, PEOPLE.c.name, PEOPLE.c.email).where(PEOPLE.c.id == id)
            return connection.execute(statement).mappings().fetchone()

    yield [find] * workers
    engine.dispose()


TASKS = {
    "compile": compiling(compile_cold, 6),
    "compile_hit": compiling(compile_hit, 6),
    "lookup_built": lookups(finders, 1),
    "lookup_built_8": lookups(finders, 8),
}
