"""The guestbook: what an entry is, and where entries are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from arlen import AsyncDatabase

SCHEMA = """
create table if not exists guestbook (
    id integer primary key,
    name text not null,
    message text not null,
    written_at text not null default (strftime('%Y-%m-%d %H:%M', 'now'))
)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    message: str
    written_at: str


@dataclass(slots=True)
class Guestbook:
    database: AsyncDatabase
    _ready: bool = field(default=False, init=False)

    async def latest(self, limit: int = 20) -> Sequence[Entry]:
        await self._create()
        rows = await self.database.fetch_all(
            "select name, message, written_at from guestbook order by id desc limit ?", [limit]
        )
        return [Entry(**row) for row in rows]

    async def total(self) -> int:
        await self._create()
        return int(await self.database.fetch_value("select count(*) from guestbook"))

    async def sign(self, name: str, message: str) -> None:
        await self._create()
        await self.database.execute("insert into guestbook (name, message) values (?, ?)", [name, message])

    async def _create(self) -> None:
        if not self._ready:
            await self.database.execute(SCHEMA)
            self._ready = True
