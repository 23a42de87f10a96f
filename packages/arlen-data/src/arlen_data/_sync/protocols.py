# Written by ci/unasync.py from _async/protocols.py: edit that file and run `python -m ci.unasync`.
"""What others may count on in a database and its connections, and may implement without this package."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class DatabaseConnection(Protocol):
    """Runs statements. Its signatures are those of ``Connection``."""

    def fetch_all(self, statement: Any, parameters: Any = ...) -> list[Any]: ...

    def fetch_one(self, statement: Any, parameters: Any = ...) -> Any: ...

    def execute(self, statement: Any, parameters: Any = ...) -> int: ...


@runtime_checkable
class DatabaseAdapter(Protocol):
    """Lends connections and runs statements. ``capability_metadata()`` is optional."""

    @property
    def adapter_name(self) -> str: ...

    def acquire(self) -> Any: ...

    def release(self, connection: Any) -> None: ...

    def fetch_all(self, statement: Any, parameters: Any = ...) -> list[Any]: ...

    def execute(self, statement: Any, parameters: Any = ...) -> int: ...

    def transaction(self) -> AbstractContextManager[Any]: ...
