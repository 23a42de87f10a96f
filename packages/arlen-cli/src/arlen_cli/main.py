"""The ``arlen`` command: which commands there are, and how a command line becomes an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from .command import LazyGroup, caller_of, misuse
from .output import Printer, printer_for, wanted_color

COMMANDS = {
    "new": (".commands.new:command", "Create an application in a new directory."),
    "boomhauer": (".commands.boomhauer:command", "Serve the application here; rebuild and reload on every change."),
    "dev": (".commands.boomhauer:command", "The same as boomhauer."),
    "routes": (".commands.routes:command", "List or check the routes of the application here."),
    "templates": (".commands.templates:command", "Check or compile templates."),
}


def show_versions(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Print the versions of the installed family members, and leave."""
    if wanted and not ctx.resilient_parsing:
        from .versions import installed_versions

        printer: Printer = ctx.obj
        printer.show(caller_of(ctx), installed_versions())
        ctx.exit()


@click.group(cls=LazyGroup, name="arlen", lazy=COMMANDS, example="arlen new Shop")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_versions,
    help="Print the versions of the installed Arlen packages.",
)
@click.option(
    "--json", is_flag=True, expose_value=False, help="Print one JSON object (with every command that has it)."
)
def arlen() -> None:
    """Arlen, a web framework: create, inspect and run applications."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``arlen`` with these arguments (default: those of the process) and return the exit status."""
    return run(arlen, "arlen", sys.argv[1:] if argv is None else argv)


def run(command: click.Command, name: str, argv: Sequence[str]) -> int:
    """Run a command under this name: 0 success, 1 failure at run time, 2 wrong usage."""
    args = list(argv)
    printer = printer_for(args)
    try:
        status = command.main(args, prog_name=name, standalone_mode=False, obj=printer, color=wanted_color(os.environ))
    except click.UsageError as error:
        ctx = error.ctx or click.Context(command, info_name=name)
        if not args:
            click.echo(ctx.get_help(), err=True)
            return 2
        return printer.fail(caller_of(ctx), misuse(error, ctx))
    except click.Abort:
        return 130
    return status if type(status) is int else 0
