"""Each wheel installs alone into an empty environment, and imports there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = sorted(path.name for path in (ROOT / "packages").iterdir())
UV = ROOT / ".venv" / "bin" / "uv"


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheels")
    for package in PACKAGES:
        run(UV, "build", "--quiet", "--wheel", "--out-dir", directory, ROOT / "packages" / package)
    return directory


@pytest.fixture
def installed(wheels: Path, tmp_path: Path) -> Callable[[str], Path]:
    """``installed(package)``: the interpreter of an empty environment with this package and what it depends on."""

    def install(package: str) -> Path:
        environment = tmp_path / "environment"
        run(UV, "venv", "--quiet", "--python", sys.executable, environment)
        python = environment / "bin" / "python"
        refresh = [f"--refresh-package={name}" for name in PACKAGES]
        run(UV, "pip", "install", "--quiet", "--python", python, "--find-links", wheels, *refresh, package)
        return python

    return install


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_alone_in_an_empty_environment_imports_and_is_typed(package, installed):
    module = package.replace("-", "_")
    shown = run(
        installed(package),
        "-c",
        f"import {module}, pathlib; print(pathlib.Path({module}.__file__).with_name('py.typed').exists())",
    )
    assert shown.strip() == "True"


def test_the_example_of_the_data_layer_runs_in_an_empty_environment(installed):
    python = installed("arlen-data")
    assert run(python, ROOT / "docs" / "examples" / "arlen_data" / "main.py") == "arlen-data example: ok\n"
