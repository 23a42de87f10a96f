import pytest
from arlen_data import AsyncDatabase, Database
from arlen_testkit.contracts.database import DatabaseContract


class TestEveryDatabaseKeepsTheContract(DatabaseContract):
    @pytest.fixture(autouse=True, params=[Database, AsyncDatabase])
    def choose(self, request, url):
        self.face, self.url = request.param, url

    def make_database(self):
        return self.face.open(self.url, max_connections=2, acquire_timeout=0, busy_timeout=0)
