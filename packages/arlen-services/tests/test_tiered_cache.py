"""Copies in the process, before a store that others change."""

import asyncio

import pytest
from arlen_services import RedisCache, StoreCache
from arlen_services.cache.memory import MemoryStore
from arlen_services.cache.tiered import TieredStore
from arlen_services.redis_client import command_client
from arlen_testkit.contracts.cache import CacheContract


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class TestTieredCache(CacheContract):
    @pytest.fixture(autouse=True)
    def _server(self, arlen_redis):
        self.space = arlen_redis

    def make_cache(self):
        return RedisCache(self.space.url, namespace=f"{self.space.prefix}cache", near_ttl=0.02)


def test_a_copy_is_read_until_its_time_is_up_when_no_notice_arrives():
    async def scenario():
        clock, far = Clock(), MemoryStore()
        tiered, behind = StoreCache(TieredStore(far, near_ttl=5, clock=clock)), StoreCache(far)
        await behind.set_many({"a": 1, "b": 1})
        assert (await tiered.get("a"), await tiered.get_many(["a", "b"])) == (1, {"a": 1, "b": 1})
        await behind.set_many({"a": 2, "b": 2})
        clock.now += 4.9
        assert (await tiered.get("a"), await tiered.get_many(["a", "b"])) == (1, {"a": 1, "b": 1})
        clock.now += 0.1
        assert (await tiered.get("a"), await tiered.get_many(["a", "b"])) == (2, {"a": 2, "b": 2})
        await tiered.set("a", 3)
        assert (await tiered.get("a"), await behind.get("a")) == (3, 3)

    asyncio.run(scenario())


def test_an_entry_with_tags_has_no_copy():
    async def scenario():
        far = MemoryStore()
        tiered, behind = StoreCache(TieredStore(far)), StoreCache(far)
        await tiered.set("k", 1, tags=["t"])
        assert await tiered.get("k") == 1
        await behind.invalidate_tags("t")
        assert await tiered.get("k") is None

    asyncio.run(scenario())


@pytest.mark.parametrize("change", ["set", "delete", "clear", "increment"])
def test_a_change_elsewhere_ends_the_copy(arlen_redis, change):
    changes = {
        "set": lambda cache: cache.set("k", 2),
        "delete": lambda cache: cache.delete("k"),
        "clear": lambda cache: cache.clear(),
        "increment": lambda cache: cache.increment("k"),
    }

    async def heard(channel):
        listeners = 0
        async with command_client(arlen_redis.url) as client:
            while not listeners:
                await asyncio.sleep(0.01)
                ((_, listeners),) = await client.pubsub_numsub(channel)
        await asyncio.sleep(0.05)

    async def scenario():
        options = {"namespace": f"{arlen_redis.prefix}cache", "near_ttl": 3600}
        async with RedisCache(arlen_redis.url, **options) as one, RedisCache(arlen_redis.url, **options) as other:
            await one.set("k", 1)
            assert await other.get("k") == 1
            await heard(f"{arlen_redis.prefix}cache#changes")
            assert await other.get("k") == 1
            await changes[change](one)
            async with asyncio.timeout(10):
                found = 1
                while found == 1:
                    await asyncio.sleep(0.01)
                    found = await other.get("k")
            assert found == await one.get("k")

    asyncio.run(scenario())
