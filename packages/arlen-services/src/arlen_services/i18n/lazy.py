"""Texts that are translated when they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from .translator import Translator


class LazyText:
    """Stands for a text, to be named before the locale is known: in a module, in a form.

    ``str()`` of it is the text in the locale that is current then.
    """

    __slots__ = ("_arguments", "_key", "_translator")

    def __init__(self, translator: Translator, key: str, args: Mapping[str, object] | None = None) -> None:
        self._translator = translator
        self._key = key
        self._arguments = dict(args or {})

    def __str__(self) -> str:
        return self._translator.translate(self._key, args=self._arguments)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __repr__(self) -> str:
        return f"LazyText({self._key!r})"
