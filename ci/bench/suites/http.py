"""Servers without a framework, and the framework servers beside them."""

from __future__ import annotations

from ci.bench import figures
from ci.bench.catalogue import (
    AIOHTTP,
    ARLEN_APP,
    ARLEN_BARE,
    ARLEN_FASTAPI,
    ARLEN_RAW_ASGI,
    ARLEN_STARLETTE,
    ARLEN_UPLOAD,
    BLACKSHEEP,
    FASTAPI,
    FLOOR,
    GRANIAN_STATIC,
    PEERS,
    RAW_ASGI,
    SANIC,
    SOCKETIFY,
    STARLETTE,
    STARLETTE_UPLOAD,
)
from ci.bench.figures import Figure
from ci.bench.goals import AtLeast, AtMost
from ci.bench.measurements.flatness import Flatness
from ci.bench.measurements.idle_connections import IdleConnections
from ci.bench.measurements.requests import Requests
from ci.bench.measurements.slow_clients import SlowClients
from ci.bench.measurements.uploads import UploadGrowth
from ci.bench.scenarios import BLOB, FILE, HEALTHZ, STATUS

from .suite import Suite

ANY_PEER = tuple(subject.name for subject in PEERS)
FILE_PEERS = (STARLETTE, AIOHTTP, SANIC, BLACKSHEEP, GRANIAN_STATIC, SOCKETIFY)
BARE = ARLEN_BARE.name

HTTP = Suite(
    name="http",
    title="requests per second",
    measurements=(
        Requests(
            name="load",
            catalogue=(ARLEN_BARE, FLOOR, *PEERS),
            scenarios=(HEALTHZ, STATUS, BLOB),
            figures=(
                Figure("http.bare_vs_floor", HEALTHZ.name, BARE, (FLOOR.name,), goal=AtLeast(0.65)),
                Figure("http.bare_vs_uvicorn_raw", HEALTHZ.name, BARE, (RAW_ASGI.name,), goal=AtLeast(1.5)),
                Figure("http.bare_vs_best", HEALTHZ.name, BARE, ANY_PEER, goal=AtLeast(1)),
                Figure("http.blob_vs_best", BLOB.name, BARE, ANY_PEER, goal=AtLeast(1)),
                Figure(
                    "http.p99_vs_starlette", HEALTHZ.name, BARE, (STARLETTE.name,), metric=figures.p99, goal=AtMost(0.7)
                ),
            ),
            idle={"http.idle_mb": ARLEN_BARE},
            startup={"http.import_ms": ("-c", "import arlen_http")},
        ),
        Requests(
            name="guests",
            catalogue=(ARLEN_RAW_ASGI, RAW_ASGI, ARLEN_STARLETTE, STARLETTE, ARLEN_FASTAPI, FASTAPI),
            scenarios=(HEALTHZ, STATUS),
            figures=(
                Figure("http.guest_raw_vs_uvicorn", HEALTHZ.name, ARLEN_RAW_ASGI.name, (RAW_ASGI.name,)),
                Figure("http.guest_starlette_vs_uvicorn", HEALTHZ.name, ARLEN_STARLETTE.name, (STARLETTE.name,)),
                Figure("http.guest_fastapi_vs_uvicorn", HEALTHZ.name, ARLEN_FASTAPI.name, (FASTAPI.name,)),
            ),
        ),
        Requests(
            name="files",
            catalogue=(ARLEN_BARE, *FILE_PEERS),
            scenarios=(FILE,),
            figures=(
                Figure(
                    "http.sendfile_vs_best",
                    FILE.name,
                    BARE,
                    tuple(subject.name for subject in FILE_PEERS),
                    goal=AtLeast(1),
                ),
            ),
        ),
        Flatness(
            name="flatness",
            key="http.flatness",
            of=ARLEN_BARE,
            peers=(FLOOR, RAW_ASGI),
            scenario=HEALTHZ,
            levels=(1, 8, 32, 256, 1024),
            goal=AtLeast(0.85),
        ),
        SlowClients(
            name="slow-clients", key="http.slowloris_p99", subject=ARLEN_BARE, scenario=HEALTHZ, goal=AtMost(2)
        ),
        IdleConnections(
            name="idle-connections",
            servers={"http.idle_conn_bytes": ARLEN_BARE, "http.idle_conn_app_bytes": ARLEN_APP},
            scenario=STATUS,
            goal=AtMost(10_240),
        ),
        UploadGrowth(
            name="uploads",
            key="http.upload_growth_mib",
            of=ARLEN_UPLOAD,
            peers=(STARLETTE_UPLOAD,),
            goal=AtMost(16),
        ),
    ),
    rounds=5,
)
