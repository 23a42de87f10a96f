"""Values as people of a locale write them (CLDR, through Babel; the extra ``i18n``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Literal, TypeAlias

from .babel import direction, write
from .locale import current_locale, normalize

Number: TypeAlias = int | float | Decimal
Width: TypeAlias = Literal["short", "medium", "long", "full"]

__all__ = ["Formats", "direction"]


class Formats:
    """Writes values for one locale (the current one where it is empty) and, of moments, one time zone.

    Every method raises ``LocalizationError`` with code ``value_not_writable`` for a value of another kind.
    """

    __slots__ = ("_locale", "_zone")

    def __init__(self, locale: str = "", zone: tzinfo | None = None) -> None:
        self._locale = normalize(locale) or current_locale() or "en"
        self._zone = zone

    def number(self, value: Number, pattern: str = "") -> str:
        """``1,234.5``; ``pattern`` as in CLDR: ``#,##0.00``."""
        return write(value, "number", pattern, self._locale)

    def percent(self, value: Number, pattern: str = "") -> str:
        """``12%`` for 0.12."""
        return write(value, "percent", pattern, self._locale)

    def currency(self, value: Number, code: str) -> str:
        """An amount of money; ``code`` by ISO 4217."""
        return write(value, "currency", code, self._locale)

    def date(self, value: date, width: Width | str = "medium") -> str:
        """A day; ``width`` may be a pattern of CLDR."""
        return write(value, "date", width, self._locale)

    def time(self, value: time | datetime, width: Width | str = "short") -> str:
        """A time of day, in the zone if it belongs to a moment."""
        return write(value, "time", width, self._locale, self._zone)

    def datetime(self, value: datetime, width: Width | str = "medium") -> str:
        """A moment, in the zone."""
        return write(value, "datetime", width, self._locale, self._zone)

    def list(self, values: Iterable[object], style: str = "standard") -> str:
        """``a, b, and c``; ``style`` may be ``or``."""
        return write(values, "list", style, self._locale)

    def unit(self, value: Number, unit: str) -> str:
        """``3 kilometers`` for ``length-kilometer``."""
        return write(value, "unit", unit, self._locale)
