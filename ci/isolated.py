"""Test one package alone: its own wheel, its declared dependencies and the test kit, in an empty environment.

    python ci/isolated.py arlen-router [pytest arguments]

What a package imports without declaring it, or what its wheel forgets to ship, fails here and nowhere else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "packages"
TEST_KIT = "arlen-testkit"


def metadata(package: str) -> dict[str, Any]:
    return tomllib.loads((PACKAGES / package / "pyproject.toml").read_text())


def family(requirements: list[str]) -> set[str]:
    """The packages of this repository among the requirements, and those that they require in turn."""
    names = {re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0] for requirement in requirements}
    members = {name for name in names if (PACKAGES / name).is_dir()}
    return members.union(*(family(metadata(name)["project"].get("dependencies", [])) for name in members))


def build(package: str, into: Path) -> Path:
    for old in into.glob(f"{package.replace('-', '_')}-*.whl"):
        old.unlink()
    run(uv(), "build", "--quiet", "--wheel", "--out-dir", str(into), str(PACKAGES / package))
    return next(into.glob(f"{package.replace('-', '_')}-*.whl"))


def uv() -> str:
    return str(Path(sys.executable).with_name("uv"))


def run(*command: str, cwd: Path = ROOT) -> int:
    status = subprocess.run(command, cwd=cwd, check=False).returncode
    if status and command[0] == uv():
        sys.exit(f"{' '.join(command)}: exit status {status}")
    return status


def main(package: str, *pytest_arguments: str) -> int:
    if not (PACKAGES / package / "pyproject.toml").is_file():
        known = ", ".join(sorted(path.name for path in PACKAGES.iterdir()))
        sys.exit(f"there is no package {package!r}; the packages are {known}")
    wheels, environment = ROOT / "build" / "isolated" / "wheels", ROOT / "build" / "isolated" / package
    wheels.mkdir(parents=True, exist_ok=True)
    members = sorted(family([package, TEST_KIT]) | family(metadata(package)["dependency-groups"]["test"]))
    files = [str(build(member, wheels)) for member in members]
    run(uv(), "venv", "--quiet", "--clear", "--python", sys.executable, str(environment))
    python = str(environment / ("Scripts" if os.name == "nt" else "bin") / "python")
    group = f"{PACKAGES / package / 'pyproject.toml'}:test"
    run(uv(), "pip", "install", "--quiet", "--python", python, "--group", group, *files)
    home = PACKAGES / package
    return run(python, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "tests", *pytest_arguments, cwd=home)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
