"""Every cache keeps the laws of caches, and the laws notice a cache that breaks one."""

import asyncio
import itertools

import pytest
from arlen_services import MemoryCache, PostgresCache, RedisCache
from arlen_testkit.contracts.cache import CacheContract


class TestMemoryCache(CacheContract):
    def make_cache(self):
        return MemoryCache()


class TestPostgresCache(CacheContract):
    @pytest.fixture(autouse=True)
    def _server(self, arlen_postgres):
        self.dsn = arlen_postgres.dsn

    def make_cache(self):
        return PostgresCache(self.dsn)


class TestRedisCache(CacheContract):
    @pytest.fixture(autouse=True)
    def _server(self, arlen_redis):
        self.space = arlen_redis

    def make_cache(self):
        return RedisCache(self.space.url, namespace=f"{self.space.prefix}cache")


class Forgetful(MemoryCache):
    async def get_many(self, keys):
        return {}


class Untrimmed(MemoryCache):
    async def get(self, key):
        return None if key != key.strip() else await super().get(key)

    async def delete(self, key):
        return False if key != key.strip() else await super().delete(key)


class Everlasting(MemoryCache):
    async def set(self, key, value, *, ttl=None, tags=()):
        await super().set(key, value, ttl=None if ttl is None or ttl < 1 else ttl, tags=tags)


class Prolonging(MemoryCache):
    async def increment(self, key, by=1, *, ttl=None):
        total = await super().increment(key, by, ttl=ttl)
        await self.touch(key, ttl=ttl)
        return total


class Overwriting(MemoryCache):
    async def add(self, key, value, *, ttl=None):
        await self.set(key, value, ttl=ttl)
        return True


class Guessing(MemoryCache):
    async def compare_and_set(self, key, expected, value, *, ttl=None):
        if await self.get(key) != expected:
            return False
        await asyncio.sleep(0)
        await self.set(key, value, ttl=ttl)
        return True


class Untagged(MemoryCache):
    async def invalidate_tags(self, *tags):
        pass


class Stampeding(MemoryCache):
    async def get_or_set(self, key, factory, *, ttl=None, tags=(), stale_ttl=0, stale_if_error=0):
        if (found := await self.get(key)) is None:
            found = await factory()
            await self.set(key, found, ttl=ttl, tags=tags)
        return found


class Sharing(MemoryCache):
    def lock(self, name, *, ttl=30.0, wait=None):
        return super().lock(f"{name}{id(object())}{len(self.statistics())}{next(SERIAL)}", ttl=ttl, wait=wait)


SERIAL = itertools.count()


@pytest.mark.parametrize(
    ("broken", "noticed_by"),
    [
        (Forgetful, "test_many_are_read_stored_and_deleted_at_once"),
        (Untrimmed, "test_keys_are_trimmed_and_blank_ones_refused"),
        (Prolonging, "test_counters_start_at_zero_and_keep_the_expiry_they_were_created_with"),
        (Untagged, "test_a_tagged_entry_is_gone_when_one_of_its_tags_is_invalidated"),
        (Overwriting, "test_add_stores_only_where_there_is_nothing"),
        (Guessing, "test_compare_and_set_loses_no_update"),
        (Stampeding, "test_a_hundred_callers_who_miss_at_once_run_the_factory_once"),
        (Sharing, "test_a_lock_has_one_holder_at_a_time_and_a_growing_fence"),
        (Everlasting, "test_an_entry_is_gone_when_its_time_is_up"),
    ],
)
def test_a_cache_that_breaks_a_law_is_noticed(broken, noticed_by):
    class Suite(CacheContract):
        patience = 0.5

        def make_cache(self):
            return broken()

    with pytest.raises((AssertionError, TimeoutError)):
        getattr(Suite(), noticed_by)()
