"""Servers without a framework, and the framework servers beside them."""

from __future__ import annotations

from ci.bench import figures
from ci.bench.catalogue import ARLEN_BARE, FLOOR, PEERS, RAW_ASGI, STARLETTE
from ci.bench.figures import Figure
from ci.bench.scenarios import BLOB, HEALTHZ, STATUS

from .sockets import SocketSuite

ANY_PEER = tuple(subject.name for subject in PEERS)
BARE = ARLEN_BARE.name

HTTP = SocketSuite(
    name="http",
    catalogue=(ARLEN_BARE, FLOOR, *PEERS),
    scenarios=(HEALTHZ, STATUS, BLOB),
    figures=(
        Figure("http.bare_vs_floor", HEALTHZ.name, BARE, (FLOOR.name,), goal=0.55),
        Figure("http.bare_vs_uvicorn_raw", HEALTHZ.name, BARE, (RAW_ASGI.name,)),
        Figure("http.bare_vs_best", HEALTHZ.name, BARE, ANY_PEER),
        Figure("http.blob_vs_best", BLOB.name, BARE, ANY_PEER),
        Figure("http.p99_vs_starlette", HEALTHZ.name, BARE, (STARLETTE.name,), metric=figures.p99),
    ),
    idle={"http.idle_mb": ARLEN_BARE},
    startup={"http.import_ms": ("-c", "import arlen_http")},
)
