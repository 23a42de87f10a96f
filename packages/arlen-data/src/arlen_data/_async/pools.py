"""The two pools of a database: connections that write, and connections that read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from math import inf
from typing import TypeAlias

from arlen_data.address import Address
from arlen_data.location import Location
from arlen_data.options import DatabaseOptions
from arlen_data.sqlite.library import expect_supported_library

from .connection import AsyncConnection
from .pool import AsyncPool

Open: TypeAlias = Callable[[], Awaitable[AsyncConnection]]


def pools_for(
    address: Address, options: DatabaseOptions, open_writer: Open, open_reader: Open
) -> tuple[AsyncPool, AsyncPool]:
    """The pool for writing and the one for reading: the same, but for SQLite files, which one connection writes."""
    if not isinstance(address, Location):
        pool = AsyncPool(str(address), open_writer, options, options.max_connections)
        return pool, pool
    expect_supported_library()
    options = replace(options, acquire_timeout=options.busy_timeout, check_after=inf, max_lifetime=inf, max_idle=inf)
    writers = AsyncPool(str(address), open_writer, options, 1)
    if address.path is None or options.max_connections == 1:
        return writers, writers
    readers = options.max_connections - 1
    options = replace(options, min_connections=min(options.min_connections, readers))
    return writers, AsyncPool(str(address), open_reader, options, readers)
