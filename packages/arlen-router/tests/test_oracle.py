"""The table against a search of all routes that shares nothing with it: no tree, no pattern, no parser."""

from __future__ import annotations

import re
from typing import NamedTuple

from arlen_router import Match, NotAcceptable, NotAllowed, Router, Scheme
from hypothesis import given, settings
from hypothesis import strategies as st

FORMATS = ("json", "html", "csv")

# How a segment is written, what it looks like to the oracle, and its kind: literal 0, converted 1, plain 2.
SEGMENTS = [
    ("a", "a", 0),
    ("b", "b", 0),
    ("7", "7", 0),
    ("a.json", r"a\.json", 0),
    ("{}", "([^/]+)", 2),
    ("{}", "([^/]+)", 2),
    ("{:int}", "(-?[0-9]+)", 1),
    ("v{}", "v([^/]+)", 1),
    ("{:re:[ab]}", "([ab])", 1),
]


class Spec(NamedTuple):
    method: str
    segments: tuple[tuple[str, str, int], ...]
    wildcard: bool
    formats: tuple[str, ...] | None
    scheme: str | None

    @property
    def template(self) -> str:
        numbered = [text.replace("{", f"{{p{index}") for index, (text, _, _) in enumerate(self.segments)]
        return "/" + "/".join([*numbered, *(["*rest"] if self.wildcard else [])])

    def captures(self, path: str) -> tuple[str, ...] | None:
        source = "".join(f"/{expression}" for _, expression, _ in self.segments)
        rest = "(|/.*)" if self.wildcard else ""
        found = re.fullmatch(source + rest, path)
        if found is None:
            return None
        groups = found.groups()
        return (*groups[:-1], groups[-1][1:]) if self.wildcard else groups

    @property
    def looseness(self) -> tuple[int, int, int]:
        kinds = [kind for _, _, kind in self.segments]
        return (3 if self.wildcard else max(kinds, default=0)), -kinds.count(0), -kinds.count(1)


def specs() -> st.SearchStrategy[Spec]:
    return st.builds(
        Spec,
        st.sampled_from(["GET", "GET", "GET", "POST", "ANY", "HEAD"]),
        st.lists(st.sampled_from(SEGMENTS), max_size=3).map(tuple),
        st.sampled_from([False, False, True]),
        st.none() | st.lists(st.sampled_from(FORMATS), min_size=1, unique=True).map(tuple),
        st.sampled_from([None, None, "http", "https"]),
    )


def unlike(spec: Spec) -> object:
    """Routes alike in this are a fault of the table, so only one of them is registered."""
    return spec.method, tuple(segment[0] for segment in spec.segments), spec.wildcard, spec.formats, spec.scheme


def tables() -> st.SearchStrategy[list[Spec]]:
    return st.lists(specs(), max_size=12, unique_by=unlike)


def paths() -> st.SearchStrategy[str]:
    texts = st.sampled_from(["a", "b", "7", "v1", "c", "", "a.json", "7.json", "c.csv", "v1.html", "b.txt", ".json"])
    return st.lists(texts, max_size=4).map(lambda texts: "/" + "/".join(texts))


Answer = tuple[int, tuple[str, ...], str | None]


def search(table: list[Spec], method: str, path: str, scheme: str, wanted: str | None) -> Answer | str | None:
    """Position, captures and format of the winner, or ``not acceptable``, or None."""
    path = "/" + path.strip("/")
    path = "" if path == "/" else path
    tiers = dict.fromkeys(["HEAD", "GET", "ANY"] if method == "HEAD" else [method, "ANY"])
    refused = None
    for tier in tiers:
        open_to = [
            (*spec.looseness, position)
            for position, spec in enumerate(table)
            if spec.method == tier and spec.scheme in (None, scheme)
        ]
        whole = [(rank, table[rank[3]].captures(path)) for rank in sorted(open_to)]
        whole = [(rank, captures) for rank, captures in whole if captures is not None]
        stem = []
        extended = re.fullmatch(r"(.*[^/])\.([a-z0-9_]+)", path)
        if extended:
            stem = [(rank, table[rank[3]].captures(extended[1])) for rank in sorted(open_to)]
            stem = [(r, c) for r, c in stem if c is not None and extended[2] in (table[r[3]].formats or ())]
        if stem:
            fits = [(r, c) for r, c in whole if extended[2] in (table[r[3]].formats or (extended[2],))]
            spelt = [(r, c) for r, c in fits if r[0] == 0]
            rank, captures = spelt[0] if spelt else sorted([*stem, *fits], key=lambda fit: fit[0])[0]
            return rank[3], captures, extended[2] if table[rank[3]].formats else None
        offered = [format for rank, _ in whole for format in table[rank[3]].formats or ()]
        choice = wanted or ("html" if "html" in offered else next(iter(offered), None))
        for rank, captures in whole:
            formats = table[rank[3]].formats
            if formats is None or choice in formats:
                return rank[3], captures, choice if formats else None
        if whole:
            refused = "not acceptable"
    return refused


@settings(max_examples=600, deadline=None)
@given(
    tables(),
    paths(),
    st.sampled_from(["GET", "GET", "POST", "HEAD", "PUT", "OPTIONS"]),
    st.sampled_from(["http", "https"]),
    st.none() | st.sampled_from(FORMATS),
)
def test_the_tree_agrees_with_exhaustive_search(request_with, table, path, method, scheme, wanted):
    router: Router[int] = Router()
    for position, spec in enumerate(table):
        conditions = [Scheme(spec.scheme)] if spec.scheme else []
        router.add(spec.method, spec.template, position, formats=spec.formats, conditions=conditions)
    compiled = router.compile()
    outcome = compiled.match(method, path, request_with(method=method, scheme=scheme), wanted)
    expected = search(table, method, path, scheme, wanted)
    if isinstance(expected, tuple):
        assert type(outcome) is Match
        captured = tuple(str(value) for value in outcome.params.values())
        assert (outcome.route.target, captured, outcome.format) == expected
    elif expected is not None:
        assert type(outcome) is NotAcceptable
    else:
        allowed = {other for other in ("GET", "POST", "HEAD") if exists(table, other, path, scheme, wanted)}
        implied = {"OPTIONS", *(["HEAD"] if "GET" in allowed else [])}
        assert outcome == (NotAllowed(tuple(sorted(allowed | implied))) if allowed else None)
    assert compiled.explain(method, path, request_with(method=method, scheme=scheme), wanted).outcome == outcome


def exists(table: list[Spec], method: str, path: str, scheme: str, wanted: str | None) -> bool:
    return search([spec for spec in table if spec.method == method], method, path, scheme, wanted) is not None


@settings(max_examples=300, deadline=None)
@given(tables(), paths())
def test_match_build_match_is_stable(table, path):
    router: Router[int] = Router()
    for position, spec in enumerate(table):
        router.add("GET", f"/{position}{spec.template}", position, name=str(position), formats=spec.formats)
    compiled = router.compile()
    for position in range(len(table)):
        first = compiled.match("GET", f"/{position}{path}")
        if type(first) is Match:
            again = compiled.match("GET", compiled.url_for(str(position), **first.params))
            assert type(again) is Match
            assert (again.route, again.params) == (first.route, first.params)
