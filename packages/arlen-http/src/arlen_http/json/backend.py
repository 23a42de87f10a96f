"""The interface behind which a library reads and writes JSON; a module is one."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["Backend"]


class Backend(Protocol):
    """What `arlen_http.json` asks of a library; arguments, results and errors are those of the functions there."""

    @property
    def NAME(self) -> str: ...

    @property
    def VERSION(self) -> str: ...

    def loads(self, data: bytes | bytearray | str, /) -> Any: ...

    def dumps(self, value: object, sort_keys: bool, pretty: bool, /) -> bytes: ...
