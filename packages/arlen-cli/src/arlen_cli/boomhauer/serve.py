"""Serving a project as it is, without watching it."""

from __future__ import annotations

import os

from arlen_http import serve as serve_http
from arlen_mvc import Application
from arlen_mvc.runner import run

from arlen_cli.discovery import discover
from arlen_cli.errors import ArlenCLIError, Fixit
from arlen_cli.loading import explained, load

from . import announcements
from .project import Project, server_settings


def serve(project: Project, mode: str | None = None) -> int:
    """Serve the project in this process; returns the exit status.

    Args:
        mode: an option of the runner that asks for less, such as ``--once``; Arlen applications know them.

    Raises:
        ArlenCLIError: there is no application here, it cannot be imported, or it does not know the mode.
    """
    target = discover(project.root, os.environ, project.app or None)
    with explained(project.root):
        app = load(target)
    if isinstance(app, Application):
        return run(app, [*_options(project), *([mode] if mode else [])], name=announcements.NAME)
    if mode:
        raise ArlenCLIError(
            f"{mode} needs an Arlen application, and {target} is another one",
            code="unsupported_option",
            details={"option": mode, "app": str(target)},
            fixit=Fixit("Serve it without this option.", f"boomhauer --no-watch --app {target}"),
            exit_status=2,
        )
    return serve_http(app, server_settings(project), name=announcements.NAME)


def _options(project: Project) -> list[str]:
    named = {"env": project.environment, **project.overrides}
    return [text for name, value in named.items() if value != "" for text in (f"--{name}", str(value))]
