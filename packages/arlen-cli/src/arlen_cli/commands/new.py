"""``arlen new``: create an application."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from arlen_cli.command import ArlenCommand, caller_of, json_option
from arlen_cli.output import Printer
from arlen_cli.scaffold import AppName, Layout, plan, refuse_conflicts, write


@dataclass(frozen=True, slots=True)
class CreatedApp:
    """An application that was just written."""

    layout: Layout
    name: AppName
    root: Path
    files: tuple[str, ...]

    def text(self) -> str:
        return f"Created {self.layout} app at {self.root}\n\n  cd {self.name.text}\n  arlen dev"

    def payload(self) -> dict[str, object]:
        return {
            "mode": str(self.layout),
            "app_name": self.name.text,
            "app_root": str(self.root),
            "created_files": list(self.files),
        }


@click.command("new", cls=ArlenCommand, workflow="scaffold", example="arlen new Shop")
@click.argument("app_name", metavar="NAME")
@click.option("--full", "layout", flag_value="full", default="full", help="A package with controllers (default).")
@click.option("--lite", "layout", flag_value="lite", help="One file that can grow.")
@click.option("--force", is_flag=True, help="Overwrite scaffold files that exist; others are left alone.")
@json_option
@click.pass_context
def command(ctx: click.Context, app_name: str, layout: str, force: bool) -> None:
    """Create an application in the directory NAME."""
    from arlen_cli.scaffold.configuration import default_configuration

    name = AppName.parse(app_name)
    root = Path.cwd() / name.text
    planned = plan(name, Layout(layout), default_configuration())
    if not force:
        refuse_conflicts(root, planned)
    write(root, planned)
    printer: Printer = ctx.obj
    created = CreatedApp(Layout(layout), name, root, tuple(str(file.path) for file in planned))
    printer.show(caller_of(ctx), created)
