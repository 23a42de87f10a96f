import asyncio
from collections import Counter

import pytest
from arlen_services import Cache, CacheError, MemoryCache
from arlen_services.cache.entries import Entries
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(clock):
    return MemoryCache(max_entries=3, clock=clock)


def test_a_memory_cache_is_a_cache(cache):
    assert isinstance(cache, Cache)


def test_a_value_is_found_under_its_trimmed_key_until_it_is_deleted(cache):
    async def scenario():
        await cache.set(" user ", {"id": 7})
        assert await cache.get("user") == {"id": 7}
        assert await cache.delete("user ") is True
        assert await cache.delete("user") is False
        assert await cache.get("user") is None

    asyncio.run(scenario())


def test_a_stored_value_is_detached_from_those_who_gave_and_got_it(cache):
    async def scenario():
        given_value = {"tags": ["a"]}
        await cache.set("k", given_value)
        given_value["tags"].append("b")
        (await cache.get("k"))["tags"].append("c")
        made = await cache.get_or_set("m", lambda: asyncio.sleep(0, ["x"]))
        made.append("y")
        assert (await cache.get("k"), await cache.get("m")) == ({"tags": ["a"]}, ["x"])

    asyncio.run(scenario())


@pytest.mark.parametrize(("ttl", "alive", "dead"), [(10, 9.99, 10), (0.5, 0.49, 0.5)])
def test_an_entry_is_gone_when_its_time_is_up_and_not_before(cache, clock, ttl, alive, dead):
    async def scenario():
        start = clock.now
        await cache.set("k", "v", ttl=ttl)
        clock.now = start + alive
        assert await cache.get("k") == "v"
        clock.now = start + dead
        assert await cache.get("k") is None
        clock.now = start
        assert await cache.get("k") is None

    asyncio.run(scenario())


@pytest.mark.parametrize("ttl", [None, 0, -5])
def test_an_entry_without_a_time_to_live_stays(cache, clock, ttl):
    async def scenario():
        await cache.set("k", "v", ttl=1)
        await cache.set("k", "w", ttl=ttl)
        clock.now += 1_000_000
        assert await cache.get("k") == "w"

    asyncio.run(scenario())


def test_the_default_time_to_live_counts_where_a_call_names_none(clock):
    async def scenario():
        cache = MemoryCache(default_ttl=5, clock=clock)
        await cache.set("short", 1)
        await cache.set("good", 1, ttl=0)
        await cache.increment("hits")
        clock.now += 5
        assert [await cache.get(key) for key in ("short", "good", "hits")] == [None, 1, None]

    asyncio.run(scenario())


def test_storing_none_deletes(cache):
    async def scenario():
        await cache.set("k", 1)
        await cache.set("k", None)
        await cache.set("never", None)
        assert await cache.delete("k") is False

    asyncio.run(scenario())


def test_the_least_recently_used_entry_makes_room(cache):
    async def scenario():
        for key in "abc":
            await cache.set(key, key)
        await cache.get("a")
        await cache.set("d", "d")
        assert [await cache.get(key) for key in "abcd"] == ["a", None, "c", "d"]

    asyncio.run(scenario())


def test_an_expired_entry_makes_room_before_a_living_one(cache, clock):
    async def scenario():
        await cache.set("old", 1)
        await cache.set("brief", 1, ttl=1)
        await cache.set("young", 1)
        clock.now += 2
        await cache.set("new", 1)
        assert [await cache.get(key) for key in ("old", "young", "new")] == [1, 1, 1]

    asyncio.run(scenario())


def test_counters_start_at_zero_and_keep_the_expiry_they_were_created_with(cache, clock):
    async def scenario():
        assert await cache.increment("hits", ttl=10) == 1
        clock.now += 9
        assert await cache.increment("hits", 5, ttl=10) == 6
        assert await cache.get("hits") == 6
        clock.now += 1
        assert await cache.increment("hits", -1) == -1

    asyncio.run(scenario())


