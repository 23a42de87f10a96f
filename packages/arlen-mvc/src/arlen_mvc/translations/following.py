"""Texts that follow their files while people work on them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .catalogues import read_catalogues
from .translations import Translations

_logger = logging.getLogger("arlen")


class FollowingTranslations(Translations):
    """Texts as the catalogues of a directory are when somebody asks for one.

    While a file cannot be read the texts stay as they were; why is logged once.
    """

    __slots__ = ("_directory", "_stamps")

    def __init__(self, directory: Path, default_locale: str = "en", fallback_locale: str = "en") -> None:
        super().__init__(default_locale, fallback_locale)
        self._directory = directory
        self._stamps = _stamps(directory)

    def available_locales(self) -> list[str]:
        self._follow()
        return super().available_locales()

    def translate(
        self,
        key: str,
        locale: str | None = None,
        fallback: str | None = None,
        default: str | None = None,
        args: Mapping[str, Any] | None = None,
    ) -> str:
        self._follow()
        return super().translate(key, locale, fallback, default, args)

    def _follow(self) -> None:
        stamps = _stamps(self._directory)
        if stamps == self._stamps:
            return
        self._stamps = stamps
        catalogues, mistakes = read_catalogues(self._directory)
        for mistake in mistakes:
            _logger.warning("catalogue ignored", extra={"fields": {"problem": str(mistake)}})
        if not mistakes:
            self.load(catalogues)


def _stamps(directory: Path) -> dict[Path, tuple[int, int]]:
    stamps = {}
    for file in directory.glob("*.toml"):
        with suppress(FileNotFoundError):
            stat = file.stat()
            stamps[file] = stat.st_mtime_ns, stat.st_size
    return stamps
