import json

import pytest
from arlen_data.codegen import Naming, Schema, SchemaPlan, normalize_columns, schema_manifest, schema_module
from arlen_data.codegen.names import attribute, distinct, pascal, snake
from arlen_data.codegen.sqlite_catalog import sql_type
from arlen_data.errors import SchemaCodegenError
from hypothesis import given
from hypothesis import strategies as st

LONG = "a_column_whose_name_is_as_long_as_postgresql_allows_names_to_be"
ROWS = [
    {"schema": "public", "table": "users", "column": "id", "data_type": "text", "is_nullable": "NO"},
    {"schema": "public", "table": "users", "column": "class", "data_type": "integer[]"},
    {"schema": "public", "table": "users", "column": "date", "data_type": "date"},
    {"schema": "public", "table": "users", "column": "Date", "data_type": "jsonb"},
    {"schema": "public", "table": "users", "column": "table", "data_type": "box"},
    {"schema": "public", "table": "users", "column": "int", "data_type": "numeric(10, 2)"},
    {"schema": "public", "table": "users", "column": "__secret", "data_type": "timestamp with time zone"},
    {"schema": "billing", "table": "invoices", "column": LONG, "data_type": "boolean", "ordinal": 1},
    {"schema": "billing", "table": LONG, "column": LONG, "data_type": "character varying(3)", "ordinal": 1},
]
NUMBERED = [{"ordinal": place, **row} for place, row in enumerate(ROWS, 1)]


def generated(rows, **arguments):
    return schema_module(SchemaPlan.of(Schema.of(rows), Naming.of(), **arguments))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("users", "Users"), ("open_INVOICES", "OpenInvoices"), ("_2fa", "N2fa"), ("a__b", "AB")],
)
def test_names_of_classes_are_pascal_case(name, expected):
    assert pascal(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("DBSchema", "db_schema"), ("DBTypedSQL", "db_typed_sql"), ("DB2Main", "db2_main")]
)
def test_names_of_modules_are_snake_case(name, expected):
    assert snake(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("email", "email"), ("class", "class_"), ("int", "int_"), ("UUID", "UUID_"), ("__x", "_x"), ("id", "id")],
)
def test_names_of_fields_hide_nothing_that_generated_code_needs(name, expected):
    assert attribute(name) == expected


def test_names_that_come_again_are_counted():
    assert distinct(["a", "a", "b", "a"], ["b"]) == ["a", "a_2", "b_2", "a_3"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"table_schema": "s", "table_name": "t", "column_name": "c", "type": "uuid"}, ("uuid", 1, True)),
        ({"schema": "s", "table": "t", "column": "c"}, ("text", 1, True)),
        ({"schema": "s", "table": "t", "column": "c", "ordinal_position": 7, "is_nullable": "NO"}, ("text", 7, False)),
        ({"schema": "s", "table": "t", "column": "c", "ordinal": -1, "is_nullable": 0}, ("text", 1, False)),
        ({"schema": "s", "table": "t", "column": "c", "is_nullable": False}, ("text", 1, False)),
        ({"schema": "s", "table": "t", "column": "c", "is_nullable": "perhaps"}, ("text", 1, True)),
    ],
)
def test_rows_of_a_catalog_are_read_under_any_of_their_names(row, expected):
    (column,) = normalize_columns([row])
    assert (column.schema, column.table, column.name) == ("s", "t", "c")
    assert (column.data_type, column.ordinal, column.nullable) == expected


@pytest.mark.parametrize("name", ["", "two words", "9lives", "naïve", 'qu"ote', None, 3])
@pytest.mark.parametrize("kind", ["schema", "table", "column"])
def test_names_that_need_quotes_are_refused(kind, name):
    row = {"schema": "s", "table": "t", "column": "c", kind: name}
    with pytest.raises(SchemaCodegenError) as caught:
        normalize_columns([row])
    assert caught.value.code == "invalid_metadata"
    assert caught.value.details["identifier"] == "{schema}.{table}.{column}".format_map(row)


@given(st.permutations(NUMBERED))
def test_the_order_of_rows_does_not_matter(rows):
    assert generated(rows, typed_contracts=True) == generated(NUMBERED, typed_contracts=True)


@pytest.mark.parametrize("typed_contracts", [False, True])
def test_a_module_is_formatted_and_strictly_typed(typed_contracts, tmp_path, mypy, unformatted):
    text = generated(ROWS, typed_contracts=typed_contracts)
    (tmp_path / "db_schema.py").write_text(text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert unformatted("db_schema.py") == ""
    assert mypy("db_schema.py") == ""


def test_columns_that_collide_in_python_are_numbered():
    text = generated(ROWS, typed_contracts=True)
    for line in (
        'TABLE_2: Final = TypedColumn[object]("table")',
        'DATE_2: Final = TypedColumn[JSONValue]("Date")',
        "    Date_: JSONValue",
        "    date: Date | None",
        "    class_: list[int] | None",
        "    int_: Decimal | None",
        "    id: str",
    ):
        assert f"    {line.strip()}\n" in text, line


@pytest.mark.parametrize(
    "tables",
    [[("a_b", "logs"), ("a__b", "logs")], [("public", "users"), ("public", "users_")], [("p", "t"), ("p", "t_row")]],
)
def test_tables_that_would_share_a_class_are_refused(tables):
    rows = [{"schema": schema, "table": table, "column": "id"} for schema, table in tables]
    with pytest.raises(SchemaCodegenError) as caught:
        generated(rows, typed_contracts=True)
    assert caught.value.code == "identifier_collision"


@pytest.mark.parametrize(
    ("target", "prefix"), [("9", None), ("a-b", None), ("x" * 33, None), ("default", "db"), ("default", "D B")]
)
def test_bad_targets_and_prefixes_are_refused(target, prefix):
    with pytest.raises(SchemaCodegenError) as caught:
        Naming.of(target, prefix)
    assert caught.value.code == "invalid_argument"


def test_a_target_has_places_of_its_own():
    naming = Naming.of(" Data_Warehouse ")
    assert naming.artifact == "DBDataWarehouseSchema"
    assert naming.module == "db_data_warehouse_schema.py"
    assert naming.output.as_posix() == "src/generated/data_warehouse"
    assert naming.manifest.as_posix() == "db/schema/arlen_schema_data_warehouse.json"


def test_the_manifest_has_its_keys_in_order():
    manifest = json.loads(schema_manifest(SchemaPlan.of(Schema.of(ROWS), Naming.of(), typed_contracts=True)))
    assert list(manifest)[:6] == [
        "version", "class_prefix", "artifact_base_name", "typed_contracts", "database_target", "tables",
    ]  # fmt: skip
    assert list(manifest["tables"][0])[:7] == [
        "schema", "table", "class_name", "row_class_name", "insert_class_name", "update_class_name", "columns",
    ]  # fmt: skip
    assert [table["class_name"] for table in manifest["tables"]][1:] == ["DBBillingInvoices", "DBPublicUsers"]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("VARCHAR(30)", "varchar"),
        ("UNSIGNED BIG INT", "bigint"),
        ("NATIVE CHARACTER(70)", "text"),
        ("DATETIME", "timestamp"),
        ("JSON", "json_text"),
        ("BLOB", "bytea"),
        ("Floaty", "double precision"),
        ("", "any"),
    ],
)
def test_types_of_sqlite_mean_their_name_or_their_affinity(declared, expected):
    assert sql_type(declared) == expected
