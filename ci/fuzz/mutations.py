"""Lawful and unlawful input made into input that nobody has thought of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

__all__ = ["cut", "mutated"]

_TELLING = [bytes([byte]) for byte in b"\r\n\t :;,\0\x0b\x7f\x80\xff*#%/?0"] + [b"\r\n", b"\r\n\r\n", b"0\r\n\r\n"]
_FIELDS = [
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
    b"Expect: 100-continue\r\n",
    b"Host: b\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Range: bytes=0-1\r\n",
]
_METHODS = [b"GET", b"HEAD", b"POST", b"OPTIONS", b"TRACE", b"BREW"]
_LENGTHS = [
    b"0",
    b"1",
    b"2",
    b"30",
    b"999",
    b"1048577",
    b"-1",
    b"+3",
    b"0x3",
    b"ffffffffffffffff",
    b"",
    b"99999999999999999999",
]
_NUMBER = re.compile(rb"[0-9A-Fa-f]+(?=\r\n)")
_LINE = re.compile(rb"[^\n]*\n")
_METHOD = re.compile(rb"(?:(?<=\n)|^)[A-Z]{3,7}(?= /)")

Mutation = Callable[[Random, bytes], bytes]


def _place(rng: Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _flip(rng: Random, data: bytes) -> bytes:
    place = _place(rng, data[:-1])
    return data[:place] + bytes(byte ^ 1 << rng.randrange(8) for byte in data[place : place + 1]) + data[place + 1 :]


def _insert(rng: Random, data: bytes) -> bytes:
    place = _place(rng, data)
    return data[:place] + rng.choice(_TELLING) + data[place:]


def _remove(rng: Random, data: bytes) -> bytes:
    place = _place(rng, data)
    return data[:place] + data[place + rng.choice((1, 1, 2, 9)) :]


def _repeat(rng: Random, data: bytes) -> bytes:
    start, end = sorted((_place(rng, data), _place(rng, data)))
    return data[:end] + data[start:end] * rng.choice((1, 1, 2, 20)) + data[end:]


def _add_field(rng: Random, data: bytes) -> bytes:
    place = data.find(b"\n", _place(rng, data)) + 1
    return data[:place] + rng.choice(_FIELDS) + data[place:]


def _replace(pattern: re.Pattern[bytes], rng: Random, data: bytes, replacement: bytes) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data
    chosen = rng.choice(found)
    return data[: chosen.start()] + replacement + data[chosen.end() :]


def _lie(rng: Random, data: bytes) -> bytes:
    return _replace(_NUMBER, rng, data, rng.choice(_LENGTHS))


def _another_method(rng: Random, data: bytes) -> bytes:
    return _replace(_METHOD, rng, data, rng.choice(_METHODS))


def _drop_line(rng: Random, data: bytes) -> bytes:
    return _replace(_LINE, rng, data, b"")


_MUTATIONS: Sequence[Mutation] = (
    _flip,
    _insert,
    _remove,
    _repeat,
    _add_field,
    _lie,
    _another_method,
    _drop_line,
)


def mutated(rng: Random, corpus: Sequence[bytes]) -> bytes:
    """One to three entries of the corpus, or parts of them, one behind the other, with a few things wrong."""
    data = b"".join(rng.choice(corpus) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    if rng.random() < 0.2:
        other = rng.choice(corpus)
        data = data[: _place(rng, data)] + other[_place(rng, other) :]
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 6))):
        data = rng.choice(_MUTATIONS)(rng, data)
    return data


def cut(rng: Random, data: bytes) -> list[bytes]:
    """The same bytes in a few pieces, or one by one."""
    if rng.random() < 0.1 and len(data) < 600:
        return [data[place : place + 1] for place in range(len(data))]
    places = sorted(_place(rng, data) for _ in range(rng.choice((0, 0, 1, 2, 5))))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]
