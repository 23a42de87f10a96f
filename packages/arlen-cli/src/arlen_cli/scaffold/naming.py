"""The names of an application: as typed, as a distribution, as a package."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass

from arlen_cli.errors import Fixit

from .errors import ScaffoldError

_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")
_FAMILY = re.compile(r"arlen(_(cli|config|data|http|mvc|propane|realtime|router|services|testkit))?")


@dataclass(frozen=True, slots=True)
class AppName:
    """The name of an application: ``OnlineShop``, distribution ``online-shop``, package ``online_shop``."""

    text: str
    slug: str
    package: str

    @classmethod
    def parse(cls, text: str) -> AppName:
        """Derive the names.

        Raises:
            ScaffoldError: ``invalid_app_name`` when there is more in it than ASCII letters, digits, spaces and ``._-``.
        """
        if not _PLAIN.fullmatch(text):
            raise ScaffoldError(
                f"{text!r} cannot be the name of an application; use letters, digits, '-' and '_'",
                code="invalid_app_name",
                details={"app_name": text},
                fixit=Fixit("Choose a plain name; it becomes a directory here.", "arlen new Shop"),
                exit_status=2,
            )
        words = [word.lower() for word in _WORD_BOUNDARY.split(text) if word]
        return cls(text=text, slug="-".join(words), package=_importable("_".join(words)))


def _importable(package: str) -> str:
    if package[0].isdigit():
        return f"app_{package}"
    if keyword.iskeyword(package) or package in sys.stdlib_module_names or _FAMILY.fullmatch(package):
        return f"{package}_app"
    return package
