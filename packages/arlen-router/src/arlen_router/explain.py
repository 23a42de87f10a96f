"""Why a path finds the route that it finds: the same answer by looking at every route in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from .conditions import Subject
from .pattern import Kind, Pattern
from .route import Match, Outcome, Route

T = TypeVar("T")


class Verdict(NamedTuple, Generic[T]):
    """What became of one candidate: ``wins`` or the reason why it lost."""

    route: Route[T]
    reason: str


class Explanation(NamedTuple, Generic[T]):
    """The outcome of ``RouteTable.match``, and every route whose pattern fits the path or fails by a converter only.

    ``verdicts`` begin with the winner, if there is one; the others follow in registration order. ``str()`` is for
    people.
    """

    outcome: Outcome[T]
    verdicts: tuple[Verdict[T], ...]

    def __str__(self) -> str:
        lines = [f"{verdict.route}: {verdict.reason}" for verdict in self.verdicts]
        return "\n".join(lines or ["no route has a pattern that fits"])


def explain(
    routes: Sequence[Route[T]],
    outcome: Outcome[T],
    methods: Sequence[str],
    texts: list[str],
    subject: Subject | None,
) -> Explanation[T]:
    """``methods`` are those whose routes may serve the request, ``texts`` the decoded segments of its path."""
    match = outcome if isinstance(outcome, Match) else None
    won = [] if match is None else [Verdict(match.route, "wins")]
    lost = [
        Verdict(route, _refusal(route, refused, methods, subject) or _defeat(route, match))
        for route in routes
        if match is None or route is not match.route
        if (refused := _refused_by_converters(route, texts)) is not None
    ]
    return Explanation(outcome, (*won, *lost))


def _refusal(route: Route[T], refused: list[str], methods: Sequence[str], subject: Subject | None) -> str | None:
    """Why a route does not serve the request at all."""
    if refused:
        return f'a converter refuses "{refused[0]}"'
    if not set(methods) & set(route.methods):
        return f"answers {', '.join(route.methods)} only"
    for condition in route.conditions:
        if subject is None or condition.test(subject) is None:
            return f"{condition!r} does not hold"
    return None


def _defeat(route: Route[T], match: Match[T] | None) -> str:
    """Why a route that could serve the request does not."""
    if match is not None and (route.formats is None or match.format in route.formats or match.route.rank < route.rank):
        return f"{match.route} goes first"
    return f"answers in {', '.join(route.formats or ())} only"


def _refused_by_converters(route: Route[T], texts: list[str]) -> list[str] | None:
    """The texts that only a converter refuses, in the reading that fits best; None when the shape does not fit."""
    readings = [
        texts,
        *([*texts[:-1], texts[-1].removesuffix(f".{format}")] for format in route.formats or () if texts),
    ]
    refused = [found for reading in readings if (found := _refused(route.pattern, reading)) is not None]
    return min(refused, key=len, default=None)


def _refused(pattern: Pattern, texts: list[str]) -> list[str] | None:
    segments = pattern.indexed_segments
    if len(texts) < len(segments) or (pattern.wildcard is None and len(texts) > len(segments)):
        return None
    pairs = [(segment, text) for segment, text in zip(segments, texts, strict=False) if segment.capture(text) is None]
    return (
        None
        if any(segment.kind is not Kind.CONVERTED or not text for segment, text in pairs)
        else [t for _, t in pairs]
    )
