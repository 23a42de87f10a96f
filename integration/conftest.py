"""What the integration tests share."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

T = TypeVar("T")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests run where a browser is; where none is, one line says so (``make test-browser`` insists)."""
    if "browser" in config.option.markexpr or (shutil.which("chromium") and shutil.which("chromedriver")):
        return
    browser = [item for item in items if item.get_closest_marker("browser")]
    if browser:
        items[:] = [item for item in items if item not in browser]
        config.hook.pytest_deselected(items=browser)
        sys.stderr.write(f"No Chromium on PATH: {len(browser)} browser tests left out (make test-browser runs them).\n")


@pytest.fixture
def eventually() -> Callable[[Callable[[], T | None]], T]:
    """Ask again until the answer is true, for 20 seconds at most."""

    def ask(question: Callable[[], T | None]) -> T:
        deadline = time.monotonic() + 20
        while True:
            try:
                answer = question()
            except httpx.TransportError:
                answer = None
            if answer:
                return answer
            if time.monotonic() > deadline:
                raise AssertionError(f"{question} was not true within 20 seconds")

    return ask


@pytest.fixture(scope="session")
def script() -> Callable[[str], str]:
    """The path of a console script of this environment."""

    def find(name: str) -> str:
        return str(Path(sys.executable).with_name(name))

    return find
