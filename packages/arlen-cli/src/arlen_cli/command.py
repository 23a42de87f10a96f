"""What every command has in common: it names its work, shows how it is called, and leaves failures to the printer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

import click

from .errors import ArlenCLIError, Fixit
from .output import Caller, Printer

Resolved = tuple[str | None, click.Command | None, list[str]]

HELP_NAMES = {"help_option_names": ["-h", "--help"]}

json_option = click.option("--json", is_flag=True, expose_value=False, help="Print one JSON object.")


class ArlenCommand(click.Command):
    """A command of Arlen.

    Args:
        workflow: the kind of work, as its JSON payloads name it.
        example: a complete command line that works, shown when it was called wrongly.
    """

    def __init__(self, name: str | None, *, workflow: str, example: str, **options: Any) -> None:
        super().__init__(name, context_settings=HELP_NAMES, **options)
        self.workflow = workflow
        self.example = example

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ArlenCLIError as error:
            printer: Printer = ctx.obj
            return printer.fail(caller_of(ctx), error)


class LazyGroup(click.Group):
    """A group that knows names and summaries of its commands, and imports one only when it is called.

    Args:
        lazy: for each name, the ``module:attribute`` of the command and its one-line summary.
    """

    workflow = "usage"

    def __init__(self, name: str | None, *, lazy: Mapping[str, tuple[str, str]], example: str, **options: Any) -> None:
        super().__init__(name, context_settings=HELP_NAMES, **options)
        self._lazy = lazy
        self.example = example

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module, __package__), attribute)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Resolved:
        name = args[0]
        if name not in self._lazy and not name.startswith("-"):
            raise UnknownCommand(name, self._lazy, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self._lazy.items()])


class UnknownCommand(click.UsageError):
    """A command that nobody registered, with the nearest names that somebody did."""

    def __init__(self, name: str, known: Iterable[str], ctx: click.Context) -> None:
        from difflib import get_close_matches

        nearest = get_close_matches(name, known, n=1)
        suggestion = f" Did you mean {nearest[0]!r}?" if nearest else ""
        super().__init__(f"No such command {name!r}.{suggestion}", ctx)


def caller_of(ctx: click.Context) -> Caller:
    """Who speaks in this context."""
    command = ctx.command
    return Caller(ctx.command_path, command.name or ctx.command_path, getattr(command, "workflow", "usage"))


def misuse(error: click.UsageError, ctx: click.Context) -> ArlenCLIError:
    """The failure that a wrong command line is; exit status 2, a code per kind of mistake."""
    command = ctx.command
    return ArlenCLIError(
        error.format_message(),
        code=_code_of(error),
        details={"usage": ctx.command.get_usage(ctx)},
        fixit=Fixit(
            f"Run `{ctx.command_path} --help` to see what it accepts.", getattr(command, "example", ctx.command_path)
        ),
        exit_status=2,
    )


def _code_of(error: click.UsageError) -> str:
    match error:
        case UnknownCommand():
            return "unknown_command"
        case click.NoSuchOption():
            return "unknown_option"
        case click.MissingParameter(param=click.Argument(name=str(name))):
            return f"missing_{name}"
        case click.BadOptionUsage():
            return "missing_value"
        case click.BadParameter():
            return "invalid_value"
        case _:
            return "wrong_usage"
