"""The route table that every router builds, and the paths that are looked up in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Lookup(Generic[Found]):
    """A built table: ``match`` is what is timed, ``params`` reads its result (None for a miss) and is not."""

    match: Callable[[str], Found]
    params: Callable[[Found], Mapping[str, object] | None]


@dataclass(frozen=True, slots=True)
class Case:
    path: str
    params: Mapping[str, str] | None


def templates(count: int, param: str, wildcard: str) -> Iterator[str]:
    """``count`` routes: a third static, a third with one parameter, a third with a wildcard.

    ``param`` and ``wildcard`` spell a parameter ``id`` and a rest ``tail`` in the router's own syntax.
    """
    for index in range(count // 3):
        yield f"/bench/static/{index}"
        yield f"/bench/tenant/{index}/{param}"
        yield f"/bench/wild/{index}/{wildcard}"


def cases(count: int) -> dict[str, Case]:
    """The look-ups by name, each aimed at the route registered last."""
    last = count // 3 - 1
    return {
        "static": Case(f"/bench/static/{last}", {}),
        "param": Case(f"/bench/tenant/{last}/42", {"id": "42"}),
        "wildcard": Case(f"/bench/wild/{last}/a/b.txt", {"tail": "a/b.txt"}),
        "miss": Case("/bench/nowhere/at/all", None),
    }