@pytest.mark.parametrize("value", ["7", 1.5, True, [1]])
def test_only_an_integer_can_be_incremented(cache, value):
    async def scenario():
        await cache.set("k", value)
        with pytest.raises(CacheError) as caught:
            await cache.increment("k")
        assert caught.value.code == "not_an_integer"
        assert await cache.get("k") == value

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda cache: cache.get(" "), "blank_key"),
        (lambda cache: cache.set("", 1), "blank_key"),
        (lambda cache: cache.delete("\t"), "blank_key"),
        (lambda cache: cache.increment(""), "blank_key"),
        (lambda cache: cache.get_or_set("", lambda: asyncio.sleep(0)), "blank_key"),
        (lambda cache: cache.namespace(" ").get("k"), "blank_namespace"),
        (lambda cache: MemoryCache(max_entries=0).get("k"), "invalid_limit"),
    ],
)
def test_a_wrong_call_has_a_code(cache, call, code):
    async def scenario():
        with pytest.raises(CacheError) as caught:
            await call(cache)
        assert caught.value.code == code

    asyncio.run(scenario())


def test_namespaces_share_the_store_and_nothing_else(clock):
    async def scenario():
        cache = MemoryCache(clock=clock)
        users, nested = cache.namespace("users"), cache.namespace("users").namespace("eu")
        for place in (cache, users, nested):
            await place.set("k", 1)
        await cache.namespace("users").increment("k")
        await nested.delete("k")
        assert [await place.get("k") for place in (cache, users, nested)] == [1, 2, None]
        await nested.set("k", 3)
        await users.clear()
        assert [await place.get("k") for place in (cache, users, nested)] == [1, None, 3]

    asyncio.run(scenario())


class Kitchen:
    """A factory that counts its runs and serves when the test says so."""

    def __init__(self):
        self.runs = Counter()
        self.serve = asyncio.Event()
        self.cancelled = False

    async def cook(self):
        self.runs["cook"] += 1
        try:
            await self.serve.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return f"meal {self.runs['cook']}"


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_hundred_callers_who_miss_at_once_run_the_factory_once(cache):
    async def scenario():
        kitchen = Kitchen()
        callers = [asyncio.create_task(cache.get_or_set("k", kitchen.cook)) for _ in range(100)]
        await settle()
        kitchen.serve.set()
        assert set(await asyncio.gather(*callers)) == {"meal 1"}
        assert await cache.get_or_set("k", kitchen.cook) == "meal 1"
        assert kitchen.runs["cook"] == 1

    asyncio.run(scenario())


def test_a_failing_factory_fails_all_who_wait_and_nobody_after_them(cache):
    async def scenario():
        serve = asyncio.Event()

        async def burn():
            await serve.wait()
            raise ZeroDivisionError

        callers = [asyncio.create_task(cache.get_or_set("k", burn)) for _ in range(3)]
        await settle()
        serve.set()
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [ZeroDivisionError] * 3
        assert await cache.get_or_set("k", lambda: asyncio.sleep(0, "fresh")) == "fresh"

    asyncio.run(scenario())


def test_a_caller_who_leaves_takes_nobody_along_and_the_last_one_stops_the_work(cache):
    async def scenario():
        kitchen = Kitchen()
        first, second = (asyncio.create_task(cache.get_or_set("k", kitchen.cook)) for _ in range(2))
        await settle()
        first.cancel()
        await settle()
        assert first.cancelled()
        assert not kitchen.cancelled
        second.cancel()
        await settle()
        assert kitchen.cancelled
        assert await cache.get_or_set("k", lambda: asyncio.sleep(0, "fresh")) == "fresh"

    asyncio.run(scenario())


