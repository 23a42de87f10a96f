"""PostgreSQL's own clauses."""

from arlen_data.sql.upsert import Upsert, insert_from, insert_into, insert_many

from .comparisons import (
    any_value,
    array_contained,
    array_contains,
    array_overlaps,
    imatches,
    matches,
    range_contains,
    range_overlaps,
    search,
    search_vector,
)
from .json import (
    json_contained,
    json_contains,
    json_get,
    json_has_all,
    json_has_any,
    json_has_key,
    json_path_exists,
    json_set,
    json_text,
    json_value,
)
from .unnest import insert_unnest

__all__ = [
    "Upsert",
    "any_value",
    "array_contained",
    "array_contains",
    "array_overlaps",
    "imatches",
    "insert_from",
    "insert_into",
    "insert_many",
    "insert_unnest",
    "json_contained",
    "json_contains",
    "json_get",
    "json_has_all",
    "json_has_any",
    "json_has_key",
    "json_path_exists",
    "json_set",
    "json_text",
    "json_value",
    "matches",
    "range_contains",
    "range_overlaps",
    "search",
    "search_vector",
]
