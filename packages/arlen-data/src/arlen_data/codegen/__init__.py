"""Code generation: Python classes for the tables of a database and for SQL in files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from arlen_data.errors import SchemaCodegenError, TypedSQLCodegenError

from .artifacts import Artifact, drifted, write
from .introspection import read_schema
from .schema import ColumnInfo, EnumInfo, Keys, Schema, TableInfo, normalize_columns
from .schema_manifest import schema_manifest
from .schema_module import schema_module
from .schema_plan import Naming, SchemaPlan
from .typed_queries import TypedQuery, parse_queries, read_queries
from .typed_sql_module import TypedSQLNaming, typed_sql_manifest, typed_sql_module

__all__ = [
    "Artifact",
    "ColumnInfo",
    "EnumInfo",
    "Keys",
    "Naming",
    "Schema",
    "SchemaCodegenError",
    "SchemaPlan",
    "TableInfo",
    "TypedQuery",
    "TypedSQLCodegenError",
    "TypedSQLNaming",
    "drifted",
    "normalize_columns",
    "parse_queries",
    "read_queries",
    "read_schema",
    "schema_artifacts",
    "schema_manifest",
    "schema_module",
    "typed_sql_artifacts",
    "typed_sql_manifest",
    "typed_sql_module",
    "write",
]


def schema_artifacts(plan: SchemaPlan, output: Path | None = None, manifest: Path | None = None) -> list[Artifact]:
    """The module, its package and the manifest of a schema; paths not given are those of its naming."""
    directory = output or plan.naming.output
    return [
        Artifact(directory / plan.naming.module, schema_module(plan)),
        Artifact(directory / "__init__.py", "", kept=True),
        Artifact(manifest or plan.naming.manifest, schema_manifest(plan)),
    ]


def typed_sql_artifacts(
    queries: Sequence[TypedQuery], naming: TypedSQLNaming, output: Path, manifest: Path
) -> list[Artifact]:
    """The module, its package and the manifest of typed SQL."""
    return [
        Artifact(output / naming.module, typed_sql_module(queries, naming)),
        Artifact(output / "__init__.py", "", kept=True),
        Artifact(manifest, typed_sql_manifest(queries, naming)),
    ]
