"""The Cache-Control field of an answer (RFC 9111 section 5.2.2)."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class CacheControl:
    """Directives by their names; times are in seconds, ``None`` leaves one out. ``str()`` gives the value of the field.

    Raises:
        ValueError: directives contradict each other, or a time is negative.
    """

    public: bool = False
    private: bool = False
    no_store: bool = False
    no_cache: bool = False
    must_revalidate: bool = False
    proxy_revalidate: bool = False
    immutable: bool = False
    no_transform: bool = False
    max_age: int | None = None
    s_maxage: int | None = None
    stale_while_revalidate: int | None = None
    stale_if_error: int | None = None

    def __post_init__(self) -> None:
        if self.public and self.private:
            raise ValueError("an answer is public or private, not both")
        if self.no_store and (self.public or self.immutable or self._times):
            raise ValueError("what must not be stored has no age: no_store goes with none of public, immutable, times")
        if any(seconds < 0 for _, seconds in self._times):
            raise ValueError("the times of Cache-Control are seconds from now, not negative")

    @property
    def _times(self) -> list[tuple[str, int]]:
        return [(name, value) for name, value in self._given if type(value) is int]

    @property
    def _given(self) -> list[tuple[str, bool | int]]:
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return [(name, value) for name, value in named if value is not None and value is not False]

    def __str__(self) -> str:
        words = ((name.replace("_", "-"), value) for name, value in self._given)
        return ", ".join(word if value is True else f"{word}={value}" for word, value in words)
