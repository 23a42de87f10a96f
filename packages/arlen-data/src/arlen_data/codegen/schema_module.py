"""The text of a schema module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from arlen_data.typed import ForeignKey

from .imports import import_lines
from .layout import Group, call, line, mapping, signature, strings, tuples
from .schema_plan import EnumClass, Field, SchemaPlan, TableClass
from .typed_dicts import dict_decoders, typed_dict_imports, typed_dicts


def schema_module(plan: SchemaPlan) -> str:
    """The module: for each enum an alias, for each table a class, and what else the plan has of its rows."""
    error = f"{plan.naming.artifact}DecodeError"
    sections = [
        *([_error_class(error)] if plan.decodes else []),
        *chain.from_iterable(_table_sections(table, plan, error) for table in plan.tables),
    ]
    head = [
        f'"""The tables of the database target "{plan.naming.target}". Generated: do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        *import_lines(_imports(plan)),
        *chain.from_iterable(_enum(each, plan.decodes) for each in plan.enums),
    ]
    return "\n".join(head) + "".join("\n\n\n" + "\n".join(section) for section in sections) + "\n"


def _imports(plan: SchemaPlan) -> Iterator[tuple[str, str]]:
    yield "typing", "Final"
    if any(table.fields for table in plan.tables):
        yield "arlen_data.typed", "TypedColumn"
    for table in plan.tables:
        yield "arlen_data.typed", "KeyedTable" if table.primary_key else "Table"
        if table.primary_key:
            yield "arlen_data", "Select"
        if table.keys.foreign_keys:
            yield "arlen_data.typed", "ForeignKey"
        yield from (field.type.imports for field in table.fields if field.type.imports)
    if plan.enums:
        yield "typing", "Literal"
        yield "typing", "TypeAlias"
    if plan.typed_contracts:
        yield from _contract_imports(plan)
    if plan.typed_dicts:
        yield from typed_dict_imports(plan.tables)


def _contract_imports(plan: SchemaPlan) -> Iterator[tuple[str, str]]:
    yield "collections.abc", "Iterable"
    yield "collections.abc", "Mapping"
    yield "dataclasses", "dataclass"
    yield "arlen_data", "Update"
    yield "arlen_data", "decoding"
    yield "arlen_data.decoding", "TypedDecodeError"
    yield "arlen_data.postgres", "Upsert"
    for name in ("UNSET", "Unset", "given"):
        yield "arlen_data.typed", name
    if any(field.type.document for table in plan.tables for field in table.writable):
        yield "arlen_data.typed", "json_document"


def _enum(each: EnumClass, decoded: bool) -> list[str]:
    labels = [_quoted(label) for label in each.enum.labels]
    alias = Group(f"{each.name}: TypeAlias = Literal[", tuple(labels), "]")
    decoder = call(f"{each.decoder} = decoding.one_of", [each.name])
    return ["", *alias.lines(), *(decoder.lines() if decoded else [])]


def _quoted(label: str) -> str:
    text = ascii(label)[1:-1].replace("\\'", "'")
    return f"'{text}'" if '"' in text and "'" not in text else '"{}"'.format(text.replace('"', '\\"'))


def _error_class(name: str) -> list[str]:
    return [f"class {name}(TypedDecodeError):", '    """A row is not what this module declares."""']


def _table_sections(table: TableClass, plan: SchemaPlan, error: str) -> Iterator[list[str]]:
    if plan.typed_contracts:
        yield _dataclass(f"{table.name}Row", f"A row of ``{table.table.qualified}``.", _row_fields(table))
        yield _dataclass(f"{table.name}Insert", f"A new row of ``{table.table.qualified}``.", _insert_fields(table))
        yield _dataclass(
            f"{table.name}Update", f"Changes of a row of ``{table.table.qualified}``.", _update_fields(table)
        )
    if plan.typed_dicts:
        yield from typed_dicts(table)
    yield [
        *_table_class(table),
        *(_contracts(table, error) if plan.typed_contracts else []),
        *(dict_decoders(table, error) if plan.typed_dicts else []),
    ]


def _dataclass(name: str, summary: str, fields: Iterable[str]) -> list[str]:
    members = [line(field, 1) for field in fields]
    return [
        "@dataclass(frozen=True, slots=True, kw_only=True)",
        f"class {name}:",
        f'    """{summary}"""',
        *(["", *members] if members else []),
    ]


def _row_fields(table: TableClass) -> Iterator[str]:
    return (f"{field.attribute}: {field.annotation}" for field in table.fields)


def _insert_fields(table: TableClass) -> Iterator[str]:
    for field in table.writable:
        optional = "" if field.required else " | Unset = UNSET"
        yield f"{field.attribute}: {field.annotation}{optional}"


