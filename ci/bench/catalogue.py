"""The subjects: how each is started, and which distributions it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .subjects.content import FILES


class Role(StrEnum):
    HOUSE = "house"
    PEER = "peer"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class Subject:
    """``arguments`` follow the interpreter; ``{port}`` is replaced. The first of ``distributions`` is the framework."""

    name: str
    title: str
    arguments: tuple[str, ...]
    distributions: tuple[str, ...]
    role: Role = Role.PEER

    def command(self, python: str, port: int) -> list[str]:
        return [python, *(part.format(port=port) for part in self.arguments)]


def program(module: str) -> tuple[str, ...]:
    return ("-m", f"ci.bench.subjects.{module}", "--port", "{port}")


def uvicorn(app: str) -> tuple[str, ...]:
    options = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-proxy-headers")
    return ("-m", "uvicorn", f"ci.bench.subjects.{app}", "--port", "{port}", "--log-level", "warning", *options)


def granian(interface: str, app: str) -> tuple[str, ...]:
    options = ("--loop", "uvloop", "--no-access-log", "--no-ws", "--workers", "1", "--http", "1")
    return (
        *("-m", "granian", f"ci.bench.subjects.{app}", "--interface", interface, "--port", "{port}"),
        *("--log-level", "warning", *options),
    )


def arlen_http(app: str) -> tuple[str, ...]:
    return ("-m", "arlen_http", f"ci.bench.subjects.{app}", "--port", "{port}")


FLOOR = Subject("floor", "floor", program("floor"), ("httptools", "uvloop"), Role.FLOOR)
ARLEN_BARE = Subject("arlen_bare", "Arlen, bare handler", program("arlen_bare"), ("arlen-http",), Role.HOUSE)
ARLEN_UPLOAD = Subject("arlen_upload", "Arlen, bare handler", program("arlen_upload"), ("arlen-http",), Role.HOUSE)
ARLEN_APP = Subject("arlen_app", "Arlen", program("arlen_app"), ("arlen-mvc", "arlen-http"), Role.HOUSE)
ARLEN_HEAVY = Subject("arlen_heavy", "Arlen", program("arlen_heavy"), ("arlen-mvc", "arlen-http"), Role.HOUSE)
ARLEN_UVICORN = Subject(
    "arlen_uvicorn", "uvicorn + Arlen", uvicorn("arlen_app.app:app"), ("arlen-mvc", "uvicorn"), Role.HOUSE
)
ARLEN_FASTAPI = Subject(
    "arlen_fastapi", "arlen-http + FastAPI", arlen_http("fastapi_app:app"), ("fastapi", "arlen-http"), Role.HOUSE
)
ARLEN_RAW_ASGI = Subject("arlen_raw", "arlen-http, raw ASGI", arlen_http("raw_asgi:app"), ("arlen-http",), Role.HOUSE)
ARLEN_STARLETTE = Subject(
    "arlen_starlette",
    "arlen-http + Starlette",
    arlen_http("starlette_app:app"),
    ("starlette", "arlen-http"),
    Role.HOUSE,
)
RAW_ASGI = Subject("uvicorn_raw", "uvicorn, raw ASGI", uvicorn("raw_asgi:app"), ("uvicorn",))
STARLETTE = Subject("starlette", "uvicorn + Starlette", uvicorn("starlette_app:app"), ("starlette", "uvicorn"))
STARLETTE_UPLOAD = Subject(
    "starlette_upload", "uvicorn + Starlette", uvicorn("starlette_upload:app"), ("starlette", "uvicorn")
)
FASTAPI = Subject("fastapi", "uvicorn + FastAPI", uvicorn("fastapi_app:app"), ("fastapi", "uvicorn"))
FASTAPI_HEAVY = Subject("fastapi_heavy", "uvicorn + FastAPI", uvicorn("fastapi_heavy:app"), ("fastapi", "limits"))
LITESTAR = Subject("litestar", "uvicorn + Litestar", uvicorn("litestar_app:app"), ("litestar", "uvicorn"))
FALCON = Subject("falcon", "uvicorn + Falcon", uvicorn("falcon_app:app"), ("falcon", "uvicorn"))
BLACKSHEEP = Subject("blacksheep", "uvicorn + BlackSheep", uvicorn("blacksheep_app:app"), ("blacksheep", "uvicorn"))
RAW_RSGI = Subject("granian_raw", "granian, raw RSGI", granian("rsgi", "raw_rsgi:app"), ("granian",))
GRANIAN_STATIC = Subject(
    "granian_static",
    "granian, static files",
    (*granian("rsgi", "raw_rsgi:app"), "--static-path-mount", str(FILES)),
    ("granian",),
)
GRANIAN_FASTAPI = Subject(
    "granian_fastapi", "granian + FastAPI", granian("asgi", "fastapi_app:app"), ("fastapi", "granian")
)
SANIC = Subject("sanic", "Sanic", program("sanic_server"), ("sanic",))
AIOHTTP = Subject("aiohttp", "aiohttp", program("aiohttp_server"), ("aiohttp",))
SOCKETIFY = Subject("socketify", "socketify", program("socketify_server"), ("socketify",))
ROBYN = Subject("robyn", "Robyn", program("robyn_server"), ("robyn",))

PEERS = (
    RAW_ASGI,
    STARLETTE,
    FASTAPI,
    LITESTAR,
    FALCON,
    BLACKSHEEP,
    RAW_RSGI,
    GRANIAN_FASTAPI,
    SANIC,
    AIOHTTP,
    SOCKETIFY,
    ROBYN,
)
