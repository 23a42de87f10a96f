"""What is true of the cache in Redis beside the laws of all caches."""

import asyncio
import json
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from arlen_services import CacheError, CircuitBreaker, RedisCache, SignedPickle, StoreCache
from arlen_services.cache.memory import MemoryStore
from arlen_services.redis_client import command_client
from arlen_testkit.processes import Line, free_port, serve_process
from arlen_testkit.servers.redis import bundled_program, system_program

FORKING = """
import asyncio, os
from arlen_services import RedisCache

cache = RedisCache("{url}", namespace="{namespace}")

async def count():
    return await cache.increment("processes")

runner = asyncio.Runner()
runner.run(count())
child = os.fork()
if child == 0:
    asyncio._set_running_loop(None)
    print("child", asyncio.Runner().run(count()), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("parent", runner.run(count()), flush=True)
runner.run(cache.close())
"""


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def namespace(arlen_redis):
    return f"{arlen_redis.prefix}cache"


@pytest.fixture
def use(arlen_redis, namespace):
    """Run a scenario with a cache, and with a client of the same server."""

    def run(scenario, **options):
        async def used():
            client = command_client(arlen_redis.url)
            async with RedisCache(arlen_redis.url, namespace=namespace, **options) as cache:
                try:
                    await scenario(cache, client)
                finally:
                    await client.aclose()

        asyncio.run(used())

    return run


def test_entries_have_readable_names_and_the_server_forgets_them_itself(use, namespace):
    async def scenario(cache, client):
        await cache.namespace("users").set("42", "x", ttl=60)
        assert 59_000 < await client.pttl(f"{namespace}:users|42") <= 60_000
        assert await client.zrange(f"{namespace}:users#index", 0, -1) == [b"42"]

    use(scenario)


def test_the_index_loses_what_expired(use, namespace):
    async def scenario(cache, client):
        for number in range(20):
            await cache.set(str(number), 1, ttl=0.02)
        left = True
        while left:
            await asyncio.sleep(0.01)
            left = await client.exists(f"{namespace}|19")
        await cache.set("last", 1, ttl=60)
        assert await client.zrange(f"{namespace}#index", 0, -1) == [b"last"]

    use(scenario)


@pytest.mark.parametrize(
    "rubbish", [b"", b"\xa0{", b"\xa1{}", b"\xa2[{", b"\xa4[]", b"\xff", b"1x", b'\xa0{"$bytes":"?"}']
)
def test_an_entry_that_cannot_be_read_is_a_miss_that_is_counted(use, namespace, rubbish):
    async def scenario(cache, client):
        await client.set(f"{namespace}|k", rubbish)
        assert await cache.get("k") is None
        assert cache.store.unreadable == 1
        assert await cache.get_or_set("k", lambda: asyncio.sleep(0, "fresh")) == "fresh"
        assert await cache.get("k") == "fresh"

    use(scenario)


def test_a_signed_pickle_keeps_any_object_and_refuses_what_another_wrote(use, namespace):
    async def scenario(cache, client):
        await cache.set("k", {1: (2, 3)})
        assert await cache.get("k") == {1: (2, 3)}
        stored = await client.get(f"{namespace}|k")
        await client.set(f"{namespace}|k", stored[:-1] + b"!")
        assert await cache.get("k") is None

    use(scenario, encoding=SignedPickle(bytes(32)))
    with pytest.raises(CacheError) as caught:
        SignedPickle(b"short")
    assert caught.value.code == "weak_key"


@pytest.mark.parametrize("value", [object(), {1: 2}, {"a": [(1,)]}, {1, 2}, [1j]])
def test_what_json_has_no_word_for_is_refused(use, value):
    async def scenario(cache, client):
        with pytest.raises(CacheError) as caught:
            await cache.set("k", value)
        assert caught.value.code == "not_serializable"

    use(scenario)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://localhost:6379/0", "unknown_scheme"),
        ("redis://localhost:70000/0", "invalid_url"),
        ("redis://localhost:port/0", "invalid_url"),
    ],
)
def test_a_wrong_address_fails_before_any_connection(url, code):
    with pytest.raises(CacheError) as caught:
        RedisCache(url)
    assert caught.value.code == code


def test_a_password_is_neither_shown_nor_told():
    cache = RedisCache(f"redis://mallory:hunter2@127.0.0.1:{free_port()}/0")

    async def scenario():
        with pytest.raises(CacheError) as caught:
            await cache.get("k")
        await cache.close()
        return caught.value

    error = asyncio.run(scenario())
    assert error.code == "unreachable"
    assert "hunter2" not in f"{error!r} {error} {error.details} {cache!r} {cache.store!r} {cache.name}"


def test_a_wrong_password_says_so(arlen_redis):
    async def scenario():
        async with RedisCache(arlen_redis.url.replace("redis://", "redis://mallory:hunter2@")):
            pass

    with pytest.raises(CacheError) as caught:
        asyncio.run(scenario())
    assert caught.value.code == "authentication_refused"


def test_a_process_that_was_killed_at_work_leaves_the_entry_to_others(use, namespace):
    async def scenario(cache, client):
        await client.set(f"{namespace}#claim|k", "token of the dead0", px=50)
        assert await cache.get_or_set("k", lambda: asyncio.sleep(0, "made")) == "made"

    use(scenario)


