"""Where an application's configuration comes from, so that it can be read again with options on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arlen_config import Config

from .errors import ApplicationError
from .logs import write_to_stderr
from .settings import Settings

TABLES_OF_OTHERS = ("propane_accessories",)
"""Tables of the same files that are meant for the process manager."""


@dataclass(frozen=True, slots=True)
class ConfigurationFiles:
    """The files below a root, and the process environment (``os.environ`` when ``env`` is None)."""

    root: Path
    environment: str
    env: Mapping[str, str] | None = None

    def read(self, overrides: Mapping[str, Any]) -> Config:
        return Config.load(self.root, self.environment, self.env, overrides)

    def set_up_logging(self, settings: Settings) -> None:
        """A program that is configured by files also logs as they say."""
        write_to_stderr(settings)


@dataclass(frozen=True, slots=True)
class ConfigurationMapping:
    """A mapping of tables that the program holds."""

    tables: Mapping[str, Any]
    environment: str

    def read(self, overrides: Mapping[str, Any]) -> Config:
        return Config.from_mapping(_overridden(self.tables, overrides), self.environment)

    def set_up_logging(self, settings: Settings) -> None:
        """Left to the program."""


@dataclass(frozen=True, slots=True)
class LoadedConfiguration:
    """A configuration that somebody else has read."""

    config: Config
    environment: str

    def read(self, overrides: Mapping[str, Any]) -> Config:
        if overrides or self.environment != self.config.environment:
            raise ApplicationError(
                "the application was given a loaded Config, which cannot be read again with other options; "
                "make it with Application.from_root(...) or from a mapping",
                code="configuration_fixed",
            )
        return self.config

    def set_up_logging(self, settings: Settings) -> None:
        """Left to the program."""


Configuration = ConfigurationFiles | ConfigurationMapping | LoadedConfiguration


def configuration_of(given: Config | Mapping[str, Any] | None) -> Configuration:
    """What the application's constructor was given; ``environment`` in a mapping names the environment."""
    if isinstance(given, Config):
        return LoadedConfiguration(given, given.environment)
    tables = dict(given or {})
    return ConfigurationMapping(tables, str(tables.pop("environment", "development")))


def _overridden(tables: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The tables with the options, by dotted key, put in; None means that an option was not given."""
    result = dict(tables)
    for key, value in overrides.items():
        table, _, rest = key.partition(".")
        if value is not None:
            result[table] = _overridden(result.get(table, {}), {rest: value}) if rest else value
    return result
