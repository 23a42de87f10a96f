"""``arlen templates``: check the templates of the application, or compile them."""

from __future__ import annotations

import click

from arlen_cli.command import ArlenCommand


class ForwardingCommand(ArlenCommand):
    """A command whose action reads its own options, those that look like this command's included."""

    ignore_unknown_options = True
    allow_interspersed_args = False


@click.command("templates", cls=ForwardingCommand, workflow="templates", example="arlen templates check")
@click.argument("action", type=click.Choice(["check", "compile"]))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS] [PATHS]...")
@click.pass_context
def command(ctx: click.Context, action: str, arguments: tuple[str, ...]) -> int:
    """Say what is wrong in templates, or write their bytecode for production.

    The settings, filters and tests of the application here count, if there is one; --app names another, and
    --template-root a directory without one. check takes --json and --warnings-as-errors, compile takes --output-dir;
    `arlen templates check --help` tells more.
    """
    from arlen_cli.template_work import run_action

    return run_action([action, *arguments], ctx.command_path)
