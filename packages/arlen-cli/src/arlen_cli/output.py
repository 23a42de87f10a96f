"""How an outcome reaches the reader: as text for a person, as one JSON object for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import click

from .errors import ArlenCLIError

CONTRACT_VERSION = "arlen-cli-contracts-v1"


@dataclass(frozen=True, slots=True)
class Caller:
    """The command that speaks: ``arlen new`` on the terminal, ``new`` doing ``scaffold`` in JSON."""

    path: str
    name: str
    workflow: str


class Outcome(Protocol):
    """What a command found or made."""

    def text(self) -> str:
        """The outcome for a person, without the last newline."""

    def payload(self) -> Mapping[str, object]:
        """The outcome for a program; the printer adds ``version``, ``command``, ``workflow`` and ``status``."""


class Printer(Protocol):
    """Where a command hands its outcome."""

    def show(self, caller: Caller, outcome: Outcome) -> None:
        """Print what was found or made."""

    def fail(self, caller: Caller, error: ArlenCLIError) -> int:
        """Print why it was not, and return the exit status."""


class TextPrinter:
    """Outcomes on stdout, errors on stderr behind the name of the command."""

    def show(self, caller: Caller, outcome: Outcome) -> None:
        click.echo(outcome.text())

    def fail(self, caller: Caller, error: ArlenCLIError) -> int:
        usage = [str(error.details["usage"])] if "usage" in error.details else []
        lines = [*usage, f"{caller.path}: {error}", error.fixit.action, f"  {error.fixit.example}"]
        click.echo("\n".join(lines), err=True)
        return error.exit_status


class JsonPrinter:
    """Exactly one object on stdout, keys sorted; stderr stays empty."""

    def show(self, caller: Caller, outcome: Outcome) -> None:
        _echo_json({**_envelope(caller, "ok"), **outcome.payload()})

    def fail(self, caller: Caller, error: ArlenCLIError) -> int:
        fault = {
            "code": error.code,
            "message": f"{caller.path}: {error}",
            "fixit": {"action": error.fixit.action, "example": error.fixit.example},
            "details": error.details,
        }
        _echo_json({**_envelope(caller, "error"), "error": fault, "exit_code": error.exit_status})
        return error.exit_status


def printer_for(args: Sequence[str]) -> Printer:
    """The printer that a command line asks for; ``--json`` counts wherever it stands before a ``--``."""
    own = args[: args.index("--")] if "--" in args else args
    return JsonPrinter() if "--json" in own else TextPrinter()


def wanted_color(environ: Mapping[str, str]) -> bool | None:
    """Whether to colour: ``NO_COLOR`` and ``FORCE_COLOR`` decide; ``None`` leaves it to whether there is a terminal."""
    if environ.get("NO_COLOR"):
        return False
    return True if environ.get("FORCE_COLOR") else None


def _envelope(caller: Caller, status: str) -> dict[str, object]:
    return {"version": CONTRACT_VERSION, "command": caller.name, "workflow": caller.workflow, "status": status}


def _echo_json(document: Mapping[str, object]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True).encode())
