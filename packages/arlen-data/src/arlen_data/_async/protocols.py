"""What others may count on in a database and its connections, and may implement without this package."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class AsyncDatabaseConnection(Protocol):
    """Runs statements. Its signatures are those of ``AsyncConnection``."""

    async def fetch_all(self, statement: Any, parameters: Any = ...) -> list[Any]: ...

    async def fetch_one(self, statement: Any, parameters: Any = ...) -> Any: ...

    async def execute(self, statement: Any, parameters: Any = ...) -> int: ...


@runtime_checkable
class AsyncDatabaseAdapter(Protocol):
    """Lends connections and runs statements. ``capability_metadata()`` is optional."""

    @property
    def adapter_name(self) -> str: ...

    async def acquire(self) -> Any: ...

    async def release(self, connection: Any) -> None: ...

    async def fetch_all(self, statement: Any, parameters: Any = ...) -> list[Any]: ...

    async def execute(self, statement: Any, parameters: Any = ...) -> int: ...

    def transaction(self) -> AbstractAsyncContextManager[Any]: ...
