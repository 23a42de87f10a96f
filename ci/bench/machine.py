"""Where and with what a measurement was made."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PARTS = ("uvloop", "httptools", "orjson", "msgspec", "jinja2", "pydantic", "pydantic-core", "h11")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where, when and with what a measurement was made."""

    started: str
    commit: str
    python: Mapping[str, object]
    machine: Mapping[str, object]

    @classmethod
    def since(cls, started: float) -> Surroundings:
        """``started`` is a POSIX timestamp."""
        return cls(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)), commit(), python(), machine())

    def __str__(self) -> str:
        version = str(self.python["version"]).partition(" ")[0]
        return (
            f"Measured on {self.started[:10]} at commit {self.commit[:10]}, "
            f"Python {version}, {self.machine['cpus']} processors of {self.machine['cpu']}."
        )


def machine() -> dict[str, object]:
    return {
        "platform": platform.platform(),
        "cpu": cpu_model(),
        "cpus": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 10**6,
        "load_average": os.getloadavg(),
    }


def cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def python() -> dict[str, object]:
    return {
        "version": sys.version,
        "optimized": "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or ""),
    }


def installed(distributions: Iterable[str]) -> dict[str, str]:
    """The versions of these distributions; one that is absent is left out."""
    found = {}
    for name in sorted({*distributions, *PARTS}):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit of the checkout, with ``+`` when it has changes; empty outside a checkout."""
    try:
        head = subprocess.run(("git", "rev-parse", "HEAD"), capture_output=True, text=True, check=True).stdout.strip()
        changes = subprocess.run(
            ("git", "--no-optional-locks", "status", "--porcelain"), capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + "+" * bool(changes)
