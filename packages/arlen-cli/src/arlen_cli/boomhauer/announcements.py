"""What boomhauer says on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from .failure import BuildFailure

NAME = "boomhauer"


def listening(url: str) -> None:
    """Where the application answers; the only line on stdout."""
    click.echo(f"{NAME} listening on {click.style(url, bold=True)}")


def watching(root: Path) -> None:
    """What is watched."""
    _say(f"watching {root}")


def changed(paths: Iterable[Path], root: Path) -> None:
    """Which files changed, in one line."""
    first, *others = sorted(str(path.relative_to(root)) for path in paths)
    _say(f"changed: {first}" + (f" and {len(others)} more" if others else ""))


def broken(failure: BuildFailure) -> None:
    """Why the last build failed."""
    headline, *rest = failure.text().splitlines()
    click.echo("\n".join([f"{NAME}: {click.style(headline, fg='red')}", *rest]), err=True)


def not_kept(error: OSError) -> None:
    """The failure could not be written down."""
    _say(f"the failure is not kept: {error}")


def healed() -> None:
    """The application is back."""
    _say(click.style("the build is healed", fg="green"))


def ended(status: int) -> None:
    """The application ended by itself, with a status that is not zero."""
    _say(click.style(f"the application ended with status {status}", fg="red"))


def _say(text: str) -> None:
    click.echo(f"{NAME}: {text}", err=True)
