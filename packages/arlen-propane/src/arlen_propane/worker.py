"""A worker process: it imports the application and serves it on the sockets that the manager keeps."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from arlen_config import Config
from arlen_http import Server, ServerSettings
from arlen_http.blame import in_one_line
from arlen_http.loop import loop_factory

from .target import AppTarget


def main(arguments: Sequence[str] | None = None) -> int:
    """The command that the manager starts: exit status 0 after a stop, 1 where it cannot start.

    What keeps the application from starting is said in one line.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except Exception as error:  # noqa: BLE001  whatever the application raises is why the worker does not start
        sys.stderr.write(f"propane: worker {os.getpid()}: {in_one_line(error)}\n")
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    for descriptor in (*options.sockets, options.ready, options.lifeline):
        os.set_inheritable(descriptor, False)
    app = options.target.load(options.app_root)
    settings = _settings(app, options)
    server = Server(app, settings, sockets=[socket.socket(fileno=descriptor) for descriptor in options.sockets])
    with asyncio.Runner(loop_factory=loop_factory(settings.loop)) as runner:
        runner.run(_serve(server, options.ready, options.lifeline))


def _settings(app: object, options: argparse.Namespace) -> ServerSettings:
    """What the application decided by its own configuration, else what the files say."""
    own = getattr(app, "server_settings", None)
    if isinstance(own, ServerSettings):
        return own
    return Config.load(options.app_root, options.env).section("", ServerSettings)


async def _serve(server: Server, ready: int, lifeline: int) -> None:
    """Until TERM or INT, or until the manager is gone."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_reader(lifeline, stop.set)
    await server.start()
    os.write(ready, b"%d\n" % os.getpid())
    os.close(ready)
    await stop.wait()
    loop.remove_reader(lifeline)
    await server.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="propane worker")
    parser.add_argument("target", type=AppTarget.parse)
    parser.add_argument("--app-root", type=Path, required=True)
    parser.add_argument("--env", required=True)
    parser.add_argument("--sockets", type=_descriptors, required=True)
    parser.add_argument("--ready", type=int, required=True)
    parser.add_argument("--lifeline", type=int, required=True)
    return parser


def _descriptors(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
