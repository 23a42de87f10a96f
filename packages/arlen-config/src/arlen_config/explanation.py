"""What became of a key: the value that won, the values that it shadows, and the values that were ignored."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .secrecy import masked
from .source import Source


@dataclass(frozen=True, slots=True)
class Sourced:
    """A value and where it comes from."""

    value: object
    source: Source


@dataclass(frozen=True, slots=True)
class Explanation:
    """The value of a key, the source that won, and what the lower layers say, highest precedence first."""

    key: str
    value: object
    source: Source
    shadowed: tuple[Sourced, ...]
    secret: bool = False

    def masked(self) -> Explanation:
        """The same with ``***`` in place of secrets."""
        shadowed = tuple(Sourced(masked(other.value, secret=self.secret), other.source) for other in self.shadowed)
        return replace(self, value=masked(self.value, secret=self.secret), shadowed=shadowed)


@dataclass(frozen=True, slots=True)
class IgnoredValue:
    """A value that was passed over because it is malformed; the next layer below was used. Secrets are masked."""

    key: str
    value: object
    source: Source
    reason: str

    def __str__(self) -> str:
        return f"config value ignored: {self.key} = {self.value!r} ({self.source}); {self.reason}"
