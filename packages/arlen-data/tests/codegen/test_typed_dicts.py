"""Typed dicts of tables, for programs that keep rows as dicts."""

from datetime import date
from decimal import Decimal

import pytest
from arlen_data import insert_into
from arlen_data.codegen import Naming, SchemaPlan, read_schema, schema_artifacts, schema_manifest, write
from arlen_data.errors import SchemaCodegenError


@pytest.fixture
def planned(db):
    def plan(**options):
        return SchemaPlan.of(read_schema(db, db.adapter_name), Naming.of(), **options)

    return plan


@pytest.fixture
def generated(planned, tmp_path, package):
    """The module that is generated from the database with these options."""

    def generate(**options):
        artifacts = schema_artifacts(planned(**options), tmp_path / "generated", tmp_path / "schema.json")
        write(artifacts, replacing=True, error=SchemaCodegenError)
        return package("db_schema")

    return generate


@pytest.mark.parametrize("typed_contracts", [False, True])
def test_the_module_is_formatted_and_strictly_typed(generated, typed_contracts, mypy, unformatted):
    generated(typed_dicts=True, typed_contracts=typed_contracts)
    assert unformatted("generated/db_schema.py") == ""
    assert mypy("generated/db_schema.py") == ""


def test_rows_become_dicts_whose_keys_are_the_columns(generated, db):
    users = generated(typed_dicts=True).DBPublicUsers
    db.execute(
        insert_into("users", {"email": "ada@x", "class": 3, "score": Decimal("1.50"), "born": date(1815, 12, 10)})
    )
    row = users.decode_dict(db.fetch_exactly_one(users.select_all()))
    assert type(row) is dict
    assert set(row) == set(users.ALL_COLUMNS)
    assert (row["email"], row["class"], row["born"], row["active"]) == ("ada@x", 3, date(1815, 12, 10), True)
    assert users.decode_dicts(db.fetch_all(users.select_all())) == [row]


def test_a_row_that_is_not_what_was_generated_is_refused(generated):
    module = generated(typed_dicts=True)
    with pytest.raises(module.DBSchemaDecodeError) as caught:
        module.DBPublicHappy.decode_dict({"id": "1"})
    assert (caught.value.code, caught.value.field) == ("invalid_type", "id")


def test_new_rows_need_what_the_database_does_not_fill_in(generated):
    module = generated(typed_dicts=True)
    assert module.DBPublicVisitsInsertDict.__required_keys__ == {"day"}
    assert "length" not in module.DBPublicUsersInsertDict.__annotations__
    assert module.DBPublicUsersUpdateDict.__required_keys__ == frozenset()
    assert module.DBPublicUsersRowDict.__required_keys__ == set(module.DBPublicUsers.ALL_COLUMNS)


def test_without_the_option_nothing_is_different(generated, planned):
    assert not hasattr(generated(typed_contracts=True), "DBPublicUsersRowDict")
    assert "typed_dicts" not in schema_manifest(planned())
    assert '"typed_dicts": true' in schema_manifest(planned(typed_dicts=True))


def test_a_name_that_is_taken_is_refused(db, planned):
    db.execute("CREATE TABLE users_row_dict (id INTEGER)")
    planned(typed_contracts=True)
    db.execute("CREATE TABLE usersrowdict (id INTEGER)")
    with pytest.raises(SchemaCodegenError) as caught:
        planned(typed_dicts=True)
    assert caught.value.code == "identifier_collision"


USES = """from generated.db_schema import DBPublicUsers, DBPublicUsersInsertDict, DBPublicVisitsInsertDict

row = DBPublicUsers.decode_dict({})
print(row["class"], row["email"])
print(row["emial"])
new: DBPublicUsersInsertDict = {"email": 3}
visit: DBPublicVisitsInsertDict = {}
DBPublicUsers.insert({**new})
"""


def test_mistakes_are_found_by_both_type_checkers(generated, tmp_path, mypy, pyright):
    generated(typed_dicts=True)
    (tmp_path / "uses.py").write_text(USES)
    said = mypy("uses.py")
    assert [line.split(":")[1] for line in said.splitlines() if "error:" in line] == ["5", "6", "7"], said
    assert sorted({line for line, _ in pyright("uses.py")}) == [5, 6, 7]


def test_generated_modules_are_clean_under_strict_pyright(generated, pyright):
    generated(typed_dicts=True, typed_contracts=True)
    assert pyright("generated/db_schema.py") == []
