"""From a project to something that a server can serve: an Arlen application, an ASGI application, or a handler."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from arlen_http import ServerSettings
from arlen_mvc import Application

from arlen_cli.discovery import discover
from arlen_cli.loading import load

from .project import Project, server_settings
from .templates import check_templates

#: What requests in flight get when the child is replaced or stopped.
GRACE_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Served:
    """An application, ready to be started.

    Attributes:
        app: an Arlen application, an ASGI application or a handler.
        root: the application root.
        settings: how the server treats its connections.
        templates: directories of templates that can be checked; those of other frameworks cannot.
    """

    app: object
    root: Path
    settings: ServerSettings
    templates: tuple[Path, ...]

    def check_templates(self) -> None:
        """Parse every template.

        Raises:
            jinja2.TemplateSyntaxError: the first one that is malformed.
        """
        for directory in self.templates:
            check_templates(directory)


def find_served(project: Project) -> Served:
    """Import the application of a project and configure it, without starting it.

    Raises:
        ArlenCLIError: there is none.
        Exception: whatever the application raises while it is imported.
    """
    found = load(discover(project.root, os.environ, project.app or None))
    if isinstance(found, Application):
        if project.environment or project.overrides:
            found.configure(project.environment or None, project.overrides)
        templates = found.root / found.settings.templates.directory
        return Served(found, project.root, _brief(found.settings.server), (templates,))
    return Served(found, project.root, _brief(server_settings(project)), ())


def _brief(settings: ServerSettings) -> ServerSettings:
    return replace(settings, graceful_shutdown_seconds=GRACE_SECONDS)
