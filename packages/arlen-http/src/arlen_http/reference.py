"""From ``module:attribute`` to the object."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from .blame import in_one_line
from .errors import AppLoadError

__all__ = ["load_reference"]


def load_reference(reference: str, *, app_dir: str = ".") -> Any:
    """The object that ``package.module:attribute.path`` names.

    Args:
        app_dir: searched for modules before anything else.

    Raises:
        AppLoadError: codes ``invalid_reference``, ``module_not_found`` (``details["missing"]`` is the module that could
            not be imported, perhaps one that the named module imports), ``import_failed`` (the cause is what the
            module raised) and ``attribute_not_found``.
    """
    module_name, colon, path = reference.partition(":")
    if not module_name or not colon or not path:
        raise AppLoadError(f'"{reference}" is not of the form module:attribute', details={"reference": reference})
    directory = str(Path(app_dir).resolve())
    if directory not in sys.path:
        sys.path.insert(0, directory)
    try:
        target: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise _module_error(module_name, directory, error) from error
    except Exception as error:
        raise AppLoadError(
            f'the module "{module_name}" cannot be imported: {in_one_line(error)}',
            code="import_failed",
            details={"module": module_name},
        ) from error
    for name in path.split("."):
        try:
            target = getattr(target, name)
        except AttributeError as error:
            raise AppLoadError(
                f'the module "{module_name}" has no attribute "{path}"',
                code="attribute_not_found",
                details={"module": module_name, "attribute": path},
            ) from error
    return target


def _module_error(module_name: str, directory: str, error: ModuleNotFoundError) -> AppLoadError:
    missing = error.name or module_name
    if module_name == missing or module_name.startswith(f"{missing}."):
        message = f'there is no module "{missing}" in {directory} or among the installed packages'
    else:
        message = f'the module "{module_name}" imports "{missing}", which is not installed'
    return AppLoadError(message, code="module_not_found", details={"module": module_name, "missing": missing})
