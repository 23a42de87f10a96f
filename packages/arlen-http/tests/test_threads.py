"""Functions that block, in a bounded number of threads."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest
from arlen_http import RuntimeLimits, ServerBusy, ThreadPool, Timeouts

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("variable")


class Gate:
    """A function that blocks until it is let through."""

    def __init__(self):
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()
        self.calls = []

    def __call__(self, name):
        self.calls.append(name)
        self.entered.release()
        self.open.wait(10)
        return name

    async def is_entered(self):
        await asyncio.to_thread(self.entered.acquire)


@pytest.fixture
def within(run):
    """``within(pool, story)``: run ``story(pool, gate)`` and close the pool."""

    def within(pool, story):
        async def main():
            gate = Gate()
            try:
                return await story(pool, gate)
            finally:
                gate.open.set()
                await pool.close()

        return run(main())

    return within


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_function_runs_in_a_thread_with_the_context_of_its_caller(within):
    async def story(pool, gate):
        VARIABLE.set("seen")
        return await pool.run(lambda: (VARIABLE.get(), threading.current_thread() is threading.main_thread()))

    assert within(ThreadPool(), story) == ("seen", False)


def test_arguments_and_errors_pass_through(within):
    async def story(pool, gate):
        with pytest.raises(ValueError, match="invalid literal"):
            await pool.run(int, "g", base=16)
        return await pool.run(int, "f", base=16), pool.busy

    assert within(ThreadPool(), story) == (15, 0)


def test_what_finds_no_thread_waits_in_order_of_arrival(within):
    async def story(pool, gate):
        calls = [asyncio.create_task(pool.run(gate, name)) for name in range(5)]
        await gate.is_entered()
        assert (pool.busy, pool.waiting) == (1, 4)
        gate.open.set()
        assert await asyncio.gather(*calls) == [0, 1, 2, 3, 4]
        return gate.calls, pool.busy, pool.waiting

    assert within(ThreadPool(1), story) == ([0, 1, 2, 3, 4], 0, 0)


def test_one_more_than_may_wait_is_refused(within):
    async def story(pool, gate):
        calls = [asyncio.create_task(pool.run(gate, name)) for name in range(2)]
        await gate.is_entered()
        with pytest.raises(ServerBusy) as caught:
            await pool.run(gate, "refused")
        gate.open.set()
        await asyncio.gather(*calls)
        return caught.value.code, gate.calls

    assert within(ThreadPool(1, queued=1), story) == ("http_worker_queue_full", [0, 1])


def test_one_that_waits_too_long_is_refused_and_leaves_the_queue(within):
    async def story(pool, gate):
        call = asyncio.create_task(pool.run(gate, "first"))
        await gate.is_entered()
        with pytest.raises(ServerBusy) as caught:
            await pool.run(gate, "late")
        assert pool.waiting == 0
        gate.open.set()
        await call
        return caught.value.code, gate.calls, pool.busy

    assert within(ThreadPool(1, queue_wait=0), story) == ("http_queue_timeout", ["first"], 0)


def test_the_thread_of_a_cancelled_caller_stays_busy_to_the_end_of_its_function(within):
    async def story(pool, gate):
        call = asyncio.create_task(pool.run(gate, "cancelled"))
        await gate.is_entered()
        call.cancel()
        await asyncio.wait([call])
        next_one = asyncio.create_task(pool.run(gate, "next"))
        await settled()
        assert (call.cancelled(), pool.busy, pool.waiting, gate.calls) == (True, 1, 1, ["cancelled"])
        gate.open.set()
        await next_one
        return pool.busy

    assert within(ThreadPool(1), story) == 0


def test_a_caller_that_is_cancelled_while_it_waits_holds_nobody_up(within):
    async def story(pool, gate):
        first = asyncio.create_task(pool.run(gate, "first"))
        await gate.is_entered()
        waiting, last = (asyncio.create_task(pool.run(gate, name)) for name in ("waiting", "last"))
        await settled()
        waiting.cancel()
        gate.open.set()
        await asyncio.wait([first, waiting, last])
        return gate.calls, waiting.cancelled(), pool.busy, pool.waiting

    assert within(ThreadPool(1), story) == (["first", "last"], True, 0, 0)


@pytest.mark.parametrize("turns", range(6))
def test_a_caller_that_is_cancelled_about_the_moment_of_its_turn_holds_nobody_up(within, turns):
    async def queue_up(pool, gate):
        await gate.is_entered()
        tasks = [asyncio.create_task(pool.run(gate, name)) for name in ("waiting", "last")]
        await settled()
        gate.open.set()
        return tasks

    async def story(pool, gate):
        queueing = asyncio.create_task(queue_up(pool, gate))
        await pool.run(gate, "first")
        waiting, last = queueing.result()
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting, last])
        return last.result(), pool.busy, pool.waiting

    assert within(ThreadPool(1), story) == ("last", 0, 0)


def test_a_thread_that_is_granted_to_one_who_has_just_gone_is_passed_on(within):
    async def story(pool, gate):
        first = asyncio.create_task(pool.run(gate, "first"))
        await gate.is_entered()
        waiting, last = (asyncio.create_task(pool.run(gate, name)) for name in ("waiting", "last"))
        await settled()
        gate.open.set()
        without_a_turn_of_the_loop(lambda: pool.waiting == 1)
        waiting.cancel()
        await asyncio.wait([first, waiting, last])
        return gate.calls, waiting.cancelled(), pool.busy, pool.waiting

    def without_a_turn_of_the_loop(condition):
        while not condition():
            pass

    assert within(ThreadPool(1), story) == (["first", "last"], True, 0, 0)


def test_several_loops_share_its_threads():
    pool = ThreadPool(2)

    async def calls():
        return await asyncio.gather(*(pool.run(int, str(number)) for number in range(20)))

    loops = [threading.Thread(target=lambda: results.append(asyncio.run(calls()))) for _ in range(6)]
    results = []
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    asyncio.run(pool.close())
    assert results == [list(range(20))] * 6
    assert (pool.busy, pool.waiting) == (0, 0)


def test_a_pool_can_be_used_again_after_its_end(run):
    pool = ThreadPool.of(RuntimeLimits(max_concurrent_http_workers=2), Timeouts())

    async def use():
        try:
            return await pool.run(threading.get_ident)
        finally:
            await pool.close()

    assert run(use()) != threading.get_ident()
    assert run(use())
