"""The databases of an application, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from arlen_data import AsyncDatabase
from arlen_mvc import ApplicationError

DEFAULT_TARGET = "default"


class Databases(Mapping[str, AsyncDatabase]):
    """``databases["reporting"]`` is that of ``[databases.reporting]``, ``databases["default"]`` that of ``[database]``.

    An unknown name raises ``ApplicationError`` (``unknown_database``).
    """

    __slots__ = ("_default", "_further")

    def __init__(self, default: Callable[[], AsyncDatabase], further: Mapping[str, AsyncDatabase]) -> None:
        self._default = default
        self._further = further

    def __getitem__(self, name: str) -> AsyncDatabase:
        if name == DEFAULT_TARGET:
            return self._default()
        try:
            return self._further[name]
        except KeyError:
            raise ApplicationError(
                f"there is no database {name!r}; add [databases.{name}] to the configuration, or use one of "
                f"{', '.join(self)}",
                code="unknown_database",
                details={"database": name},
            ) from None

    def __contains__(self, name: object) -> bool:
        return name == DEFAULT_TARGET or name in self._further

    def __iter__(self) -> Iterator[str]:
        yield DEFAULT_TARGET
        yield from self._further

    def __len__(self) -> int:
        return 1 + len(self._further)
