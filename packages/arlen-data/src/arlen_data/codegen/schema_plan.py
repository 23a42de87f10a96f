"""The plan of a schema module: which classes there are and what everything in them is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from arlen_data.errors import SchemaCodegenError

from .names import attribute, distinct, pascal, snake, valid_prefix, valid_target
from .python_types import ANYTHING, PythonType, list_of, type_named
from .schema import ColumnInfo, EnumInfo, Keys, Schema, TableInfo

DEFAULT_TARGET = "default"
DEFAULT_PREFIX = "DB"

_CONSTANTS = ("TABLE", "ALL_COLUMNS", "ALL_QUALIFIED_COLUMNS", "PRIMARY_KEY", "UNIQUES", "FOREIGN_KEYS")


@dataclass(frozen=True, slots=True)
class Naming:
    """How the artifacts of a target are called.

    Raises:
        SchemaCodegenError: code ``invalid_argument``.
    """

    prefix: str
    target: str

    def __post_init__(self) -> None:
        if not valid_target(self.target):
            raise SchemaCodegenError(
                f'"{self.target}" is no target; use a small letter, then small letters, digits and "_", 32 at most',
                code="invalid_argument",
                details={"identifier": self.target},
            )
        if not valid_prefix(self.prefix):
            raise SchemaCodegenError(
                f'"{self.prefix}" is no prefix of class names; use a capital, then letters and digits',
                code="invalid_argument",
                details={"identifier": self.prefix},
            )

    @classmethod
    def of(cls, target: str = DEFAULT_TARGET, prefix: str | None = None) -> Naming:
        """The naming of a target, with the prefix that it has unless another is given."""
        name = target.strip().lower() or DEFAULT_TARGET
        return cls(prefix or (DEFAULT_PREFIX if name == DEFAULT_TARGET else f"{DEFAULT_PREFIX}{pascal(name)}"), name)

    @property
    def artifact(self) -> str:
        return f"{self.prefix}Schema"

    @property
    def module(self) -> str:
        return f"{snake(self.artifact)}.py"

    @property
    def output(self) -> Path:
        """The directory of the module, unless another is given."""
        return Path("src/generated") / ("" if self.target == DEFAULT_TARGET else self.target)

    @property
    def manifest(self) -> Path:
        """The path of the manifest, unless another is given."""
        suffix = "" if self.target == DEFAULT_TARGET else f"_{self.target}"
        return Path(f"db/schema/arlen_schema{suffix}.json")


@dataclass(frozen=True, slots=True)
class Field:
    """A column, and what it is in Python."""

    column: ColumnInfo
    type: PythonType
    attribute: str
    constant: str
    qualified_constant: str

    @property
    def annotation(self) -> str:
        return self.type.annotated(self.column.nullable)

    @property
    def required(self) -> bool:
        """Whether a new row has to name it."""
        return not (self.column.nullable or self.column.has_default or self.column.generated)


@dataclass(frozen=True, slots=True)
class EnumClass:
    """An enum type, its name in Python and the name of its decoder."""

    enum: EnumInfo
    name: str

    @property
    def decoder(self) -> str:
        return f"_{snake(self.name).upper()}"

    @property
    def type(self) -> PythonType:
        return PythonType(self.name, self.decoder)


@dataclass(frozen=True, slots=True)
class TableClass:
    """A table, the name of its class and its fields."""

    table: TableInfo
    name: str
    fields: tuple[Field, ...]

    @property
    def keys(self) -> Keys:
        return self.table.keys

    @property
    def primary_key(self) -> tuple[Field, ...]:
        return tuple(field for name in self.keys.primary_key for field in self.fields if field.column.name == name)

    @property
    def writable(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if not field.column.generated)

    @property
    def upsertable(self) -> bool:
        return bool(self.primary_key) and not any(field.column.generated for field in self.primary_key)


@dataclass(frozen=True, slots=True)
class SchemaPlan:
    """Everything that the module and the manifest say."""

    naming: Naming
    typed_contracts: bool
    enums: tuple[EnumClass, ...]
    tables: tuple[TableClass, ...]
    typed_dicts: bool = False

    @classmethod
    def of(
        cls, schema: Schema, naming: Naming, *, typed_contracts: bool = False, typed_dicts: bool = False
    ) -> SchemaPlan:
        """The plan for a schema; with ``typed_contracts`` dataclasses too, with ``typed_dicts`` typed dicts.

        Raises:
            SchemaCodegenError: code ``identifier_collision`` when two classes would have one name.
        """
        enums = tuple(EnumClass(enum, _class_name(naming, enum.schema, enum.name)) for enum in schema.enums)
        types = {f"{each.enum.schema}.{each.enum.name}": each.type for each in enums}
        tables = tuple(
            TableClass(table, _class_name(naming, table.schema, table.name), _fields(table, types))
            for table in schema.tables
        )
        plan = cls(naming, typed_contracts, enums, tables, typed_dicts)
        plan._refuse_collisions()
        return plan

    @property
    def decodes(self) -> bool:
        """Whether the module decodes rows."""
        return self.typed_contracts or self.typed_dicts

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What the names of the classes of a table end with."""
        contracts = ("Row", "Insert", "Update") if self.typed_contracts else ()
        return "", *contracts, *(f"{each}Dict" for each in ("Row", "Insert", "Update") if self.typed_dicts)

    def _refuse_collisions(self) -> None:
        owners: dict[str, str] = {f"{self.naming.artifact}DecodeError": "the error class"}
        named = [(each.name, f"{each.enum.schema}.{each.enum.name}") for each in self.enums]
        for table in self.tables:
            source = f"{table.table.schema}.{table.table.name}"
            named += [(f"{table.name}{suffix}", source) for suffix in self.suffixes]
        for name, source in named:
            if name in owners:
                raise SchemaCodegenError(
                    f"{owners[name]} and {source} would both be the class {name}; exclude one of them or rename it",
                    code="identifier_collision",
                    details={"identifier": name, "sources": [owners[name], source]},
                )
            owners[name] = source


def _class_name(naming: Naming, schema: str, name: str) -> str:
    return f"{naming.prefix}{pascal(schema)}{pascal(name)}"


def _fields(table: TableInfo, enums: Mapping[str, PythonType]) -> tuple[Field, ...]:
    names = [column.name for column in table.columns]
    constants = distinct([name.upper() for name in names], _CONSTANTS)
    qualified = distinct([f"QUALIFIED_{name.upper()}" for name in names], [*_CONSTANTS, *constants])
    attributes = distinct([attribute(name) for name in names])
    return tuple(
        Field(column, _type_of(column.data_type, enums), *called)
        for column, *called in zip(table.columns, attributes, constants, qualified, strict=True)
    )


def _type_of(data_type: str, enums: Mapping[str, PythonType]) -> PythonType:
    member = enums.get(data_type.removesuffix("[]"))
    if member is None:
        return type_named(data_type) or ANYTHING
    return list_of(member) if data_type.endswith("[]") else member
