"""An adapter around another one is an adapter too."""

from arlen_data import (
    AsyncDatabaseAdapter,
    DatabaseAdapter,
    run_adapter_conformance_suite,
    run_async_adapter_conformance_suite,
)


class CompatAdapter:
    """Does what ``fallback`` does, synchronous or not, and says that it is something else."""

    adapter_name = "wrapping"

    def __init__(self, fallback):
        self.fallback = fallback

    def acquire(self):
        return self.fallback.acquire()

    def release(self, connection):
        return self.fallback.release(connection)

    def fetch_all(self, statement, parameters=()):
        return self.fallback.fetch_all(statement, parameters)

    def execute(self, statement, parameters=()):
        return self.fallback.execute(statement, parameters)

    def transaction(self):
        return self.fallback.transaction()

    def capability_metadata(self):
        return {
            **self.fallback.capability_metadata(),
            "adapter": self.adapter_name,
            "fallback_adapter": self.fallback.adapter_name,
        }


def test_an_adapter_around_a_database_conforms(db):
    wrapping = CompatAdapter(db)
    assert isinstance(wrapping, DatabaseAdapter)
    assert run_adapter_conformance_suite(wrapping)
    assert run_adapter_conformance_suite(CompatAdapter(wrapping))


def test_an_asynchronous_adapter_around_a_database_conforms(url, run):
    async def scenario(database):
        wrapping = CompatAdapter(database)
        return isinstance(wrapping, AsyncDatabaseAdapter), await run_async_adapter_conformance_suite(wrapping)

    assert run(url, scenario) == (True, True)


def test_its_metadata_names_what_is_inside(db):
    metadata = CompatAdapter(db).capability_metadata()
    assert (metadata["adapter"], metadata["fallback_adapter"]) == ("wrapping", db.adapter_name)
    assert metadata["supports_cte"] is True
