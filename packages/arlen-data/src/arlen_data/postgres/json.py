"""JSON: what is inside a document, and what it contains. SQLite has the functions that it can do as well."""

from __future__ import annotations

import json
from collections.abc import Sequence

from arlen_data.sql.predicates import Field, Predicate, field_of
from arlen_data.sql.refusals import refuse
from arlen_data.sql.syntax import PARAMETER, Syntax, Values, alternatives, listed, needing, sequence
from arlen_data.sql.terms import Term

_DOCUMENT: Syntax = sequence("CAST(", PARAMETER, " AS jsonb)")
_AS_JSON: Syntax = alternatives(postgresql=_DOCUMENT, sqlite=sequence("json(", PARAMETER, ")"))


def json_get(field: Field, key: str | int, *keys: str | int) -> Term:
    """What lies under the keys, as JSON: ``field -> $1 -> $2``. An integer is the index in an array."""
    return _reached(field, (key, *keys), " -> ")


def json_text(field: Field, key: str | int, *keys: str | int) -> Term:
    """What lies under the keys, as text: ``field -> $1 ->> $2``."""
    return _reached(field, (key, *keys), " ->> ")


def json_value(value: object) -> Term:
    """A Python value as a JSON document: ``insert_into("t", {"data": json_value({"a": 1})})``."""
    return Term(_AS_JSON, (json.dumps(value),))


def json_set(field: Field, keys: Sequence[str], value: object) -> Term:
    """The document with another value under the keys, for an assignment: ``{"data": json_set("data", ["a"], 1)}``."""
    document = field_of(field, "update_field")
    if not keys or isinstance(keys, str):
        raise refuse("list_required", type(keys).__name__)
    path = listed([PARAMETER] * len(keys))
    labels = listed([PARAMETER] * len(keys), """ || '"."' || """)
    written = alternatives(
        postgresql=sequence("jsonb_set(", document.syntax, ", CAST(ARRAY[", path, "] AS text[]), ", _AS_JSON, ")"),
        sqlite=sequence("json_set(", document.syntax, """, '$."' || """, labels, """ || '"', """, _AS_JSON, ")"),
    )
    return Term(written, (*document.values, *keys, json.dumps(value)))


def json_contains(field: Field, value: object) -> Predicate:
    """``field @> value``: the document contains all of the value."""
    return _compared(field, " @> ", _DOCUMENT, (json.dumps(value),))


def json_contained(field: Field, value: object) -> Predicate:
    """``field <@ value``: the value contains all of the document."""
    return _compared(field, " <@ ", _DOCUMENT, (json.dumps(value),))


def json_has_key(field: Field, key: str) -> Predicate:
    """``field ? key``: the object has the key, or the array the string."""
    return _compared(field, " ? ", PARAMETER, (key,))


def json_has_any(field: Field, keys: Sequence[str]) -> Predicate:
    """``field ?| keys``: at least one of the keys."""
    return _compared(field, " ?| ", PARAMETER, (list(keys),))


def json_has_all(field: Field, keys: Sequence[str]) -> Predicate:
    """``field ?& keys``: all of the keys."""
    return _compared(field, " ?& ", PARAMETER, (list(keys),))


def json_path_exists(field: Field, path: str) -> Predicate:
    """``field @? path``: the SQL/JSON path finds something."""
    return _compared(field, " @? ", sequence("CAST(", PARAMETER, " AS jsonpath)"), (path,))


def _reached(field: Field, keys: Sequence[str | int], last: str) -> Term:
    document = field_of(field, "predicate_field")
    arrows = [" -> "] * (len(keys) - 1) + [last]
    steps = [part for arrow in arrows for part in (arrow, PARAMETER)]
    return Term(needing("json_arrows", sequence("(", document.syntax, *steps, ")")), document.values + tuple(keys))


def _compared(field: Field, operator: str, right: Syntax, values: Values) -> Predicate:
    document = field_of(field, "predicate_field")
    written = needing("jsonb_operators", sequence(document.syntax, operator, right))
    return Predicate(written, document.values + values)
