"""What is developed: an application root, the application in it, and how it is to be served."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from arlen_config import Config
from arlen_http.settings import ServerSettings

DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class Project:
    """A directory with an application.

    Attributes:
        root: the application root, absolute.
        app: ``module:attribute`` when the command line names one, else empty.
        environment: the configuration environment that the command line names; empty leaves it to the application.
        overrides: configuration values from the command line.
    """

    root: Path
    app: str = ""
    environment: str = ""
    overrides: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a child has to do: serve the project on inherited sockets, and talk over another one.

    Attributes:
        listeners: descriptors of the listening sockets.
        channel: descriptor of the child's end of the channel.
    """

    project: Project
    listeners: tuple[int, ...]
    channel: int

    def encode(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def decode(cls, text: str) -> Assignment:
        document = json.loads(text)
        project = document["project"]
        root = Path(project["root"])
        return cls(Project(**{**project, "root": root}), tuple(document["listeners"]), document["channel"])


def server_settings(project: Project) -> ServerSettings:
    """The settings of a server for this project, from its files, the environment and the command line.

    Raises:
        ConfigError: they cannot be read.
    """
    environment = project.environment or os.environ.get("ARLEN_ENV") or DEVELOPMENT
    config = Config.load(project.root, environment, os.environ, project.overrides)
    return config.section("", ServerSettings)
