"""The fuzzer finds nothing in a short run, the same nothing every time, and does find what is there."""

from __future__ import annotations

from random import Random

import pytest
from arlen_http import Response

from ci.fuzz.answers import Unlawful, read_answers
from ci.fuzz.applications import plain
from ci.fuzz.corpus import load
from ci.fuzz.mutations import cut, mutated
from ci.fuzz.protocol import Fuzzer, fuzz


def test_a_short_run_finds_nothing():
    assert [find for find in fuzz(Fuzzer(1), rounds=1500) if find is not None] == []


def failing(request):
    if request.method == "POST":
        raise LookupError(request.raw_path)
    return plain(request)


def made_up(request):
    return Response(b"", 299) if request.raw_path == "/echo" else plain(request)


@pytest.mark.parametrize(("application", "reason"), [(failing, "status=500"), (made_up, "status=299")])
def test_what_is_wrong_is_found_and_found_again(application, reason):
    find = next(find for find in fuzz(Fuzzer(1, {"plain": application}), rounds=500) if find is not None)
    assert reason in find.reason
    [again] = fuzz(Fuzzer(1, {"plain": application}), first=find.round, rounds=1)
    assert (again.round, again.pieces) == (find.round, find.pieces)


def test_a_round_is_made_of_the_same_bytes_every_time():
    corpus = [case.send for case in load()]
    first, again = Random("1.7"), Random("1.7")
    data = mutated(first, corpus)
    assert mutated(again, corpus) == data
    pieces = cut(first, data)
    assert cut(again, data) == pieces
    assert b"".join(pieces) == data


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: %b\r\n\r\nok"


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 600 OK\r\ncontent-length: 0\r\n\r\n",
        OK % b"close" + OK % b"close",
        OK % b"keep-alive" + b"x",
    ],
)
def test_an_unlawful_answer_is_told_from_a_lawful_one(data):
    with pytest.raises(Unlawful):
        read_answers(data)


def test_lawful_answers_are_read_in_order():
    data = b"HTTP/1.1 100 Continue\r\n\r\n" + OK % b"keep-alive" + OK % b"close"
    assert [(answer.status, answer.body, answer.is_last) for answer in read_answers(data)] == [
        (200, b"ok", False),
        (200, b"ok", True),
    ]