def test_a_caller_who_comes_while_abandoned_work_still_stops_starts_anew(cache):
    async def scenario():
        stopping, stop = asyncio.Event(), asyncio.Event()

        async def reluctant():
            try:
                await asyncio.Event().wait()
            finally:
                stopping.set()
                await stop.wait()

        abandoned = asyncio.create_task(cache.get_or_set("k", reluctant))
        await settle()
        abandoned.cancel()
        await stopping.wait()
        assert await cache.get_or_set("k", lambda: asyncio.sleep(0, "fresh")) == "fresh"
        stop.set()
        await settle()
        assert await cache.get("k") == "fresh"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("overtake", "left"),
    [
        (lambda cache: cache.set("k", "newer"), "newer"),
        (lambda cache: cache.increment("k"), 1),
        (lambda cache: cache.delete("k"), None),
        (lambda cache: cache.clear(), None),
    ],
)
def test_a_result_that_was_overtaken_is_returned_but_not_stored(cache, overtake, left):
    async def scenario():
        kitchen = Kitchen()
        caller = asyncio.create_task(cache.get_or_set("k", kitchen.cook))
        await settle()
        await overtake(cache)
        kitchen.serve.set()
        assert await caller == "meal 1"
        assert await cache.get("k") == left

    asyncio.run(scenario())


def test_a_factory_that_makes_nothing_stores_nothing(cache):
    async def scenario():
        assert await cache.get_or_set("k", lambda: asyncio.sleep(0, None)) is None
        assert await cache.get_or_set("k", lambda: asyncio.sleep(0, "now")) == "now"

    asyncio.run(scenario())


class AgreesWithADictionary(RuleBasedStateMachine):
    """Within its limit, a cache is a dictionary of values and the moments at which they expire."""

    keys = st.sampled_from("abcd")

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.clock.now = 0.0
        self.cache = MemoryCache(max_entries=4, clock=self.clock)
        self.runner = asyncio.Runner()
        self.model = {}

    @rule(key=keys, value=st.integers(), ttl=st.integers(0, 5))
    def store(self, key, value, ttl):
        self.runner.run(self.cache.set(key, value, ttl=ttl))
        self.model[key] = (value, self.clock.now + ttl if ttl else float("inf"))

    @rule(key=keys)
    def delete(self, key):
        assert self.runner.run(self.cache.delete(key)) is (self.model.pop(key, None) is not None)

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds):
        self.clock.now += seconds
        self.model = {key: entry for key, entry in self.model.items() if entry[1] > self.clock.now}

    def teardown(self):
        self.runner.close()

    @invariant()
    def agree(self):
        async def read():
            return {key: value for key in "abcd" if (value := await self.cache.get(key)) is not None}

        assert self.runner.run(read()) == {key: value for key, (value, _) in self.model.items()}


TestAgreesWithADictionary = AgreesWithADictionary.TestCase
TestAgreesWithADictionary.settings = settings(max_examples=40)


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3)), min_size=30, max_size=60))
def test_neither_the_entries_nor_the_schedule_of_their_expiry_grow_past_a_bound(steps):
    entries = Entries(3, Clock())
    for key, ttl in steps:
        entries.put(("", key), key, ttl * 1000)
        assert entries.get(("", key)) == key
        assert len(entries) <= 3
        assert len(entries._due) <= 2 * 3 + 8


def test_what_happened_is_counted_by_namespace(clock):
    async def scenario():
        cache = MemoryCache(clock=clock)
        users = cache.namespace("users")
        await cache.get("k")
        await cache.set("k", 1)
        await cache.get("k")
        await cache.get_many(["k", "l"])
        await users.get_or_set("u", lambda: asyncio.sleep(0, 1), ttl=5, stale_ttl=5)
        clock.now += 5
        await users.get_or_set("u", lambda: asyncio.sleep(0, 2), ttl=5, stale_ttl=5)
        await settle()
        async with users.lock("l"):
            pass
        counts = cache.statistics()
        assert (counts[""].hits, counts[""].misses) == (2, 2)
        figures = counts["users"]
        assert (figures.misses, figures.made, figures.stale, figures.lock_waits) == (1, 2, 1, 1)
        assert cache.namespace("users").statistics() == counts

    asyncio.run(scenario())
