"""The laws of caches: what holds for every ``arlen_services.Cache``, wherever it keeps its entries."""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from arlen_services import Cache, CacheError

__all__ = ["CacheContract"]

MOMENT = 0.05


class CacheContract(ABC):
    """Inherit from this class in a test module and say in `make_cache` what to test; pytest does the rest.

    Every test gets a new cache, clears it and, where it has ``close``, closes it. Times to live that must end are a
    twentieth of a second, and the tests wait until the entry is gone.

    Attributes:
        patience: seconds after which a test that still waits has failed.
    """

    patience: float = 20.0

    @abstractmethod
    def make_cache(self) -> Any:
        """A new cache, which may have entries; two of one test share them unless it is a cache of one process."""

    def test_it_has_the_methods_of_a_cache(self) -> None:
        assert isinstance(self.make_cache(), Cache)

    def test_a_value_is_found_until_it_is_deleted(self) -> None:
        async def law(cache: Cache) -> None:
            assert await cache.get("user") is None
            await cache.set("user", {"id": 7, "names": ["Hank", "Ünal"], "none": None})
            assert await cache.get("user") == {"id": 7, "names": ["Hank", "Ünal"], "none": None}
            assert await cache.delete("user") is True
            assert await cache.delete("user") is False
            assert await cache.get("user") is None

        self._hold(law)

    def test_keys_are_trimmed_and_blank_ones_refused(self) -> None:
        async def law(cache: Cache) -> None:
            await cache.set(" user ", 1)
            assert await cache.get("user") == 1
            assert await cache.delete(" user") is True
            for call in (cache.get(" "), cache.set("", 1), cache.delete("\t"), cache.increment("")):
                with pytest.raises(CacheError) as caught:
                    await call
                assert caught.value.code == "blank_key"
            with pytest.raises(CacheError) as caught:
                cache.namespace(" ")
            assert caught.value.code == "blank_namespace"

        self._hold(law)

    @pytest.mark.parametrize("value", [0, -7, 2**63, 2**70, 1.5, True, False, "", "7", "text\n|#", b"\x00\xff", [], {}])
    def test_a_value_comes_back_as_what_it_was(self, value: object) -> None:
        async def law(cache: Cache) -> None:
            await cache.set("k", value)
            found = await cache.get("k")
            assert (type(found), found) == (type(value), value)

        self._hold(law)

    def test_a_large_value_comes_back(self) -> None:
        async def law(cache: Cache) -> None:
            value = [{"id": number, "text": "line\n" * 10} for number in range(500)]
            await cache.set("k", value)
            assert await cache.get("k") == value

        self._hold(law)

    def test_values_are_detached(self) -> None:
        async def law(cache: Cache) -> None:
            given = {"tags": ["a"]}
            await cache.set("k", given)
            given["tags"].append("b")
            (await cache.get("k"))["tags"].append("c")
            (await cache.get_many(["k"]))["k"]["tags"].append("d")
            made = await cache.get_or_set("m", lambda: asyncio.sleep(0, ["x"]))
            made.append("y")
            assert (await cache.get("k"), await cache.get("m")) == ({"tags": ["a"]}, ["x"])

        self._hold(law)

    def test_to_store_none_is_to_delete(self) -> None:
        async def law(cache: Cache) -> None:
            await cache.set("k", 1)
            await cache.set("k", None)
            await cache.set("never", None)
            assert await cache.delete("k") is False

        self._hold(law)

    def test_an_entry_is_gone_when_its_time_is_up(self) -> None:
        async def law(cache: Cache) -> None:
            await cache.set("k", 1, ttl=MOMENT)
            await self._until_none(cache, "k")
            assert await cache.ttl("k") is None
            assert await cache.delete("k") is False

        self._hold(law)

    def test_a_new_value_has_a_new_expiry(self) -> None:
        async def law(cache: Cache) -> None:
            for lasting in (0, -5):
                await cache.set("k", 1, ttl=60)
                assert 50 < (await cache.ttl("k") or 0) <= 60
                await cache.set("k", 2, ttl=lasting)
                assert await cache.ttl("k") == math.inf
                assert await cache.get("k") == 2

        self._hold(law)

    def test_touch_changes_the_expiry_alone(self) -> None:
        async def law(cache: Cache) -> None:
            assert await cache.touch("k", ttl=60) is False
            await cache.set("k", "v", ttl=60)
            assert await cache.touch("k", ttl=600) is True
            assert 500 < (await cache.ttl("k") or 0) <= 600
            assert await cache.touch("k", ttl=0) is True
            assert await cache.ttl("k") == math.inf
            assert await cache.get("k") == "v"

        self._hold(law)

    def test_many_are_read_stored_and_deleted_at_once(self) -> None:
        async def law(cache: Cache) -> None:
            await cache.set("gone", 1)
            await cache.set_many({"a": 1, " b ": [2], "gone": None}, ttl=60)
            assert await cache.get_many(["a", "b", " a", "gone", "never"]) == {"a": 1, "b": [2]}
            assert (await cache.ttl("b") or 0) <= 60
            assert await cache.delete_many(["a", "b", "never"]) == 2
            assert await cache.get_many(["a", "b"]) == {}
            assert await cache.get_many([]) == {}
            assert await cache.delete_many([]) == 0

        self._hold(law)

    def test_add_stores_only_where_there_is_nothing(self) -> None:
        async def law(cache: Cache) -> None:
            assert await cache.add("k", 1, ttl=60) is True
            assert await cache.add("k", 2) is False
            assert (await cache.get("k"), (await cache.ttl("k") or 0) <= 60) == (1, True)
            assert sorted(await asyncio.gather(*(cache.add("once", at) for at in range(10)))) == [False] * 9 + [True]

        self._hold(law)

    def test_compare_and_set_stores_only_in_the_place_of_what_was_expected(self) -> None:
        async def law(cache: Cache) -> None:
            assert await cache.compare_and_set("k", None, {"v": 1}) is True
            assert await cache.compare_and_set("k", None, {"v": 9}) is False
            assert await cache.compare_and_set("k", {"v": 2}, {"v": 9}) is False
            assert await cache.compare_and_set("k", {"v": 1}, {"v": 2}, ttl=60) is True
            assert (await cache.get("k"), (await cache.ttl("k") or 0) <= 60) == ({"v": 2}, True)
            assert await cache.compare_and_set("k", {"v": 2}, None) is True
            assert await cache.get("k") is None

        self._hold(law)

    def test_compare_and_set_loses_no_update(self) -> None:
        async def law(cache: Cache) -> None:
            await cache.set("k", [0])

            async def add_one() -> None:
                while True:
                    present = await cache.get("k")
                    if await cache.compare_and_set("k", present, [present[0] + 1]):
                        return

            await asyncio.gather(*(add_one() for _ in range(10)))
            assert await cache.get("k") == [10]

        self._hold(law)

    def test_counters_start_at_zero_and_keep_the_expiry_they_were_created_with(self) -> None:
        async def law(cache: Cache) -> None:
            assert await cache.increment("hits", ttl=60) == 1
            assert await cache.increment("hits", 5, ttl=6000) == 6
            assert 50 < (await cache.ttl("hits") or 0) <= 60
            assert await cache.increment("hits", -7) == -1
            assert await cache.get("hits") == -1
            await cache.set("set", 2**62)
            assert await cache.increment("set") == 2**62 + 1
            assert await cache.increment("lasting") == 1
            assert await cache.ttl("lasting") == math.inf
            await asyncio.gather(*(cache.increment("crowd") for _ in range(20)))
            assert await cache.get("crowd") == 20

        self._hold(law)

    def test_only_an_integer_can_be_incremented(self) -> None:
        async def law(cache: Cache) -> None:
            for value in ("7", 1.5, True, [1]):
                await cache.set("k", value)
                with pytest.raises(CacheError) as caught:
                    await cache.increment("k")
                assert caught.value.code == "not_an_integer"
                assert await cache.get("k") == value

        self._hold(law)

    def test_namespaces_are_apart_even_where_their_names_overlap(self) -> None:
        async def law(cache: Cache) -> None:
            users, nested = cache.namespace("users"), cache.namespace("users").namespace("eu")
            places = (cache, users, nested)
            for value, place in enumerate(places):
                await place.set("k", value)
                await place.set("eu:k", value)
                await place.set("users:eu:k", value)
            assert [await place.get("k") for place in places] == [0, 1, 2]
            assert await cache.namespace("users").get("k") == 1
            await users.clear()
            assert [await place.get("k") for place in places] == [0, None, 2]
            assert [await place.get("eu:k") for place in places] == [0, None, 2]
            await cache.clear()
            assert [await place.get("k") for place in places] == [None, None, 2]
            await cache.clear()
            await nested.clear()

        self._hold(law)

    def test_clear_forgets_more_than_a_thousand(self) -> None:
        async def law(cache: Cache) -> None:
            keys = [str(number) for number in range(1_203)]
            await cache.set_many(dict.fromkeys(keys, 1))
            await cache.clear()
            assert await cache.get_many(keys) == {}

        self._hold(law)

    def test_a_tagged_entry_is_gone_when_one_of_its_tags_is_invalidated(self) -> None:
        async def law(cache: Cache) -> None:
            users = cache.namespace("users")
            await cache.set("both", 1, tags=["a", "b"])
            await cache.set("other", 1, tags=["c"])
            await cache.set("none", 1)
            await users.set("nested", 1, tags=["a"])
            assert await cache.get("both") == 1
            await cache.invalidate_tags("a", "never")
            assert [await cache.get(key) for key in ("both", "other", "none")] == [None, 1, 1]
            assert await cache.get_many(["both", "other", "none"]) == {"other": 1, "none": 1}
            assert await users.get("nested") is None
            await cache.set("both", 2, tags=["a"])
            assert await cache.get("both") == 2

        self._hold(law)

    def test_the_factory_runs_for_a_miss_and_not_for_a_hit(self) -> None:
        async def law(cache: Cache) -> None:
            assert await cache.get_or_set("k", lambda: asyncio.sleep(0, 1), ttl=60) == 1
            assert await cache.get_or_set("k", lambda: asyncio.sleep(0, 2), ttl=60) == 1
            assert (await cache.ttl("k") or 0) <= 60

            async def nothing() -> Any:
                return None

            assert await cache.get_or_set("n", nothing) is None
            assert await cache.get_or_set("n", lambda: asyncio.sleep(0, 3)) == 3

        self._hold(law)

    def test_a_hundred_callers_who_miss_at_once_run_the_factory_once(self) -> None:
        async def law(cache: Cache) -> None:
            runs = []

            async def make() -> dict[str, int]:
                runs.append(1)
                await asyncio.sleep(MOMENT)
                return {"made": len(runs)}

            served = await asyncio.gather(*(cache.get_or_set("k", make) for _ in range(100)))
            assert served == [{"made": 1}] * 100
            assert len({id(each) for each in served}) == 100

        self._hold(law)

    def test_a_failing_factory_fails_those_who_wait_and_nobody_after_them(self) -> None:
        async def law(cache: Cache) -> None:
            async def burn() -> int:
                await asyncio.sleep(MOMENT)
                raise ZeroDivisionError

            served = await asyncio.gather(*(cache.get_or_set("k", burn) for _ in range(3)), return_exceptions=True)
            assert [type(each) for each in served] == [ZeroDivisionError] * 3
            assert await cache.get_or_set("k", lambda: asyncio.sleep(0, "fresh")) == "fresh"

        self._hold(law)

    @pytest.mark.parametrize(
        ("overtake", "left"),
        [
            (lambda cache: cache.set("k", "newer"), "newer"),
            (lambda cache: cache.add("k", "newer"), "newer"),
            (lambda cache: cache.increment("k"), 1),
            (lambda cache: cache.delete("k"), None),
            (lambda cache: cache.clear(), None),
            (lambda cache: cache.invalidate_tags("t"), None),
        ],
        ids=["set", "add", "increment", "delete", "clear", "invalidate_tags"],
    )
    def test_a_result_that_was_overtaken_is_returned_and_not_stored(
        self, overtake: Callable[[Cache], Awaitable[Any]], left: object
    ) -> None:
        async def law(cache: Cache) -> None:
            begun, go_on = asyncio.Event(), asyncio.Event()

            async def make() -> str:
                begun.set()
                await go_on.wait()
                return "older"

            caller = asyncio.create_task(cache.get_or_set("k", make, tags=["t"]))
            await begun.wait()
            await overtake(cache)
            go_on.set()
            assert await caller == "older"
            assert await cache.get("k") == left

        self._hold(law)

    def test_a_stale_value_is_served_while_one_run_refreshes_it(self) -> None:
        async def law(cache: Cache) -> None:
            runs = []

            async def make() -> int:
                runs.append(1)
                await asyncio.sleep(MOMENT)
                return len(runs)

            async def read() -> int:
                return await cache.get_or_set("k", make, ttl=MOMENT, stale_ttl=60)

            assert await read() == 1
            await self._until_none(cache, "k")
            assert await asyncio.gather(*(read() for _ in range(20))) == [1] * 20
            while (served := await read()) == 1:
                assert len(runs) < 3
                await asyncio.sleep(MOMENT / 10)
            assert served > 1

        self._hold(law)

    def test_a_stale_value_takes_the_place_of_an_error(self) -> None:
        async def law(cache: Cache) -> None:
            async def burn() -> int:
                raise ZeroDivisionError

            assert await cache.get_or_set("k", lambda: asyncio.sleep(0, 1), ttl=MOMENT, stale_if_error=60) == 1
            await self._until_none(cache, "k")
            assert await cache.get_or_set("k", burn, ttl=MOMENT, stale_if_error=60) == 1
            with pytest.raises(ZeroDivisionError):
                await cache.get_or_set("k", burn, ttl=MOMENT)

        self._hold(law)

    def test_a_lock_has_one_holder_at_a_time_and_a_growing_fence(self) -> None:
        async def law(cache: Cache) -> None:
            inside, fences = [], []

            async def work() -> None:
                async with cache.lock("import", wait=None) as lock:
                    fences.append(lock.fence)
                    inside.append(1)
                    assert len(inside) == 1
                    await asyncio.sleep(0.002)
                    inside.pop()

            await asyncio.gather(*(work() for _ in range(10)))
            assert fences == sorted(set(fences))
            assert len(fences) == 10

        self._hold(law)

    def test_a_lock_that_is_held_is_not_waited_for_longer_than_said(self) -> None:
        async def law(cache: Cache) -> None:
            async with cache.lock("import"):
                for wait in (0, MOMENT):
                    with pytest.raises(CacheError) as caught:
                        await cache.lock("import", wait=wait).__aenter__()
                    assert caught.value.code == "lock_not_acquired"
                async with cache.lock("other", wait=0), cache.namespace("n").lock("import", wait=0):
                    pass
            async with cache.lock("import", wait=0):
                pass

        self._hold(law)

    def test_a_lock_outlives_its_time_while_it_is_held(self) -> None:
        async def law(cache: Cache) -> None:
            async with cache.lock("import", ttl=4 * MOMENT) as lock:
                await asyncio.sleep(12 * MOMENT)
                with pytest.raises(CacheError):
                    await cache.lock("import", wait=0).__aenter__()
                assert not lock.lost

        self._hold(law)

    def test_a_lock_neither_hides_nor_is_hidden_by_an_entry_of_its_name(self) -> None:
        async def law(cache: Cache) -> None:
            await cache.set("k", 1)
            async with cache.lock("k", wait=0):
                assert await cache.get("k") == 1
                await cache.delete("k")
                with pytest.raises(CacheError):
                    await cache.lock("k", wait=0).__aenter__()

        self._hold(law)

    async def _until_none(self, cache: Cache, key: str) -> None:
        found = await cache.get(key)
        while found is not None:
            await asyncio.sleep(MOMENT / 10)
            found = await cache.get(key)

    def _hold(self, law: Callable[[Cache], Awaitable[None]]) -> None:
        async def held() -> None:
            async with asyncio.timeout(self.patience):
                cache = self.make_cache()
                try:
                    await cache.clear()
                    await law(cache)
                finally:
                    if hasattr(cache, "close"):
                        await cache.close()

        asyncio.run(held())
