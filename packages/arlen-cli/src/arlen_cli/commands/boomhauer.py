"""``arlen boomhauer``, ``arlen dev`` and ``boomhauer``: serve the application while it is developed."""

from __future__ import annotations

import click

from arlen_cli.command import ArlenCommand


@click.command("boomhauer", cls=ArlenCommand, workflow="development", example="boomhauer --port 3000")
@click.option("--app", default="", metavar="MODULE:ATTRIBUTE", help="The application: Arlen, ASGI or a handler.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on; 0 chooses one and prints it.")
@click.option("--env", "environment", default="", help="Configuration environment (default: development).")
@click.option("--watch/--no-watch", default=True, help="Build anew on every change (default), or serve once.")
@click.option("--once", "mode", flag_value="--once", help="Answer one request and end.")
@click.option("--print-routes", "mode", flag_value="--print-routes", help="List the routes and end.")
def command(app: str, host: str | None, port: int | None, environment: str, watch: bool, mode: str | None) -> int:
    """Serve the application in the working directory.

    A change of its files builds it anew, and browsers follow. A build that fails is shown in the browser until it is
    mended.
    """
    from arlen_config import application_root

    from arlen_cli.boomhauer.project import Project

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    project = Project(application_root().resolve(), app, environment, given)
    if watch and mode is None:
        from arlen_cli.boomhauer.develop import develop

        return develop(project)
    from arlen_cli.boomhauer.serve import serve

    return serve(project, mode)
