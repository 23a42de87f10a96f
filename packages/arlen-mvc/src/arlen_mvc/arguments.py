"""The command line of the runner, read without a library so that every mistake is one clear line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

USAGE = """\
Usage: {name} [--host ADDRESS] [--port NUMBER] [--env NAME] [--once] [--print-routes] [--help]

  --host ADDRESS   address to listen on (default 127.0.0.1)
  --port NUMBER    port to listen on, 0 for any free one (default 3000)
  --env NAME       environment whose configuration is read (default development)
  --once           answer one request, then exit
  --print-routes   print the routes and exit
  --help, -h       print this and exit
"""

_VALUED = {"--host": "host", "--port": "port", "--env": "environment"}
_FLAGS = {"--once": "once", "--print-routes": "print_routes", "--help": "help", "-h": "help"}


class UsageError(Exception):
    """An argument that cannot be understood; the message is what to print."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line asked for; ``None`` where it said nothing."""

    host: str | None = None
    port: int | None = None
    environment: str | None = None
    once: bool = False
    print_routes: bool = False
    help: bool = False

    @classmethod
    def parse(cls, argv: Sequence[str]) -> Arguments:
        """Read the arguments after the program's name; ``--port 80`` and ``--port=80`` are the same.

        Raises:
            UsageError: unknown argument, missing value, or a port that is no port.
        """
        texts: dict[str, str] = {}
        flags: dict[str, bool] = {}
        waiting = iter(argv)
        for argument in waiting:
            option, equals, value = argument.partition("=")
            if argument in _FLAGS:
                flags[_FLAGS[argument]] = True
            elif option in _VALUED:
                texts[_VALUED[option]] = value if equals else _next(waiting, option)
            else:
                raise UsageError(f"Unknown argument: {argument}")
        port = _port(texts["port"]) if "port" in texts else None
        return cls(texts.get("host"), port, texts.get("environment"), **flags)


def _next(waiting: Iterator[str], option: str) -> str:
    value = next(waiting, None)
    if value is None or value.startswith("--"):
        raise UsageError(f"Missing value for {option}")
    return value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise UsageError(f"Not a port: {text} (0-65535)")
    return int(text)
