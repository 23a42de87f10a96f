"""The manifest: the same schema for programs that read JSON."""

from __future__ import annotations

import json
from typing import Any

from .schema_plan import Field, SchemaPlan, TableClass


def schema_manifest(plan: SchemaPlan) -> str:
    """The manifest of a plan, as JSON."""
    document = {
        "version": 1,
        "class_prefix": plan.naming.prefix,
        "artifact_base_name": plan.naming.artifact,
        "typed_contracts": plan.typed_contracts,
        **({"typed_dicts": True} if plan.typed_dicts else {}),
        "database_target": plan.naming.target,
        "tables": [_table(table, plan.typed_contracts) for table in plan.tables],
        "enums": [
            {"schema": each.enum.schema, "name": each.enum.name, "class_name": each.name, "labels": each.enum.labels}
            for each in plan.enums
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _table(table: TableClass, typed_contracts: bool) -> dict[str, Any]:
    contracts = {
        "row_class_name": f"{table.name}Row",
        "insert_class_name": f"{table.name}Insert",
        "update_class_name": f"{table.name}Update",
    }
    return {
        "schema": table.table.schema,
        "table": table.table.name,
        "class_name": table.name,
        **(contracts if typed_contracts else {}),
        "columns": [_column(field) for field in table.fields],
        "primary_key": table.keys.primary_key,
        "uniques": table.keys.uniques,
        "foreign_keys": [
            {"columns": key.columns, "table": key.table, "references": key.references}
            for key in table.keys.foreign_keys
        ],
        "comment": table.keys.comment,
    }


def _column(field: Field) -> dict[str, Any]:
    column = field.column
    return {
        "name": column.name,
        "attribute": field.attribute,
        "constant": field.constant,
        "data_type": column.data_type,
        "python_type": field.annotation,
        "nullable": column.nullable,
        "has_default": column.has_default,
        "generated": column.generated,
        "comment": column.comment,
    }
