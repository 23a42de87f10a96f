"""Plugins: objects that register routes, resources, layers and hooks of their own in an application."""

from __future__ import annotations

import importlib
import logging
from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from .errors import ApplicationError
from .lifecycle import MOMENTS, Hook, Lifecycle

_logger = logging.getLogger("arlen")

P = TypeVar("P", bound="Plugin")


class Plugin(Protocol):
    """Registers what it brings in ``register(app)``, which is called once, before the application starts.

    ``middlewares(app)`` may give layers; methods named ``will_start``, ``did_start``, ``will_stop`` and ``did_stop``
    are called as those of a lifecycle hook.
    """

    @property
    def name(self) -> str: ...

    def register(self, app: Any, /) -> None: ...


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """``[plugins]``"""

    classes: tuple[str, ...] = field(
        default=(), metadata={"doc": "plugins to load, as module:Class, each called without arguments"}
    )
    strict: bool = field(
        default=False, metadata={"doc": "refuse to start without one of them, rather than log a warning"}
    )


class Plugins:
    """The plugins of one application, in the order of registration."""

    __slots__ = ("_lifecycle", "_loaded", "_plugins", "layers")

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.layers: list[Any] = []
        self._lifecycle = lifecycle
        self._loaded = False
        self._plugins: dict[str, Plugin] = {}

    def __iter__(self) -> Any:
        return iter(self._plugins.values())

    def add(self, app: Any, plugin: Plugin) -> None:
        """Let a plugin register itself; one with a name that is there already is ignored.

        Raises:
            ApplicationError: ``plugin_invalid``, ``plugin_unnamed``.
        """
        name = _name_of(plugin)
        if name in self._plugins:
            return
        plugin.register(app)
        layers: Sequence[Any] = tuple(plugin.middlewares(app)) if hasattr(plugin, "middlewares") else ()
        self._plugins[name] = plugin
        self.layers += layers
        if any(hasattr(plugin, moment) for moment in MOMENTS):
            self._lifecycle.add(Hook.of(plugin))
        _logger.info("plugin registered", extra={"fields": {"plugin": name}})

    def load(self, app: Any, settings: PluginSettings) -> None:
        """Register those of the configuration, once.

        Raises:
            ApplicationError: ``plugin_not_importable``, ``plugin_invalid`` or ``plugin_unnamed``, if ``strict``.
        """
        if self._loaded:
            return
        self._loaded = True
        for reference in settings.classes:
            try:
                self.add(app, _made(reference))
            except Exception as error:
                if settings.strict:
                    self._loaded = False
                    raise
                fields = {"plugin_class": reference, "error": str(error)}
                _logger.warning("plugin load skipped", extra={"fields": fields})


class TakesPlugins(ABC):
    """The part of the application that plugins are registered with."""

    __slots__ = ()

    _plugins: Plugins

    def register_plugin(self, plugin: P) -> P:
        """Call ``plugin.register(app)``, and take its layers (outside of the application's own) and hooks.

        A second plugin of the same name is ignored.

        Raises:
            ApplicationError: ``plugin_invalid``, ``plugin_unnamed``.
        """
        self._plugins.add(self, plugin)
        return plugin

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """In the order of registration; those of the configuration are there once the application is composed."""
        return tuple(self._plugins)


def _name_of(plugin: Plugin) -> str:
    if not callable(getattr(plugin, "register", None)) or isinstance(plugin, type):
        raise ApplicationError(
            f"{plugin!r} is no plugin; give it a name and a method register(app)", code="plugin_invalid"
        )
    name = getattr(plugin, "name", "")
    if not isinstance(name, str) or not name.strip():
        raise ApplicationError(f"plugin {type(plugin).__qualname__} has no name", code="plugin_unnamed")
    return name


def _made(reference: str) -> Plugin:
    module, _, path = reference.partition(":")
    try:
        made: Plugin = attrgetter(path)(importlib.import_module(module))()
    except Exception as error:
        raise ApplicationError(
            f"plugin {reference!r} cannot be made, write module:Class: {type(error).__name__}: {error}",
            code="plugin_not_importable",
            details={"plugin": reference},
        ) from error
    return made
