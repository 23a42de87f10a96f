"""The suites by the name that ``make bench SUITE=<name>`` takes."""

from __future__ import annotations

from collections.abc import Mapping

from .app import APP
from .cache import CACHE
from .data import DATA
from .http import HTTP
from .jobs import JOBS
from .router import ROUTER
from .suite import Suite

SUITES: Mapping[str, Suite] = {suite.name: suite for suite in (HTTP, ROUTER, APP, DATA, CACHE, JOBS)}

__all__ = ["SUITES", "Suite"]
