"""The text of a module of typed SQL, and of its manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from arlen_data.errors import TypedSQLCodegenError

from .imports import import_lines
from .layout import Group, call, line, signature, tuples
from .names import pascal, snake, valid_prefix
from .typed_queries import Kind, TypedField, TypedQuery


@dataclass(frozen=True, slots=True)
class TypedSQLNaming:
    """How the artifacts of typed SQL are called.

    Raises:
        TypedSQLCodegenError: code ``prefix_invalid``.
    """

    prefix: str

    def __post_init__(self) -> None:
        if not valid_prefix(self.prefix):
            raise TypedSQLCodegenError(
                f'"{self.prefix}" is no prefix of class names; use a capital, then letters and digits',
                code="prefix_invalid",
            )

    @property
    def artifact(self) -> str:
        return f"{self.prefix}TypedSQL"

    @property
    def module(self) -> str:
        return f"{snake(self.prefix)}_typed_sql.py"

    def row(self, query: TypedQuery) -> str:
        """The class of the rows of a query."""
        return f"{query.row.table}Row" if query.row else f"{self.artifact}{pascal(query.name)}Row"


@dataclass(frozen=True, slots=True)
class _Running:
    """What the function of a kind calls, and what it returns."""

    name: str
    method: str
    returns: str
    summary: str


_RUNNING: Mapping[Kind, _Running] = {
    "many": _Running("fetch", "fetch_all", "list[{row}]", "Every row."),
    "one": _Running("fetch", "fetch_exactly_one", "{row}", "The one row, else NoRows or TooManyRows."),
    "opt": _Running("fetch", "fetch_one", "{row} | None", "The first row, or None."),
    "scalar": _Running("fetch", "fetch_exactly_one", "{value}", "The value, else NoRows or TooManyRows."),
    "exec": _Running("execute", "execute", "int", "Run it; the number of rows that it changed."),
}


def typed_sql_module(queries: Sequence[TypedQuery], naming: TypedSQLNaming) -> str:
    """The module: a dataclass for the rows of each query, and a class with the functions for all of them."""
    error = f"{naming.artifact}DecodeError"
    decoded = any(query.fields for query in queries)
    sections = [
        *(
            [[f"class {error}(TypedDecodeError):", '    """A row is not what this module declares."""']]
            if decoded
            else []
        ),
        *(_row_class(query, naming) for query in queries if query.fields),
        _queries_class(queries, naming, error),
    ]
    head = [
        '"""Typed SQL. Generated: do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        *import_lines(_imports(queries, naming)),
        *chain.from_iterable(_sql_constant(query) for query in queries),
    ]
    return "\n".join(head) + "".join("\n\n\n" + "\n".join(section) for section in sections) + "\n"


