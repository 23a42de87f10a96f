"""Translations in HTML: what is text is escaped, what is markup is not."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal

from .translator import Translator

_HARMLESS = (int, float, Decimal, date, time)


class Markup(str):
    """HTML that a template shows as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def escaped(value: object) -> object:
    """A value that may stand in HTML: numbers and moments as they are, markup (``__html__``) too, all else escaped."""
    if isinstance(value, _HARMLESS):
        return value
    as_html = getattr(value, "__html__", None)
    return as_html() if as_html else html.escape(str(value))


def translate_html(
    translator: Translator,
    key: str,
    *,
    locale: str | None = None,
    fallback: str | None = None,
    default: str | None = None,
    args: Mapping[str, object] | None = None,
) -> Markup:
    """A translation for HTML. The text of a key that ends in ``_html`` is markup; every other text is escaped.

    Arguments are escaped in both, unless they are marked as HTML.
    """
    given = dict(args or {})
    if key.strip().endswith("_html"):
        places = {name: escaped(value) for name, value in given.items()}
        return Markup(_text(translator, key, locale, fallback, default, places))
    marked = {name: as_html() for name, value in given.items() if (as_html := getattr(value, "__html__", None))}
    tokens = {name: f"\ue000{number}\ue001" for number, name in enumerate(marked)}
    shown = html.escape(_text(translator, key, locale, fallback, default, {**given, **tokens}))
    for name, token in tokens.items():
        shown = shown.replace(token, marked[name])
    return Markup(shown)


def _text(
    translator: Translator,
    key: str,
    locale: str | None,
    fallback: str | None,
    default: str | None,
    arguments: Mapping[str, object],
) -> str:
    return translator.translate(key, locale=locale, fallback=fallback, default=default, args=arguments)
