"""Full applications in production configuration."""

from __future__ import annotations

from ci.bench.catalogue import ARLEN_APP, ARLEN_FASTAPI, ARLEN_UVICORN, FASTAPI, FLOOR, PEERS
from ci.bench.figures import Figure
from ci.bench.goals import AtLeast
from ci.bench.measurements.requests import Requests
from ci.bench.scenarios import ECHO, HEALTHZ, HTML, STATUS

from .suite import Suite


def against_fastapi(scenario: str, goal: float) -> Figure:
    return Figure(f"app.{scenario}_vs_fastapi", scenario, ARLEN_APP.name, (FASTAPI.name,), goal=AtLeast(goal))


APP = Suite(
    name="app",
    title="requests per second",
    measurements=(
        Requests(
            name="load",
            catalogue=(ARLEN_APP, ARLEN_UVICORN, ARLEN_FASTAPI, FLOOR, *PEERS),
            scenarios=(HEALTHZ, STATUS, ECHO, HTML),
            figures=(
                against_fastapi(HEALTHZ.name, 3),
                against_fastapi(STATUS.name, 3),
                against_fastapi(ECHO.name, 3),
                against_fastapi(HTML.name, 2),
            ),
            idle={"app.idle_mb": ARLEN_APP},
            startup={"app.help_ms": ("-m", "arlen_cli", "--help")},
        ),
    ),
)
