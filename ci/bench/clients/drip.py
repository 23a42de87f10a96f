"""Clients that begin a request and go on with one byte a second; one that is refused begins again."""

from __future__ import annotations

import asyncio

import uvloop

from ci.bench.asking import get
from ci.bench.companions import READY

from .options import Address, options


async def drip(address: Address, phase: float, begun: asyncio.Barrier) -> None:
    """Drip for ever, ``phase`` seconds after the others of its second."""
    transport = await begin(address)
    await begun.wait()
    await asyncio.sleep(phase)
    while True:
        while not transport.is_closing():
            transport.write(b"a")
            await asyncio.sleep(1)
        transport = await begin(address)


async def begin(address: Address) -> asyncio.Transport:
    """A connection with an unfinished head; it closes itself when the server does."""
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, *address)
    transport.write(get("/healthz").removesuffix(b"\r\n") + b"x-slow: ")
    return transport


async def main(address: Address, clients: int) -> None:
    begun = asyncio.Barrier(clients + 1)
    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(drip(address, number / clients, begun))
        await begun.wait()
        print(READY, flush=True)


if __name__ == "__main__":
    parser = options(__doc__)
    parser.add_argument("--clients", type=int, required=True)
    given = parser.parse_args()
    uvloop.run(main(given.address, given.clients))
