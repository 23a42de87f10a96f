"""Which Python type, and which decoder, stands for a SQL type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PythonType:
    """A type in generated code.

    Attributes:
        annotation: as it is written.
        decoder: the expression for its decoder.
        imports: the import that the annotation needs, as ``(module, name)``; None for built-in types.
        document: whether its values are JSON documents, in which None is a value too.
    """

    annotation: str
    decoder: str
    imports: tuple[str, str] | None = None
    document: bool = False

    def annotated(self, nullable: bool) -> str:
        return f"{self.annotation} | None" if nullable and self.annotation not in _WITH_NONE else self.annotation

    def reading(self, nullable: bool) -> str:
        """The method of a `RowReader` that reads such a field."""
        return "optional" if nullable or self.document else "required"


INTEGER = PythonType("int", "decoding.integer")
REAL = PythonType("float", "decoding.real")
DECIMAL = PythonType("Decimal", "decoding.decimal", ("decimal", "Decimal"))
NUMBER = PythonType("Number", "decoding.number", ("arlen_data.decoding", "Number"))
BOOLEAN = PythonType("bool", "decoding.boolean")
TEXT = PythonType("str", "decoding.text")
BINARY = PythonType("bytes", "decoding.binary")
UUID = PythonType("UUID", "decoding.uuid", ("uuid", "UUID"))
TIMESTAMP = PythonType("DateTime", "decoding.timestamp", ("datetime", "datetime as DateTime"))
DATE = PythonType("Date", "decoding.date", ("datetime", "date as Date"))
TIME = PythonType("Time", "decoding.time", ("datetime", "time as Time"))
INTERVAL = PythonType("Duration", "decoding.interval", ("datetime", "timedelta as Duration"))
INET = PythonType("Inet", "decoding.inet", ("arlen_data.decoding", "Inet"))
NETWORK = PythonType("Network", "decoding.network", ("arlen_data.decoding", "Network"))
JSON = PythonType("JSONValue", "decoding.json", ("arlen_data.decoding", "JSONValue"), document=True)
JSON_TEXT = PythonType("JSONValue", "decoding.json_text", ("arlen_data.decoding", "JSONValue"), document=True)
ANYTHING = PythonType("object", "decoding.anything")

_WITH_NONE = ("object", "JSONValue")

_NAMED: Mapping[str, PythonType] = {
    **dict.fromkeys(("smallint", "integer", "bigint", "int", "int2", "int4", "int8", "oid"), INTEGER),
    **dict.fromkeys(("real", "double precision", "double", "float", "float4", "float8"), REAL),
    **dict.fromkeys(("numeric", "decimal"), DECIMAL),
    **dict.fromkeys(("boolean", "bool"), BOOLEAN),
    **dict.fromkeys(("text", "character", "character varying", "char", "varchar", "bpchar", '"char"', "name"), TEXT),
    **dict.fromkeys(("citext", "macaddr", "macaddr8", "xml"), TEXT),
    **dict.fromkeys(("time", "time without time zone", "time with time zone", "timetz"), TIME),
    **dict.fromkeys(("json", "jsonb"), JSON),
    "bytea": BINARY,
    "uuid": UUID,
    "date": DATE,
    "interval": INTERVAL,
    "inet": INET,
    "cidr": NETWORK,
    "json_text": JSON_TEXT,
}
_MODIFIER = re.compile(r"\s*\([^)]*\)")


def type_named(name: str) -> PythonType | None:
    """The Python type for a SQL type, None for one without; lengths and the like do not matter."""
    plain = _MODIFIER.sub("", name).strip().lower()
    if plain.endswith("[]"):
        member = type_named(plain.removesuffix("[]"))
        return member and list_of(member)
    return TIMESTAMP if plain.startswith("timestamp") else _NAMED.get(plain)


def list_of(member: PythonType) -> PythonType:
    """The type of an array."""
    return PythonType(f"list[{member.annotation}]", f"decoding.list_of({member.decoder})", member.imports)
