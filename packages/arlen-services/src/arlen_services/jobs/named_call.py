"""A call of a task that another process can make: it finds the function by its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from .task import Task


def named_call(task: Task[..., Any], arguments: Mapping[str, Any]) -> Callable[[], Any]:
    """The call of the task's function with these arguments, fit to be pickled."""
    function = task.function
    return partial(_call, function.__module__, function.__qualname__, dict(arguments))


def _call(module: str, place: str, arguments: dict[str, Any]) -> Any:
    found: Any = import_module(module)
    for name in place.split("."):
        found = getattr(found, name)
    return found(**arguments)
