"""A pytest plugin: of all tests, those that touch the database that ``ARLEN_TESTED_ENGINE`` names."""

from __future__ import annotations

import os

import pytest

VARIABLE = "ARLEN_TESTED_ENGINE"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = os.environ[VARIABLE] == "postgresql"
    chosen = [item for item in items if on_postgresql(item) is wanted]
    config.hook.pytest_deselected(items=[item for item in items if on_postgresql(item) is not wanted])
    items[:] = chosen


def on_postgresql(item: pytest.Item) -> bool:
    """Whether a test uses the server of the test kit; one that asks for it while it runs says so in a parameter."""
    fixtures = getattr(item, "fixturenames", ())
    parameters = getattr(getattr(item, "callspec", None), "params", {}).values()
    named = [parameter for parameter in parameters if isinstance(parameter, str)]
    return "arlen_postgres_server" in fixtures or "replicated" in fixtures or "postgresql" in named
