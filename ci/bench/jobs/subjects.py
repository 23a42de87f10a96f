"""Who is measured: a program, what it needs to run, and how many jobs show its pace."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ci.bench.root import ROOT

PROGRAMS = ROOT / "ci" / "bench" / "jobs" / "programs"


class Store(StrEnum):
    REDIS = "redis"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Subject:
    """``needs`` are requirements, for an environment that nobody shares: their pins contradict each other.

    ``editable`` is what is measured as it stands in this checkout.
    """

    name: str
    store: Store
    program: str
    needs: Sequence[str]
    jobs: int
    editable: Sequence[str] = ()

    def command(self, address: str, jobs: int, idle: float) -> list[str]:
        return [*in_environment(self.needs, self.editable), script(self.program), address, str(jobs), str(idle)]


def in_environment(needs: Sequence[str], editable: Sequence[str]) -> list[str]:
    """What begins a command that runs in an environment of its own, which uv makes and keeps."""
    options = [option for need in needs for option in ("--with", need)]
    options += [option for path in editable for option in ("--with-editable", path)]
    return [str(uv()), "run", "--quiet", "--no-project", "--isolated", *options, "python"]


def uv() -> Path:
    """The uv on the path, or the one of this checkout's tools."""
    return Path(shutil.which("uv") or ROOT / ".venv" / "bin" / "uv")


def script(program: str) -> str:
    return str(PROGRAMS / f"{program}.py")


def growth_command(store: Store, address: str, few: int, many: int) -> list[str]:
    needs, editable = ("hiredis", "psycopg[binary]"), (f"{SERVICES}[redis,postgres]",)
    return [*in_environment(needs, editable), script("arlen_growth"), store, address, str(few), str(many)]


SERVICES = f"{ROOT / 'packages' / 'arlen-services'}"
SUBJECTS = (
    Subject("arlen", Store.REDIS, "arlen_redis", ("hiredis",), 20_000, (f"{SERVICES}[redis]",)),
    Subject("taskiq", Store.REDIS, "taskiq_stream", ("taskiq>=0.13", "taskiq-redis>=1.2.4", "hiredis"), 6_000),
    Subject("arq", Store.REDIS, "arq_worker", ("arq>=0.28", "hiredis"), 4_000),
    Subject("celery", Store.REDIS, "celery_threads", ("celery[redis]>=5.6", "hiredis"), 3_000),
    Subject("dramatiq", Store.REDIS, "dramatiq_threads", ("dramatiq[redis]>=2.2", "hiredis"), 5_000),
    Subject("arlen", Store.POSTGRES, "arlen_postgres", ("psycopg[binary]",), 20_000, (f"{SERVICES}[postgres]",)),
    Subject("procrastinate", Store.POSTGRES, "procrastinate_worker", ("procrastinate>=3.10", "psycopg[binary]"), 1_500),
    Subject("pgqueuer", Store.POSTGRES, "pgqueuer_worker", ("pgqueuer>=1.6", "psycopg[binary]"), 6_000),
)
