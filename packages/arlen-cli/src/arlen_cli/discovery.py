"""Where the application of a directory is: its root, its module and its attribute."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import ArlenCLIError, Fixit

LITE_FILE = "app_lite.py"


@dataclass(frozen=True, slots=True)
class AppTarget:
    """An importable application.

    Attributes:
        root: the application root, absolute.
        module: dotted name of the module that holds the application.
        attribute: its name in that module; a function without arguments is a factory.
        source: what named it, for people: ``--app``, ``ARLEN_APP`` or a file.
    """

    root: Path
    module: str
    attribute: str
    source: str

    @property
    def import_path(self) -> tuple[str, ...]:
        """The directories that go first on ``sys.path``: ``src`` where there is one, then the root."""
        directories = (self.root / "src", self.root)
        return tuple(str(directory) for directory in directories if directory.is_dir())

    def __str__(self) -> str:
        return f"{self.module}:{self.attribute}"


def discover(root: Path, environ: Mapping[str, str], app: str | None = None) -> AppTarget:
    """Find the application: ``app`` (the option), ``ARLEN_APP``, ``[tool.arlen] app``, then ``app_lite.py``.

    Raises:
        ArlenCLIError: ``app_not_found`` with every place that was searched, ``invalid_app_target``, or
            ``invalid_toml`` when ``pyproject.toml`` cannot be read.
    """
    if app:
        return _target(root, app, "--app")
    if environ.get("ARLEN_APP"):
        return _target(root, environ["ARLEN_APP"], "ARLEN_APP")
    pyproject = root / "pyproject.toml"
    declared = _declared_app(pyproject)
    if declared:
        return _target(root, declared, "pyproject.toml")
    if (root / LITE_FILE).is_file():
        return _target(root, "app_lite:app", LITE_FILE)
    raise _not_found(root, pyproject)


def _target(root: Path, text: str, source: str) -> AppTarget:
    module, _, attribute = text.partition(":")
    target = AppTarget(root, module, attribute or "app", source)
    if all(part.isidentifier() for part in (*module.split("."), *target.attribute.split("."))):
        return target
    raise ArlenCLIError(
        f"{source} names {text!r}, which is not of the form package.module:attribute",
        code="invalid_app_target",
        details={"source": source, "value": text},
        fixit=Fixit("Name the module and the attribute that hold the application.", "arlen routes --app shop.app:app"),
    )


def _declared_app(pyproject: Path) -> str | None:
    if not pyproject.is_file():
        return None
    try:
        document = tomllib.loads(pyproject.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ArlenCLIError(
            f"{pyproject} is not valid TOML: {error}",
            code="invalid_toml",
            details={"file": str(pyproject)},
            fixit=Fixit("Mend the file at the place named above.", "arlen routes"),
        ) from error
    declared = document.get("tool", {}).get("arlen", {}).get("app")
    return declared if isinstance(declared, str) else None


def _not_found(root: Path, pyproject: Path) -> ArlenCLIError:
    state = "has no [tool.arlen] app" if pyproject.is_file() else "does not exist"
    searched = [
        "--app was not given",
        "ARLEN_APP is not set",
        f"{pyproject} {state}",
        f"{root / LITE_FILE} does not exist",
    ]
    return ArlenCLIError(
        "no application found: " + "; ".join(searched),
        code="app_not_found",
        details={"searched": searched},
        fixit=Fixit("Change to the directory of an application, name one with --app, or create one.", "arlen new Shop"),
    )
