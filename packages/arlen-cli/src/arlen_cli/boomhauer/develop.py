"""Serving a project while it is developed."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack

from arlen_config import Config, ConfigError
from arlen_http.listening import urls_of
from arlen_http.settings import ServerSettings

from arlen_cli.discovery import discover

from . import announcements
from .listening import listen
from .project import Project, server_settings
from .supervisor import Supervisor


def develop(project: Project) -> int:
    """Serve the project, and build it anew on every change, until somebody stops it; returns the exit status.

    Raises:
        ArlenCLIError: there is no application here, or its address cannot be listened on.
    """
    discover(project.root, os.environ, project.app or None)
    with ExitStack() as stack:
        settings = _address(project)
        listeners = [stack.enter_context(listener) for listener in listen(settings)]
        announcements.watching(project.root)
        for url in urls_of(listeners, settings):
            announcements.listening(url)
        return asyncio.run(Supervisor(project, listeners).run())


def _address(project: Project) -> ServerSettings:
    """Where to listen. Broken configuration is a failed build, which is shown at the usual address."""
    try:
        return server_settings(project)
    except ConfigError:
        return Config.from_mapping(dict(project.overrides)).section("", ServerSettings)