def test_a_server_that_does_not_answer_costs_one_time_out_in_a_window():
    clock = Clock()

    async def scenario():
        accepted = []
        async with await asyncio.start_server(lambda *connection: accepted.append(connection), "127.0.0.1", 0) as deaf:
            port = deaf.sockets[0].getsockname()[1]
            cache = RedisCache(
                f"redis://127.0.0.1:{port}/0", timeout=0.05, breaker=CircuitBreaker(window=5, clock=clock)
            )
            codes = []
            for now in (0, *[4.9] * 50, 5, 5):
                clock.now = 1000 + now
                with pytest.raises(CacheError) as caught:
                    await cache.get("k")
                codes.append(caught.value.code)
            await cache.close()
            for _, writer in accepted:
                with closing(writer):
                    pass
        return codes, len(accepted)

    codes, connections = asyncio.run(scenario())
    assert codes == ["timed_out"] + ["circuit_open"] * 50 + ["timed_out", "circuit_open"]
    assert connections == 2


@contextmanager
def server_on(port, folder):
    program = system_program() or bundled_program()
    command = [str(program), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with serve_process(command, ready=Line("Ready to accept connections"), cwd=folder):
        yield


@pytest.mark.parametrize("policy", ["raise", "miss"])
def test_a_server_that_was_stopped_and_started_is_used_again(tmp_path, policy):
    port, clock = free_port(), Clock()

    async def scenario():
        breaker = CircuitBreaker(window=5, clock=clock)
        cache = RedisCache(f"redis://127.0.0.1:{port}/0", breaker=breaker, on_failure=policy)
        with server_on(port, tmp_path):
            await cache.set("k", 1)
            assert await cache.get_or_set("k", lambda: asyncio.sleep(0, 2)) == 1
        outcome = await during_outage(cache)
        with server_on(port, tmp_path):
            clock.now += 6
            await cache.set("k", 3)
            assert await cache.get("k") == 3
        await cache.close()
        return outcome

    async def during_outage(cache):
        with pytest.raises(CacheError):
            await cache.delete("k")
        with pytest.raises(CacheError):
            await cache.invalidate_tags("t")
        with pytest.raises(CacheError):
            await cache.increment("hits")
        if policy == "raise":
            with pytest.raises(CacheError):
                await cache.get("k")
            with pytest.raises(CacheError):
                await cache.set("k", 2)
            with pytest.raises(CacheError):
                await cache.get_or_set("k", lambda: asyncio.sleep(0, "made"))
            return
        assert await cache.get("k") is None
        assert await cache.get_many(["k", "l"]) == {}
        await cache.set("k", 2, tags=["t"])
        assert await cache.get_or_set("k", lambda: asyncio.sleep(0, "made"), tags=["t"]) == "made"
        assert await cache.touch("k") is False
        assert cache.store.outages >= 4

    asyncio.run(scenario())


def test_a_server_that_was_restarted_between_two_calls_is_not_noticed(tmp_path):
    port = free_port()

    async def scenario():
        cache = RedisCache(f"redis://127.0.0.1:{port}/0")
        for value in (1, 2):
            with server_on(port, tmp_path):
                await cache.set("k", value)
                assert await cache.get("k") == value
            for _ in range(3):
                await asyncio.sleep(0)
        await cache.close()

    asyncio.run(scenario())


def test_an_entry_that_was_stored_while_its_tags_were_unknown_is_not_found():
    class WithoutTags(MemoryStore):
        async def tag_versions(self, tags, ttl):
            raise CacheError("away", code="circuit_open")

    async def scenario():
        cache = StoreCache(WithoutTags(), on_failure="miss")
        await cache.set("k", 1, tags=["t"])
        assert await cache.get("k") is None

    asyncio.run(scenario())


def test_a_cache_serves_one_event_loop_after_another(arlen_redis, namespace):
    cache = RedisCache(arlen_redis.url, namespace=namespace)

    async def scenario():
        total = await cache.increment("loops")
        await cache.close()
        return total

    assert [asyncio.run(scenario()) for _ in range(2)] == [1, 2]


def test_a_forked_process_does_not_speak_over_the_connections_of_its_parent(arlen_redis, namespace):
    program = FORKING.format(url=arlen_redis.url, namespace=namespace)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout.split(), done.returncode) == (["child", "2", "parent", "3"], 0)


def test_a_cancelled_read_leaves_no_answer_for_the_next(use):
    async def scenario(cache, client):
        await cache.set_many({str(number): number for number in range(10)})
        for turn in range(100):
            task = asyncio.create_task(cache.get(str(turn % 10)))
            for _ in range(turn % 7):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait((task,))
            assert await cache.get(str((turn + 1) % 10)) == (turn + 1) % 10

    use(scenario, connections=1)


def test_importing_the_package_imports_no_extra():
    names = [
        "redis",
        "psycopg",
        "psycopg_pool",
        "obstore",
        "babel",
        "aiosmtplib",
        "cronsim",
        "dkim",
        "arlen_config",
        "arlen_http",
    ]
    program = f"import sys, json, arlen_services; print(json.dumps([n for n in {names} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
