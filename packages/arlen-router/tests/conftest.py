"""Shared by all tests: requests to ask conditions about, and tables made in one expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest
from arlen_router import Router, RouteTable


class FakeRequest(NamedTuple):
    """A request as far as a Subject goes."""

    method: str = "GET"
    scheme: str = "http"
    host: str | None = "localhost"
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


@pytest.fixture(scope="session")
def request_with() -> type[FakeRequest]:
    return FakeRequest


@pytest.fixture(scope="session")
def table_of() -> Callable[..., RouteTable[str]]:
    """Routes written as ``"GET /path"``, each one its own target; options go to ``compile``."""

    def make(*lines: str, **options: str) -> RouteTable[str]:
        router: Router[str] = Router()
        for line in lines:
            method, path = line.split(" ", 1)
            router.add(method, path, line)
        return router.compile(**options)

    return make
