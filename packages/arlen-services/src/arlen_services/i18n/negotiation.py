"""The locale that somebody wants (RFC 9110 section 12.5.4, RFC 4647 look-up)."""

from __future__ import annotations

from collections.abc import Iterable

from .locale import normalize, with_parents


def accepted(header: str) -> list[str]:
    """The languages of an ``Accept-Language``, the most wanted first, without those of q=0 and senseless parts."""
    weighed = []
    for part in header.split(",")[:50]:
        name, _, parameters = part.partition(";")
        if (language := normalize(name)) and (weight := _weight(parameters)) > 0:
            weighed.append((weight, language))
    return [language for _, language in sorted(weighed, key=lambda pair: -pair[0])]


def negotiate(wanted: Iterable[str], available: Iterable[str], default: str = "en") -> str:
    """The first of the wanted locales that is available itself, as what it is a kind of, or as a kind of it.

    ``wanted`` is the order of an application: the URL, the user, a cookie, then `accepted` of the header.
    """
    on_offer = sorted(normalize(each) for each in available)
    for locale in map(normalize, wanted):
        if locale == "*" and on_offer:
            return default if default in on_offer else on_offer[0]
        for name in with_parents(locale) if locale else ():
            if name in on_offer:
                return name
        if kind := next((each for each in on_offer if locale and each.startswith(f"{locale}-")), None):
            return kind
    return normalize(default)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, float(value))
    except ValueError:
        return 0.0
