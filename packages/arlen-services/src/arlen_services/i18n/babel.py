"""Babel, which only this module imports: CLDR's rules and formats, gettext files, and messages in source code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Literal

from arlen_services.errors import LocalizationError, MissingDependencyError

try:
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date, format_datetime, format_time
    from babel.lists import format_list
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_file
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po, write_po
    from babel.numbers import format_currency, format_decimal, format_percent
    from babel.units import format_unit
except ImportError as error:
    raise MissingDependencyError("plurals, formats and gettext catalogues", extra="i18n") from error

KEYWORDS: dict[str, Any] = {
    "_": None,
    "t": None,
    "gettext": None,
    "translate": None,
    "localize": None,
    "LazyText": (2,),
    "lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@cache
def locale_data(locale: str) -> Locale:
    """What CLDR knows of a locale or of the nearest that it is a kind of; English where it knows none."""
    parts = locale.split("-")
    for length in range(len(parts), 0, -1):
        try:
            return Locale.parse("-".join(parts[:length]), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def cardinal(number: object, locale: str) -> str:
    """The plural category of so many things."""
    return _category(locale_data(locale).plural_form, number)


def ordinal(number: object, locale: str) -> str:
    """The plural category of the n-th thing."""
    return _category(locale_data(locale).ordinal_form, number)


def _category(rule: Callable[[Any], str], number: object) -> str:
    try:
        return rule(number)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        raise _not_writable(number, "count") from None


def direction(locale: str) -> Literal["ltr", "rtl"]:
    """Where the text of a locale runs to."""
    return "rtl" if locale_data(locale).text_direction == "rtl" else "ltr"


def write(value: Any, kind: str, option: str, locale: str, zone: tzinfo | None = None) -> str:
    """A value as the locale writes it: see `arlen_services.i18n.format`."""
    try:
        return _WRITERS[kind](value, option, locale_data(locale), zone)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, AssertionError):
        raise _not_writable(value, kind) from None


_WRITERS: Mapping[str, Callable[[Any, Any, Locale, tzinfo | None], str]] = {
    "number": lambda value, option, locale, _: format_decimal(value, option or None, locale=locale),
    "percent": lambda value, option, locale, _: format_percent(value, option or None, locale=locale),
    "currency": lambda value, option, locale, _: format_currency(value, option, locale=locale),
    "date": lambda value, option, locale, _: format_date(value, option or "medium", locale=locale),
    "time": lambda value, option, locale, zone: format_time(value, option or "short", tzinfo=zone, locale=locale),
    "datetime": lambda value, option, locale, zone: format_datetime(
        value, option or "medium", tzinfo=zone, locale=locale
    ),
    "list": lambda value, option, locale, _: format_list([*map(str, value)], option or "standard", locale=locale),
    "unit": lambda value, option, locale, _: format_unit(value, option, locale=locale),
}


def _not_writable(value: object, kind: str) -> LocalizationError:
    return LocalizationError(
        f"a {type(value).__name__} cannot be written as {kind}",
        code="value_not_writable",
        details={"kind": kind, "type": type(value).__name__},
        permanent=True,
    )


def read_catalogue(path: Path, locale: str | None = None) -> Catalog:
    """The catalogue of a ``.po`` or ``.pot`` file.

    Raises:
        LocalizationError: code ``catalogue_malformed`` or ``catalogue_unreadable``.
    """
    try:
        with path.open("rb") as file:
            return read_po(file, locale=_gettext_name(locale), abort_invalid=True)
    except OSError as error:
        raise LocalizationError(
            f"{path} cannot be read: {error.strerror}", code="catalogue_unreadable", details={"path": str(path)}
        ) from error
    except (PoFileError, ValueError, UnicodeError) as error:
        raise LocalizationError(
            f"{path} is no gettext catalogue: {error}", code="catalogue_malformed", details={"path": str(path)}
        ) from error


def new_catalogue(locale: str | None = None) -> Catalog:
    """An empty catalogue."""
    return Catalog(locale=_gettext_name(locale), fuzzy=False)


def write_catalogue(catalogue: Catalog, path: Path) -> None:
    """Write a ``.po`` or ``.pot`` file, or a ``.mo`` file, as its name asks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        if path.suffix == ".mo":
            write_mo(file, catalogue)
        else:
            write_po(file, catalogue, width=120, sort_output=True)


def messages_in(path: Path) -> Iterable[tuple[int, str | tuple[str, ...], str | None]]:
    """The messages of a Python file: line, text (or texts of a plural), context."""
    for line, message, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
        yield line, message, context


def _gettext_name(locale: str | None) -> str | None:
    return str(locale_data(locale)) if locale else None
