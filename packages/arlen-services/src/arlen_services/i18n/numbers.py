"""The rules of numbers and the ways to write values, taken from Babel when the first one is needed."""

from __future__ import annotations


class CldrRules:
    """The plural rules of CLDR."""

    __slots__ = ()

    def cardinal(self, number: object, locale: str) -> str:
        from . import babel

        return babel.cardinal(number, locale)

    def ordinal(self, number: object, locale: str) -> str:
        from . import babel

        return babel.ordinal(number, locale)


RULES = CldrRules()


def write(value: object, kind: str, option: str, locale: str) -> str:
    """A value as a kind of `arlen_services.i18n.text.KINDS`, as the locale writes it.

    Raises:
        LocalizationError: code ``value_not_writable``.
        MissingDependencyError: the extra ``i18n`` is not installed.
    """
    from . import babel

    return babel.write(value, kind, option, locale)
