"""The text of typed dicts: rows, new rows and changes, for programs that keep them as dicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .layout import call, line, mapping, signature
from .schema_plan import Field, TableClass


def typed_dict_imports(tables: Sequence[TableClass]) -> Iterator[tuple[str, str]]:
    yield "collections.abc", "Iterable"
    yield "collections.abc", "Mapping"
    yield "typing", "TypedDict"
    yield "arlen_data", "decoding"
    yield "arlen_data.decoding", "TypedDecodeError"
    if any(not field.required for table in tables for field in table.writable):
        yield "typing", "NotRequired"


def typed_dicts(table: TableClass) -> Iterator[list[str]]:
    """The three typed dicts of a table."""
    name, of = table.name, table.table.qualified
    yield _typed_dict(f"{name}RowDict", f"A row of ``{of}``, as a dict.", table.fields, _annotations(table.fields))
    yield _typed_dict(
        f"{name}InsertDict", f"A new row of ``{of}``, as a dict.", table.writable, _insert_annotations(table.writable)
    )
    yield _typed_dict(
        f"{name}UpdateDict",
        f"Changes of a row of ``{of}``, as a dict.",
        table.writable,
        _annotations(table.writable),
        ", total=False",
    )


def dict_decoders(table: TableClass, error: str) -> list[str]:
    """The methods that make typed dicts of rows."""
    row = f"{table.name}RowDict"
    readings = [
        f'"{field.column.name}": reader.{field.type.reading(field.column.nullable)}'
        f'("{field.column.name}", {field.type.decoder})'
        for field in table.fields
    ]
    return [
        "",
        "    @classmethod",
        *signature("def decode_dict", ["cls", "row: Mapping[str, object]"], row).lines(1),
        '        """The row as a dict, checked."""',
        f"        reader = decoding.RowReader(row, {error})",
        *mapping("return ", readings, 2),
        "",
        "    @classmethod",
        *signature("def decode_dicts", ["cls", "rows: Iterable[Mapping[str, object]]"], f"list[{row}]").lines(1),
        '        """The rows as dicts, checked."""',
        *call("return decoding.decode_rows", ["rows", "cls.decode_dict", error]).lines(2),
    ]


def _annotations(fields: Sequence[Field]) -> dict[str, str]:
    return {field.column.name: field.annotation for field in fields}


def _insert_annotations(fields: Sequence[Field]) -> dict[str, str]:
    return {
        field.column.name: field.annotation if field.required else f"NotRequired[{field.annotation}]"
        for field in fields
    }


def _typed_dict(
    name: str, summary: str, fields: Sequence[Field], annotations: Mapping[str, str], options: str = ""
) -> list[str]:
    """A class, or the call that makes one where a column is called as no attribute of a class can be."""
    if all(field.attribute == field.column.name for field in fields):
        members = [line(f"{key}: {annotation}", 1) for key, annotation in annotations.items()]
        return [
            f"class {name}(TypedDict{options}):",
            f'    """{summary}"""',
            *(["", *members] if members else []),
        ]
    return [
        f"{name} = TypedDict(",
        f'    "{name}",',
        "    {",
        *(f'        "{key}": {annotation},' for key, annotation in annotations.items()),
        "    },",
        *([f"    {options.removeprefix(', ')},"] if options else []),
        ")",
        f'"""{summary}"""',
    ]
