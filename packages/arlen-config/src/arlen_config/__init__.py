"""Layered TOML configuration read once into typed, frozen dataclasses."""

from .config import Config
from .defaults import render_defaults
from .errors import ArlenConfigError, ConfigError, Fault, SettingsDefinitionError
from .explanation import Explanation, IgnoredValue, Sourced
from .root import application_root
from .schema import Sections
from .source import Origin, Source

__all__ = [
    "ArlenConfigError",
    "Config",
    "ConfigError",
    "Explanation",
    "Fault",
    "IgnoredValue",
    "Origin",
    "Sections",
    "SettingsDefinitionError",
    "Source",
    "Sourced",
    "application_root",
    "render_defaults",
]
