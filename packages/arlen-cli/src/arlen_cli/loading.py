"""From the name of an application to the object: import, look up, and call it when it is a factory."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from importlib import import_module
from pathlib import Path

from .discovery import AppTarget
from .errors import ArlenCLIError, Fixit


def load(target: AppTarget) -> object:
    """Import the application; its directories go first on ``sys.path``.

    Raises:
        ArlenCLIError: ``app_attribute_missing`` when the module has no such attribute.
        Exception: whatever the application's modules raise while they are imported.
    """
    sys.path[:0] = [directory for directory in target.import_path if directory not in sys.path]
    module = import_module(target.module)
    try:
        found: object = reduce(getattr, target.attribute.split("."), module)
    except AttributeError as error:
        raise ArlenCLIError(
            f"{target.source} names {target}, but {module.__name__} has no {target.attribute!r}",
            code="app_attribute_missing",
            details={"module": target.module, "attribute": target.attribute},
            fixit=Fixit("Name the attribute that holds the application.", f"arlen routes --app {target.module}:app"),
        ) from error
    return found() if callable(found) and _is_factory(found) else found


@contextmanager
def explained(root: Path) -> Iterator[None]:
    """Turn whatever an application raises while it is imported and composed into one error that tells the place.

    Raises:
        ArlenCLIError: ``build_failed``; ``details`` hold stage, file, line, column and snippet.
    """
    try:
        yield
    except ArlenCLIError:
        raise
    except (Exception, SystemExit) as error:
        from .boomhauer.diagnosis import diagnose
        from .boomhauer.failure import Stage

        failure = diagnose(error, Stage.IMPORT, root)
        raise ArlenCLIError(
            failure.text(),
            code="build_failed",
            details=failure.details(),
            fixit=Fixit("Mend the application; the development server shows the whole traceback.", "arlen dev"),
        ) from error


def _is_factory(found: Callable[..., object]) -> bool:
    return not hasattr(found, "handle") and not inspect.signature(found).parameters
