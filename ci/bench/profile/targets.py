"""What is profiled: a handler function, and an application with all of its middleware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """``stages`` name what lies between one note and the next, from the first byte read to the end of the answer."""

    title: str
    path: str
    stages: tuple[str, ...]


REACH = "the rest of the way to the handler"

TARGETS: Mapping[str, Target] = {
    "bare": Target(
        title="A handler function",
        path="/healthz",
        stages=(REACH, "handler", "head of the response, write", "back to idle"),
    ),
    "application": Target(
        title="An application in production",
        path="/api/status",
        stages=(
            REACH,
            "find the route",
            "wake the connection's task",
            "middleware, inwards",
            "action",
            "its result as a response, middleware, outwards",
            "head of the response, write",
            "back to idle, one turn of the loop",
        ),
    ),
}
