"""Several processes that share a cache."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

CALLERS = """
import asyncio, sys
from arlen_services import CacheSettings, open_cache

async def main(url, namespace, witness):
    async with open_cache(CacheSettings(url=url, namespace=namespace)) as cache:
        async def make():
            with open(witness, "a") as file:
                file.write("ran\\n")
            await asyncio.sleep(0.5)
            return {"made": True}

        print("ready", flush=True)
        sys.stdin.readline()
        served = await asyncio.gather(*(cache.get_or_set("k", make) for _ in range(25)))
        print(sum(each == {"made": True} for each in served), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture(params=["redis", "postgresql"])
def place(request):
    """An address and a namespace."""
    if request.param == "redis":
        space = request.getfixturevalue("arlen_redis")
        return space.url, f"{space.prefix}cache"
    return request.getfixturevalue("arlen_postgres").dsn, "cache"


@contextmanager
def running(command, count):
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def test_four_processes_with_twenty_five_callers_each_run_the_factory_once(place, tmp_path):
    witness = tmp_path / "witness"
    command = [sys.executable, "-c", CALLERS, *place, str(witness)]
    with running(command, 4) as processes:
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [process.stdout.readline() for process in processes] == ["25\n"] * 4
        assert [process.wait(20) for process in processes] == [0] * 4
    assert witness.read_text() == "ran\n"
