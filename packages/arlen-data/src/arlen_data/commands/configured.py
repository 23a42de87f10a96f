"""The address of a database in the configuration of an application; arlen-config reads that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from arlen_data.errors import InvalidArgumentError, MissingDependencyError
from arlen_data.settings import DatabaseSettings

from .address import Source

_TABLE = "database"


@dataclass(frozen=True, slots=True)
class _Further:
    databases: Mapping[str, DatabaseSettings] = field(default_factory=dict)


def configured_source(target: str, environment: str) -> Source:
    """What ``[databases.<target>]`` or ``[database]`` says in an environment; by default ``db/<environment>.sqlite3``.

    Raises:
        MissingDependencyError: arlen-config is not installed.
        InvalidArgumentError: code ``invalid_configuration``.
    """
    try:
        from arlen_config import ConfigError
    except ImportError as error:
        raise MissingDependencyError(
            "--env reads the configuration of an application and needs arlen-config; install 'arlen-data[config]', or "
            "give --dsn",
            code="dependency_missing",
        ) from error
    try:
        return _read(target, environment)
    except ConfigError as error:
        message = "; ".join(str(error).splitlines())
        raise InvalidArgumentError(message, code="invalid_configuration", details=error.details) from error


def _read(target: str, environment: str) -> Source:
    from arlen_config import Config, application_root

    root = application_root()
    config = Config.load(root, environment)
    default = DatabaseSettings(connection_string=f"sqlite:///db/{environment}.sqlite3")
    shared = config.section(_TABLE, DatabaseSettings, default)
    own = config.section("", _Further).databases.get(target)
    if own is not None and own.connection_string:
        return Source(own.connection_string, f"[databases.{target}]", root)
    return Source(shared.connection_string or "", str(config.explain(f"{_TABLE}.connection_string").source), root)
