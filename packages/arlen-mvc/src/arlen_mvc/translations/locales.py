"""Names of locales, and the choice among them (RFC 5646, RFC 4647 section 3.4, RFC 9110 section 12.5.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

_MOST_RANGES = 32


def normalised(locale: str) -> str:
    """Lower case with hyphens: ``de_AT`` is ``de-at``."""
    return locale.strip().lower().replace("_", "-")


def looked_up(wanted: str, available: Collection[str]) -> str | None:
    """The available locale for the wanted one: itself, or less of it (``de-at-1996``, ``de-at``, ``de``)."""
    locale = normalised(wanted)
    while locale:
        if locale in available:
            return locale
        locale = locale.rpartition("-")[0]
    return None


def accepted(header: str, available: Collection[str]) -> str | None:
    """The available locale that an ``Accept-Language`` field prefers; ``*`` leaves the choice to the application."""
    for wanted in _by_preference(header):
        if wanted == "*":
            return None
        found = looked_up(wanted, available)
        if found is not None:
            return found
    return None


def _by_preference(header: str) -> Iterator[str]:
    weighted = [_weighted(part) for part in header.split(",", _MOST_RANGES)[:_MOST_RANGES]]
    return (wanted for wanted, weight in sorted(weighted, key=lambda each: -each[1]) if wanted and weight > 0)


def _weighted(part: str) -> tuple[str, float]:
    wanted, _, parameter = part.partition(";")
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return wanted.strip(), 1.0
    try:
        return wanted.strip(), min(float(value), 1.0)
    except ValueError:
        return wanted.strip(), 0.0