def typed_sql_manifest(queries: Sequence[TypedQuery], naming: TypedSQLNaming) -> str:
    """The manifest, as JSON."""
    document = {
        "version": 1,
        "class_prefix": naming.prefix,
        "artifact_base_name": naming.artifact,
        "queries": [{"name": query.name, "source": query.file} for query in queries],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _imports(queries: Sequence[TypedQuery], naming: TypedSQLNaming) -> Iterator[tuple[str, str]]:
    yield "typing", "LiteralString"
    yield "arlen_data.typed", "AsyncSQLRunner"
    yield "arlen_data.typed", "SQLRunner"
    for query in queries:
        if query.fields:
            yield "arlen_data", "decoding"
            yield "arlen_data.decoding", "TypedDecodeError"
            yield "dataclasses", "dataclass"
        if query.kind != "exec":
            yield "collections.abc", "Mapping"
        if query.row:
            module = f".{query.row.module or f'{snake(naming.prefix)}_schema'}"
            yield module, query.row.table
            yield module, naming.row(query)
        if any(each.type.document for each in query.parameters):
            yield "arlen_data", "decoding"
        yield from (each.type.imports for each in (*query.parameters, *query.fields) if each.type.imports)


def _constant(query: TypedQuery) -> str:
    return f"_{query.name.upper().lstrip('_')}"


def _sql_constant(query: TypedQuery) -> list[str]:
    text = query.sql.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    return ["", f'{_constant(query)} = """\\', *text.split("\n"), '"""']


def _row_class(query: TypedQuery, naming: TypedSQLNaming) -> list[str]:
    return [
        "@dataclass(frozen=True, slots=True, kw_only=True)",
        f"class {naming.row(query)}:",
        f'    """A row of ``{query.name}``."""',
        "",
        *(line(f"{each.attribute}: {each.annotation}", 1) for each in query.fields),
    ]


def _queries_class(queries: Sequence[TypedQuery], naming: TypedSQLNaming, error: str) -> list[str]:
    return [
        f"class {naming.artifact}:",
        '    """The queries, and functions that run them."""',
        *chain.from_iterable(_methods(query, naming, error) for query in queries),
    ]


def _methods(query: TypedQuery, naming: TypedSQLNaming, error: str) -> list[str]:
    arguments = [f"{each.attribute}: {each.annotation}" for each in query.parameters]
    keywords = ["*", *arguments] if arguments else []
    return [
        *_method("staticmethod", f"def sql_{query.name}", [], "LiteralString", f"The SQL of {query.file}."),
        f"        return {_constant(query)}",
        *_method(
            "staticmethod",
            f"def parameters_for_{query.name}",
            keywords,
            "tuple[object, ...]",
            "The values in the order of the placeholders.",
        ),
        *tuples("return ", map(_parameter, query.parameters)).lines(2),
        *(_decoding(query, naming, error) if query.kind != "exec" else []),
        *_running(query, naming, keywords, "", "SQLRunner"),
        *_running(query, naming, keywords, "async ", "AsyncSQLRunner"),
    ]


def _method(decorator: str, definition: str, arguments: Iterable[str], returns: str, summary: str) -> list[str]:
    return [
        "",
        f"    @{decorator}",
        *signature(definition, arguments, returns).lines(1),
        f'        """{summary}"""',
    ]


def _parameter(parameter: TypedField) -> str:
    return f"decoding.json_parameter({parameter.attribute})" if parameter.type.document else parameter.attribute


def _decoding(query: TypedQuery, naming: TypedSQLNaming, error: str) -> list[str]:
    row = naming.row(query)
    opening = _method(
        "staticmethod", f"def decode_{query.name}_row", ["row: Mapping[str, object]"], row, "The row, checked."
    )
    if query.row:
        return [*opening, f"        return {query.row.table}.decode_row(row)"]
    fields = [
        call(f"{each.attribute}=reader.{each.type.reading(each.nullable)}", [f'"{each.name}"', each.type.decoder])
        for each in query.fields
    ]
    return [*opening, f"        reader = decoding.RowReader(row, {error})", *call(f"return {row}", fields).lines(2)]


def _running(query: TypedQuery, naming: TypedSQLNaming, keywords: Sequence[str], marker: str, runner: str) -> list[str]:
    how = _RUNNING[query.kind]
    value = query.fields[0].annotation if query.fields else ""
    values = [f"{each.attribute}={each.attribute}" for each in query.parameters]
    target = "return " if query.kind == "exec" else "found = "
    prefix, wait = ("async_", "await ") if marker else ("", "")
    return [
        *_method(
            "classmethod",
            f"{marker}def {prefix}{how.name}_{query.name}",
            ["cls", f"connection: {runner}", *keywords],
            how.returns.format(row=naming.row(query), value=value),
            how.summary,
        ),
        *call(f"parameters = cls.parameters_for_{query.name}", values).lines(2),
        *call(f"{target}{wait}connection.{how.method}", [f"cls.sql_{query.name}()", "parameters"]).lines(2),
        *_returning(query),
    ]


def _returning(query: TypedQuery) -> list[str]:
    decode = f"cls.decode_{query.name}_row"
    match query.kind:
        case "many":
            return call("return list", [call("map", [decode, "found"])]).lines(2)
        case "opt":
            absent = ["        if found is None:", "            return None"]
            return [*absent, *call(f"return {decode}", ["found"]).lines(2)]
        case "one":
            return call(f"return {decode}", ["found"]).lines(2)
        case "scalar":
            return Group(f"return {decode}(", ("found",), f").{query.fields[0].attribute}").lines(2)
        case "exec":
            return []
