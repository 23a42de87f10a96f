"""INSERT of columns: one array for each, however many rows there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from arlen_data.sql.conditional import cast, known_type
from arlen_data.sql.functions import Function, func
from arlen_data.sql.refusals import refuse
from arlen_data.sql.select import select_from
from arlen_data.sql.syntax import needing
from arlen_data.sql.upsert import Upsert


def insert_unnest(table: str, types: Mapping[str, str], rows: Iterable[Mapping[str, object]]) -> Upsert:
    """Many rows as one array for each column: neither the SQL nor the number of parameters depends on the rows.

    Args:
        table: the table.
        types: the type of each column, such as ``{"a": "int", "b": "text"}``.
        rows: mappings with exactly these columns.

    Raises:
        SQLBuilderError: ``insert_empty`` without columns, ``insert_rows`` for a row with other columns, ``cast_type``.
    """
    if not types:
        raise refuse("insert_empty", table)
    columns = sorted(types)
    given = tuple(rows)
    for index, row in enumerate(given):
        if row.keys() != types.keys():
            raise refuse("insert_rows", table, row=index)
    arrays = [cast([row[column] for row in given], f"{known_type(types[column])}[]") for column in columns]
    unnested = func.unnest(*arrays)
    rows_of_arrays = Function(needing("unnest", unnested.syntax), unnested.values)
    return Upsert.of_query(table, columns, select_from(rows_of_arrays, alias="new_rows"))
