"""Full applications in production configuration."""

from __future__ import annotations

from ci.bench.catalogue import (
    AIOHTTP,
    ARLEN_APP,
    ARLEN_FASTAPI,
    ARLEN_HEAVY,
    ARLEN_UVICORN,
    BLACKSHEEP,
    FALCON,
    FASTAPI,
    FASTAPI_HEAVY,
    FLOOR,
    LITESTAR,
    PEERS,
    RAW_RSGI,
    ROBYN,
    SANIC,
    SOCKETIFY,
    STARLETTE,
)
from ci.bench.figures import Figure, user_us
from ci.bench.goals import AtLeast, AtMost
from ci.bench.measurements.programs import Program, Programs
from ci.bench.measurements.requests import Requests
from ci.bench.scenarios import BROWSER, ECHO, HEALTHZ, HEAVY, HTML, MODEL, STATUS, Scenario

from .suite import Suite


def against_fastapi(scenario: str, goal: float) -> Figure:
    return Figure(f"app.{scenario}_vs_fastapi", scenario, ARLEN_APP.name, (FASTAPI.name,), goal=AtLeast(goal))


BEST = (LITESTAR, BLACKSHEEP, SANIC, AIOHTTP, FALCON, ROBYN, SOCKETIFY, STARLETTE, RAW_RSGI)


def against_best(scenario: Scenario) -> Figure:
    rivals = tuple(subject.name for subject in BEST)
    return Figure(f"app.{scenario.name}_vs_best", scenario.name, ARLEN_APP.name, rivals, goal=AtLeast(1))


def user_time(key: str, scenario: Scenario, most: float) -> Figure:
    return Figure(key, scenario.name, ARLEN_APP.name, (), user_us, AtMost(most))


APP = Suite(
    name="app",
    title="requests per second",
    measurements=(
        Requests(
            name="load",
            catalogue=(ARLEN_APP, ARLEN_UVICORN, ARLEN_FASTAPI, FLOOR, *PEERS),
            scenarios=(HEALTHZ, STATUS, ECHO, HTML),
            figures=(
                against_fastapi(HEALTHZ.name, 4),
                against_fastapi(STATUS.name, 5),
                against_fastapi(ECHO.name, 6),
                against_fastapi(HTML.name, 4),
                *map(against_best, (HEALTHZ, STATUS, ECHO, HTML)),
                user_time("app.user_us", STATUS, 8),
            ),
            idle={"app.idle_mb": ARLEN_APP},
            startup={"app.help_ms": ("-m", "arlen_cli", "--help")},
        ),
        Requests(
            name="browser",
            catalogue=(ARLEN_APP, FASTAPI, STARLETTE),
            scenarios=(BROWSER,),
            figures=(user_time("app.user_us_browser", BROWSER, 10),),
        ),
        Requests(
            name="models",
            catalogue=(ARLEN_APP, FASTAPI, LITESTAR),
            scenarios=(MODEL,),
            figures=(
                Figure("app.json1k_vs_fastapi", MODEL.name, ARLEN_APP.name, (FASTAPI.name,), goal=AtLeast(4)),
                Figure("app.json1k_vs_litestar", MODEL.name, ARLEN_APP.name, (LITESTAR.name,), goal=AtLeast(1.5)),
            ),
        ),
        Requests(
            name="heavy",
            catalogue=(ARLEN_HEAVY, FASTAPI_HEAVY),
            scenarios=(HEAVY,),
            figures=(
                Figure("app.heavy_vs_fastapi", HEAVY.name, ARLEN_HEAVY.name, (FASTAPI_HEAVY.name,), goal=AtLeast(3)),
            ),
        ),
        Programs(
            name="alone",
            programs=(
                Program("app.dispatch_us", "dispatch", AtMost(12)),
                Program("app.start500_ms", "start500", AtMost(400)),
            ),
        ),
    ),
)
