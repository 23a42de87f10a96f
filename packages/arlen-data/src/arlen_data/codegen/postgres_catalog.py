"""What PostgreSQL's catalog says about tables (documentation, chapter 53)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from arlen_data.typed import ForeignKey

from .schema import EnumInfo, Keys, Schema, qualified

if TYPE_CHECKING:
    from .introspection import Readable

_OF_USERS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'"

RESOLVED_TYPES = """
WITH RECURSIVE resolved (oid, base, not_null) AS (
    SELECT oid, oid, false FROM pg_type WHERE typtype <> 'd'
  UNION ALL
    SELECT d.oid, r.base, r.not_null OR d.typnotnull
    FROM pg_type d JOIN resolved r ON r.oid = d.typbasetype WHERE d.typtype = 'd'
)
"""
"""The beginning of a query that knows the base type of each type, and whether a domain forbids NULL."""

_COLUMNS = f"""
{RESOLVED_TYPES}
SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, a.attnum::int AS ordinal,
       CASE WHEN m.typtype = 'e' THEN m_n.nspname || '.' || m.typname || CASE WHEN m.oid = t.oid THEN '' ELSE '[]' END
            ELSE format_type(t.oid, NULL) END AS data_type,
       CASE WHEN a.attnotnull OR r.not_null THEN 'no' ELSE 'yes' END AS is_nullable,
       a.atthasdef OR a.attidentity = 'd' OR t_d.typdefault IS NOT NULL AS has_default,
       a.attgenerated <> '' OR a.attidentity = 'a' AS generated,
       col_description(c.oid, a.attnum) AS comment
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t_d ON t_d.oid = a.atttypid
JOIN resolved r ON r.oid = a.atttypid
JOIN pg_type t ON t.oid = r.base
JOIN pg_type m ON m.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
JOIN pg_namespace m_n ON m_n.oid = m.typnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  AND {_OF_USERS}
"""

_CONSTRAINTS = f"""
SELECT n.nspname AS schema, c.relname AS table, k.contype::text AS kind,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS member (attnum, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = member.attnum
             ORDER BY member.place) AS columns,
       f_n.nspname AS foreign_schema, f.relname AS foreign_table,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS member (attnum, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = member.attnum
             ORDER BY member.place) AS referenced
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class f ON f.oid = k.confrelid
LEFT JOIN pg_namespace f_n ON f_n.oid = f.relnamespace
WHERE k.contype IN ('p', 'u', 'f') AND k.conparentid = 0 AND {_OF_USERS}
ORDER BY 1, 2, 3, 4, 5, 6, 7
"""

_COMMENTS = f"""
SELECT n.nspname AS schema, c.relname AS table, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OF_USERS}
"""

_ENUMS = """
SELECT n.nspname AS schema, t.typname AS name,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e'
"""


def read(database: Readable, choose: Callable[[Mapping[str, Any]], bool]) -> Schema:
    """The chosen tables and views of all schemas that are not the system's."""
    enums = [EnumInfo(row["schema"], row["name"], tuple(row["labels"])) for row in database.fetch_all(_ENUMS)]
    return Schema.of(filter(choose, database.fetch_all(_COLUMNS)), _keys(database), enums)


def _keys(database: Readable) -> dict[tuple[str, str], Keys]:
    constraints: dict[tuple[str, str], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in database.fetch_all(_CONSTRAINTS):
        constraints[row["schema"], row["table"]][row["kind"]].append(row)
    return {
        (row["schema"], row["table"]): _keys_of(constraints[row["schema"], row["table"]], row["comment"])
        for row in database.fetch_all(_COMMENTS)
    }


def _keys_of(constraints: Mapping[str, list[Any]], comment: str | None) -> Keys:
    primary = constraints.get("p", ())
    return Keys(
        primary_key=tuple(primary[0]["columns"]) if primary else (),
        uniques=tuple(tuple(row["columns"]) for row in constraints.get("u", ())),
        foreign_keys=tuple(
            ForeignKey(
                tuple(row["columns"]),
                qualified(row["foreign_schema"], row["foreign_table"]),
                tuple(row["referenced"]),
            )
            for row in constraints.get("f", ())
        ),
        comment=comment,
    )
