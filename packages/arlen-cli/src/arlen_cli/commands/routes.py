"""``arlen routes``: list the routes of the application, check them, or tell which one a request reaches."""

from __future__ import annotations

import click

from arlen_cli.command import ArlenCommand, caller_of, json_option
from arlen_cli.output import Printer


@click.command("routes", cls=ArlenCommand, workflow="routes", example="arlen routes")
@click.option("--app", metavar="MODULE:ATTRIBUTE", help="The application (default: found in the working directory).")
@click.option("--match", "request", metavar='"METHOD /PATH"', help="Tell which route this request reaches, and why.")
@click.option("--check", "work", flag_value="check", help="Tell every mistake that would keep it from starting.")
@json_option
@click.pass_context
def command(ctx: click.Context, app: str | None, request: str | None, work: str | None) -> None:
    """List the routes of the application in the working directory."""
    from arlen_cli.route_listing import check_routes, list_routes, match_route

    printer: Printer = ctx.obj
    if request and work:
        raise click.UsageError("--match and --check are two questions; ask one", ctx)
    list_or_check = check_routes if work else list_routes
    printer.show(caller_of(ctx), match_route(app, request) if request else list_or_check(app))
