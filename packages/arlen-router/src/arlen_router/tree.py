"""The segment tree: the routes of one method, found by walking the segments of a path."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Generic, TypeAlias, TypeVar

from .pattern import Kind, Literal, Mixed, Param, Segment
from .route import Route

T = TypeVar("T")

Candidate: TypeAlias = tuple[Route[T], tuple[object, ...]]
"""A route whose pattern fits a path, and what it captured, in the order of ``route.param_names``."""

_by_rank = attrgetter("rank")


def _candidate_rank(candidate: Candidate[T]) -> tuple[int, ...]:
    return candidate[0].rank


class Node(Generic[T]):
    """A place in the tree: what may follow, and which routes end here."""

    __slots__ = ("converted", "depth", "literals", "open", "plain", "routes", "tangled", "wildcards")

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self.literals: dict[str, Node[T]] = {}
        self.converted: list[tuple[Param | Mixed, Node[T]]] = []
        self.plain: Node[T] | None = None
        self.routes: list[Route[T]] = []
        self.wildcards: list[Route[T]] = []
        self.open = False
        """Whether anything but literals may follow."""
        self.tangled = False
        """Whether there are several ways to go on for a segment that is none of the literals."""

    def insert(self, route: Route[T], segments: Sequence[Segment]) -> Route[T]:
        """Add a route under the segments that lead to it; the best route of the same shape is the answer."""
        node = self
        for segment in segments:
            node = node._grow(segment)
        ending = node.routes if route.pattern.wildcard is None else node.wildcards
        insort(ending, route, key=_by_rank)
        node._count_ways()
        return ending[0]

    def _grow(self, segment: Segment) -> Node[T]:
        """The node behind a segment, made when it is not there."""
        match segment:
            case Literal():
                return self.literals.setdefault(segment.text, Node(self.depth + 1))
            case Param() if segment.kind is Kind.PLAIN:
                self.plain = self.plain or Node(self.depth + 1)
                self._count_ways()
                return self.plain
        for edge, child in self.converted:
            if edge.shape == segment.shape:
                return child
        self.converted.append((segment, Node(self.depth + 1)))
        self._count_ways()
        return self.converted[-1][1]

    def _count_ways(self) -> None:
        ways = len(self.converted) + (self.plain is not None) + bool(self.wildcards)
        self.open = ways > 0
        self.tangled = ways > 1

    def candidates(self, texts: Sequence[str]) -> list[Candidate[T]]:
        """Every route whose pattern fits, the best one first."""
        found: list[Candidate[T]] = []
        pending: list[tuple[Node[T], tuple[object, ...]]] = [(self, ())]
        for node, captured in pending:
            depth = node.depth
            if node.wildcards:
                rest = "/".join(texts[depth:])
                found += [(route, (*captured, rest)) for route in node.wildcards]
            if depth == len(texts):
                found += [(route, captured) for route in node.routes]
                continue
            text = texts[depth]
            child = node.literals.get(text)
            if child is not None:
                pending.append((child, captured))
            if text and node.plain is not None:
                pending.append((node.plain, (*captured, text)))
            for edge, child in node.converted:
                values = edge.capture(text)
                if values is not None:
                    pending.append((child, captured + values))
        if len(found) > 1:
            found.sort(key=_candidate_rank)
        return found

    def covering(self, segments: Sequence[Segment], *, wildcard: bool) -> Iterator[Route[T]]:
        """The routes that fit every path which a pattern of these segments fits."""
        yield from self.wildcards
        if not segments:
            yield from () if wildcard else self.routes
            return
        for child in self._covering_edges(segments[0]):
            yield from child.covering(segments[1:], wildcard=wildcard)

    def _covering_edges(self, segment: Segment) -> Iterator[Node[T]]:
        if self.plain is not None and segment.shape != "":
            yield self.plain
        if isinstance(segment, Literal):
            if segment.text in self.literals:
                yield self.literals[segment.text]
            yield from (child for edge, child in self.converted if edge.capture(segment.text) is not None)
        else:
            yield from (child for edge, child in self.converted if edge.shape == segment.shape)
