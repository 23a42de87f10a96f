"""Values: compared by what they hold and never changed."""

from __future__ import annotations


class Value:
    """Equal to every value of its own class whose slots are equal; each slot is set once.

    This is what a frozen dataclass is, without the import of ``dataclasses``, which costs as much as this package.
    """

    __slots__: tuple[str, ...] = ()

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(self, name):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._held() == other._held()

    def __hash__(self) -> int:
        return hash((type(self), *self._held()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._held()))})"

    def _held(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)
