import json
from pathlib import Path

import pytest
from arlen_data import AsyncDatabase, AsyncDatabaseRouter, Database, DatabaseRouter
from arlen_testkit.contracts.database import DatabaseContract

CAPABILITIES = Path(__file__).parents[1] / "fixtures" / "data" / "adapter_capabilities.json"


class _RouterContract(DatabaseContract):
    """Two targets that lead to one database."""

    database = router = None

    @pytest.fixture(autouse=True)
    def _where(self, tmp_path):
        self.url = f"sqlite:///{tmp_path}/shop.sqlite3"

    def make_database(self):
        targets = {
            name: self.database.open(self.url, max_connections=2, acquire_timeout=0, busy_timeout=0.1)
            for name in ("r", "w")
        }
        return self.router(targets, "r", "w")

    def test_an_adapter_says_truthfully_what_it_can(self):
        expected = json.loads(CAPABILITIES.read_text("utf-8"))["router"]
        router = self.make_database()
        assert router.capability_metadata() == {**expected, "supports_route_fallback_to_write": True}
        router.configure(fallback_read_to_write_on_error=False)
        assert router.capability_metadata() == {**expected, "supports_route_fallback_to_write": False}


class TestRouter(_RouterContract):
    database, router = Database, DatabaseRouter


class TestAsyncRouter(_RouterContract):
    database, router = AsyncDatabase, AsyncDatabaseRouter
