"""What a callable is, asked once at registration so that nobody has to ask while a request is served."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


def awaits(function: Callable[..., Any]) -> bool:
    """Whether calling it gives a coroutine."""
    target = unwrapped(function)
    return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(getattr(target, "__call__", None))  # noqa: B004


def unwrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function below any ``functools.partial``."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def with_optional_argument(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """A function of one argument that passes it on only if ``function`` needs one."""
    if needs_argument(function):
        return function
    return lambda _: function()


def needs_argument(function: Callable[..., Any]) -> bool:
    """Whether it cannot be called without one."""
    try:
        inspect.signature(function).bind()
    except TypeError:
        return True
    return False


def takes_argument(function: Callable[..., Any]) -> bool:
    """Whether it can be called with one argument."""
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    return True


def place_of(function: Callable[..., Any]) -> str:
    """Its name, file and line, for messages: ``show (shop/users.py:12)``."""
    target = inspect.unwrap(unwrapped(function))
    code = getattr(target, "__code__", None)
    name = getattr(target, "__qualname__", type(target).__qualname__).replace("<locals>.", "")
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code else name
