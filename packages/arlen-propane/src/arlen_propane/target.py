"""The application that a worker serves: its name, and the way from the name to the object."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arlen_http.reference import load_reference

from .errors import AppTargetError


@dataclass(frozen=True, slots=True)
class AppTarget:
    """``package.module:attribute``; an attribute that is a function without parameters is a factory."""

    module: str
    attribute: str = "app"

    @classmethod
    def parse(cls, text: str) -> AppTarget:
        """Raises AppTargetError: ``invalid_app_target``."""
        module, _, attribute = text.partition(":")
        names = (*module.split("."), *attribute.split(".")) if ":" in text else module.split(".")
        if not all(name.isidentifier() for name in names):
            message = f"{text!r} does not name an application; write package.module:attribute"
            raise AppTargetError(message, code="invalid_app_target", details={"target": text})
        return cls(module, attribute or "app")

    def load(self, app_root: Path) -> object:
        """Import the application; its root, and ``src`` under it, come first on ``sys.path``.

        Raises:
            arlen_http.AppLoadError: there is no such module or attribute, or the module cannot be imported.
            Exception: whatever a factory raises.
        """
        sys.path.insert(0, str(app_root / "src"))
        found = load_reference(str(self), app_dir=str(app_root))
        return found() if _is_factory(found) else found

    def __str__(self) -> str:
        return f"{self.module}:{self.attribute}"


def _is_factory(found: Any) -> bool:
    return callable(found) and not hasattr(found, "handle") and not inspect.signature(found).parameters
