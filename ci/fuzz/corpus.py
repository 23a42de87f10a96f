"""The protocol corpus: what is sent, and exactly what has to come back, as data in ``ci/fixtures/protocol``.

A file holds ``[[case]]`` tables:

- ``send``: text whose characters are bytes (latin-1), or a list of such texts and ``{repeat, times}``.
- ``answers``: one entry per answer: text is the body of a 200, a number the status of an answer with any body.
- ``refused``: the status, or the statuses, of the refusal after which the server closes; 0 for a close without one.
- ``closes``: ``"client"`` where the client ends its side after the last byte; otherwise the server has to.
- ``seconds_per_byte``, ``seconds_at_last``: how the server's clock moves after each byte, and after the last.
- ``settings``: a table of ``[settings]`` in the same file, with the names of `arlen_http.ServerSettings`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from arlen_http import ServerSettings

__all__ = ["FIXTURES", "Case", "as_bytes", "load"]

FIXTURES = Path(__file__).parents[1] / "fixtures" / "protocol"


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation.

    Attributes:
        answers: bodies of 200 answers (text) and statuses (numbers), in order.
        refused: the lawful statuses of the refusal that ends the conversation; empty where none does.
        settings: those of the server, backend and port aside.
    """

    id: str
    send: bytes
    answers: tuple[str | int, ...]
    refused: tuple[int, ...]
    client_closes: bool
    seconds_per_byte: float
    seconds_at_last: float
    settings: ServerSettings

    @property
    def timed(self) -> bool:
        return bool(self.seconds_per_byte or self.seconds_at_last)


def load(directory: Path = FIXTURES) -> list[Case]:
    """Every case of the directory, by file and place."""
    return [case for path in sorted(directory.glob("*.toml")) for case in _cases(tomllib.loads(path.read_text()))]


def _cases(document: Mapping[str, Any]) -> Iterator[Case]:
    settings = {name: _settings(values) for name, values in document.get("settings", {}).items()}
    settings["default"] = ServerSettings()
    for entry in document.get("case", ()):
        refused = entry.get("refused", ())
        yield Case(
            id=entry["id"],
            send=as_bytes(entry["send"]),
            answers=tuple(entry.get("answers", ())),
            refused=(refused,) if isinstance(refused, int) else tuple(refused),
            client_closes=entry.get("closes") == "client",
            seconds_per_byte=entry.get("seconds_per_byte", 0),
            seconds_at_last=entry.get("seconds_at_last", 0),
            settings=settings[entry.get("settings", "default")],
        )


def as_bytes(source: str | list[Any]) -> bytes:
    """What a text stands for, or a list of texts and repetitions."""
    if isinstance(source, str):
        return source.encode("latin-1")
    return b"".join(
        as_bytes(part) if isinstance(part, str) else as_bytes(part["repeat"]) * part["times"] for part in source
    )


def _settings(values: Mapping[str, Mapping[str, Any]]) -> ServerSettings:
    groups = {field.name: field.default_factory for field in fields(ServerSettings)}
    return ServerSettings(**{name: groups[name](**group) for name, group in values.items()})  # type: ignore[operator]