def _update_fields(table: TableClass) -> Iterator[str]:
    return (f"{field.attribute}: {field.annotation} | Unset = UNSET" for field in table.writable)


def _table_class(table: TableClass) -> list[str]:
    base = "KeyedTable" if table.primary_key else "Table"
    return [
        *_comment(table.keys.comment, ""),
        *Group(f"class {table.name}(", (base,), "):").lines(),
        f'    """Statements about ``{table.table.qualified}``."""',
        "",
        f'    TABLE = "{table.table.qualified}"',
        *chain.from_iterable(_constants(field, table) for field in table.fields),
        *strings("ALL_COLUMNS = ", (field.column.name for field in table.fields)).lines(1),
        *strings(
            "ALL_QUALIFIED_COLUMNS = ", (f"{table.table.qualified}.{field.column.name}" for field in table.fields)
        ).lines(1),
        *_keys(table),
        *(_get(table) if table.primary_key else []),
    ]


def _comment(comment: str | None, margin: str) -> list[str]:
    return [f"{margin}#: {line.strip()}" for line in (comment or "").splitlines() if line.strip()]


def _constants(field: Field, table: TableClass) -> list[str]:
    named = {
        field.constant: field.column.name,
        field.qualified_constant: f"{table.table.qualified}.{field.column.name}",
    }
    columns = [
        call(f"{constant}: Final = TypedColumn[{field.type.annotation}]", [f'"{name}"'])
        for constant, name in named.items()
    ]
    return [*_comment(field.column.comment, "    "), *chain.from_iterable(column.lines(1) for column in columns)]


def _keys(table: TableClass) -> Iterator[str]:
    if table.primary_key:
        yield from strings("PRIMARY_KEY = ", table.keys.primary_key).lines(1)
    if table.keys.uniques:
        yield from tuples("UNIQUES = ", [strings("", columns) for columns in table.keys.uniques]).lines(1)
    if table.keys.foreign_keys:
        yield from tuples("FOREIGN_KEYS = ", map(_foreign_key, table.keys.foreign_keys)).lines(1)


def _foreign_key(key: ForeignKey) -> Group:
    return call("ForeignKey", [strings("", key.columns), f'"{key.table}"', strings("", key.references)])


def _get(table: TableClass) -> list[str]:
    key = table.primary_key
    conditions = [f"cls.{field.qualified_constant} == {field.attribute}" for field in key]
    arguments = [f"{field.attribute}: {field.type.annotation}" for field in key]
    return [
        *_method("get", ["cls", *arguments], "Select", "The row with this primary key."),
        *call("return cls.select_all().where", conditions).lines(2),
    ]


def _method(name: str, arguments: Iterable[str], returns: str, summary: str) -> list[str]:
    return [
        "",
        "    @classmethod",
        *signature(f"def {name}", arguments, returns).lines(1),
        f'        """{summary}"""',
    ]


def _contracts(table: TableClass, error: str) -> list[str]:
    return [
        *_contract(table, "insert", "Upsert", "Insert", "A new row; without any value, one of defaults."),
        *_contract(table, "update", "Update", "Update", "Changes of rows; say which with ``where``."),
        *(
            _contract(table, "upsert", "Upsert", "Insert", "A new row, or changes of the one with this primary key.")
            if table.upsertable
            else []
        ),
        *_method("decode_row", ["cls", "row: Mapping[str, object]"], f"{table.name}Row", "The row, checked."),
        f"        reader = decoding.RowReader(row, {error})",
        *call(f"return {table.name}Row", map(_reading, table.fields)).lines(2),
        *_method(
            "decode_rows",
            ["cls", "rows: Iterable[Mapping[str, object]]"],
            f"list[{table.name}Row]",
            "The rows, checked.",
        ),
        *call("return decoding.decode_rows", ["rows", "cls.decode_row", error]).lines(2),
    ]


def _reading(field: Field) -> Group:
    method = field.type.reading(field.column.nullable)
    return call(f"{field.attribute}=reader.{method}", [f'"{field.column.name}"', field.type.decoder])


def _contract(table: TableClass, action: str, returns: str, contract: str, summary: str) -> list[str]:
    return [
        *_method(f"{action}_contract", ["cls", f"contract: {table.name}{contract}"], returns, summary),
        *mapping("values: dict[str, object] = ", map(_writing, table.writable), 2),
        f"        return cls.{action}(given(values))",
    ]


def _writing(field: Field) -> str:
    value = f"contract.{field.attribute}"
    return f'"{field.column.name}": {f"json_document({value})" if field.type.document else value}'
