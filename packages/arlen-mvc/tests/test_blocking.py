"""Blocking actions in a bounded number of threads."""

import asyncio
import threading

import pytest
from arlen_http import Server, ServerSettings
from arlen_mvc import Application

GET = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


@pytest.fixture
def gate():
    return threading.Event()


@pytest.fixture
def app(gate):
    limits = {"max_concurrent_http_workers": 1, "max_queued_http_connections": 1}
    app = Application({"environment": "production", "runtime_limits": limits})

    @app.get("/", blocking=True)
    def wait():
        gate.wait(10)
        return {"waited": True}

    return app


async def asked(server):
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(GET)
    received = await reader.read()
    writer.close()
    return received


def test_a_request_that_finds_the_queue_full_is_refused_with_the_reason(app, gate, run):
    async def story():
        async with Server(app, ServerSettings(port=0)) as server:
            served = []
            for occupied in ("threads_busy", "queue_length"):
                served.append(asyncio.create_task(asked(server)))
                for _ in range(1000):
                    if getattr(server.stats(), occupied):
                        break
                    await asyncio.sleep(0)
            refused = await asked(server)
            gate.set()
            return refused, await asyncio.gather(*served), server.stats().refusals

    refused, served, refusals = run(story())
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nx-arlen-backpressure-reason: http_worker_queue_full\r\n" in refused
    assert refused.endswith(b"\r\n\r\nserver busy\n")
    assert all(answer.endswith(b'{"waited":true}') for answer in served)
    assert refusals == {"http_worker_queue_full": 1}
