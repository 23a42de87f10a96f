"""Functions whose results are kept."""

import asyncio
import threading
from collections import Counter

import pytest
from arlen_services import CacheError, MemoryCache, cached


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(clock):
    return MemoryCache(clock=clock)


def test_a_function_is_computed_once_for_equal_arguments_however_they_are_passed(cache):
    runs = Counter()

    @cached(cache, ttl=60)
    async def report(user, *, year=2026, parts=("a", "b")):
        "What it did."
        runs[user, year] += 1
        return {"user": user, "year": year}

    async def scenario():
        same = [report(7), report(user=7), report(7, year=2026), report(7, parts=["a", "b"])]
        assert [await each for each in same] == [{"user": 7, "year": 2026}] * 4
        assert (await report(8), await report(7, year=2025)) == ({"user": 8, "year": 2026}, {"user": 7, "year": 2025})
        await asyncio.gather(*(report(9) for _ in range(50)))
        assert set(runs.values()) == {1}
        assert await report.invalidate(user=7) is True
        assert await report.invalidate(user=7) is False
        await report(7)
        assert runs[7, 2026] == 2

    asyncio.run(scenario())
    assert (report.__name__, report.__doc__) == ("report", "What it did.")


def test_the_key_is_the_same_in_every_process(cache):
    @cached(cache)
    async def find(a, b=None): ...

    assert find.key({"y": 1, "x": {3, 2}}).endswith('.find:{"a":{"x":[2,3],"y":1},"b":null}')
    assert len({find.key(1), find.key("1"), find.key(True), find.key(1.0), find.key([1])}) == 5
    assert find.key("x" * 500) == find.key("x" * 500) != find.key("x" * 501)
    assert len(find.key("x" * 500)) < 200


def test_an_argument_that_cannot_be_part_of_a_key_is_refused_unless_it_is_ignored(cache):
    @cached(cache)
    async def strict(database, id): ...

    @cached(cache, ignore=["database"])
    async def lenient(database, id):
        return id

    async def scenario():
        with pytest.raises(CacheError) as caught:
            await strict(object(), 1)
        assert caught.value.code == "unkeyable_argument"
        assert [await lenient(object(), id) for id in (1, 2, 1)] == [1, 2, 1]

    asyncio.run(scenario())


def test_none_is_kept_only_where_it_is_asked_for_and_for_its_own_time(cache, clock):
    runs = Counter()

    @cached(cache, ttl=60)
    async def anew():
        runs["anew"] += 1

    @cached(cache, ttl=60, none_ttl=5)
    async def kept(value):
        runs["kept"] += 1
        return value

    async def scenario():
        for _ in range(3):
            assert await anew() is None
            assert await kept(None) is None
            assert await kept(1) == 1
        assert runs == {"anew": 3, "kept": 2}
        clock.now += 5
        assert (await kept(None), await kept(1)) == (None, 1)
        assert runs["kept"] == 3
        assert await kept.invalidate(None) is True
        await kept(None)
        assert runs["kept"] == 4

    asyncio.run(scenario())


def test_a_plain_function_runs_in_a_thread(cache):
    @cached(cache)
    def where():
        return threading.current_thread() is threading.main_thread()

    assert asyncio.run(where()) is False


def test_a_method_is_kept_for_all_objects_when_self_is_ignored():
    cache = MemoryCache()

    class Shop:
        runs = 0

        @cached(lambda: cache, ignore=["self"], tags=["prices"])
        async def price(self, item):
            Shop.runs += 1
            return Shop.runs

    async def scenario():
        assert [await Shop().price("a"), await Shop().price("a"), await Shop().price("b")] == [1, 1, 2]
        await cache.invalidate_tags("prices")
        assert await Shop().price("a") == 3
        assert await Shop().price.invalidate("a") is True

    asyncio.run(scenario())
