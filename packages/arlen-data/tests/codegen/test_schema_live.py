import asyncio
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from uuid import UUID

import pytest
from arlen_data import AsyncDatabase, eq
from arlen_data.codegen import read_schema
from arlen_data.decoding import TypedDecodeError
from arlen_data.typed import ForeignKey, KeyedTable, Table

REF = UUID("7f0c7c1e-61ad-4dd3-b6a5-c6a5b61c6a0d")


def test_tables_and_views_are_found_but_neither_partitions_nor_those_of_migrations(db):
    names = [table.qualified for table in read_schema(db, db.adapter_name).tables]
    invoices = "billing.invoices" if db.adapter_name == "postgresql" else "invoices"
    assert names == sorted([invoices, "happy", "users", "visits"])


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (["u*"], [], ["users"]),
        ([], ["*invoices", "happy"], ["users", "visits"]),
        (["users", "happy"], ["h*"], ["users"]),
    ],
)
def test_tables_are_included_and_excluded_by_patterns(db, include, exclude, expected):
    schema = read_schema(db, db.adapter_name, include=include, exclude=exclude)
    assert [table.qualified for table in schema.tables] == expected


def test_the_module_is_formatted_and_strictly_typed(schema_module, mypy, unformatted):
    assert unformatted("generated/db_schema.py") == ""
    assert mypy("generated/db_schema.py") == ""


def test_keys_are_known(schema_module, db):
    users = schema_module.DBPublicUsers
    invoices = getattr(schema_module, "DBBillingInvoices" if db.adapter_name == "postgresql" else "DBPublicInvoices")
    assert issubclass(users, KeyedTable)
    assert not issubclass(schema_module.DBPublicHappy, KeyedTable)
    assert issubclass(schema_module.DBPublicHappy, Table)
    assert users.PRIMARY_KEY == ("id",)
    assert users.UNIQUES == (("email",),)
    assert invoices.PRIMARY_KEY == ("account", "number")
    assert invoices.UNIQUES == (("user_id", "number"),)
    (key,) = invoices.FOREIGN_KEYS
    assert key == ForeignKey(("user_id",), "users", ("id",))


def test_a_condition_on_a_column_is_one_parameter(schema_module, db):
    users = schema_module.DBPublicUsers
    for condition in (eq(users.EMAIL, "probe"), users.EMAIL == "probe", users.EMAIL.eq("probe")):
        assert users.select_all().where(condition).compile(db.adapter_name).parameters == ("probe",)


def test_a_contract_is_inserted_read_changed_and_removed(schema_module, db):
    users = schema_module.DBPublicUsers
    own = {"tags": ["a", 'b "c", d'], "moods": ["happy", 'so "so"', "it's sad"], "ip": ip_address("10.0.0.1")}
    if db.adapter_name == "sqlite":
        own = {"tags": "anything"}
    contract = schema_module.DBPublicUsersInsert(
        email="ada@example.org",
        profile={"name": "Ada", "langs": [1, None]},
        class_=3,
        born=date(1815, 12, 10),
        seen_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        score=Decimal("1.50"),
        ref=REF,
        picture=b"\x00\x01",
        active=False,
        **own,
    )
    assert db.execute(users.insert_contract(contract)) == 1
    row = users.decode_row(db.fetch_exactly_one(users.get(1)))
    for field in ("email", "profile", "class_", "born", "seen_at", "score", "ref", "picture", "active", *own):
        assert getattr(row, field) == getattr(contract, field), field
    assert row.id == 1
    assert row.length == 3

    change = schema_module.DBPublicUsersUpdate(score=None, profile=["x"])
    assert db.execute(users.update_contract(change).where(users.ID == 1)) == 1
    (row,) = users.decode_rows(db.fetch_all(users.select_all()))
    assert (row.score, row.profile, row.email) == (None, ["x"], "ada@example.org")

    assert db.execute(users.delete().where(users.ID == 1)) == 1
    assert db.fetch_one(users.get(1)) is None


def test_what_only_the_database_writes_is_in_rows_alone(schema_module):
    read = {field.name for field in fields(schema_module.DBPublicUsersRow)}
    for contract in (schema_module.DBPublicUsersInsert, schema_module.DBPublicUsersUpdate):
        assert read - {field.name for field in fields(contract)} == read & {"length", "place"}


def test_a_row_of_defaults_is_decoded(schema_module, db):
    users = schema_module.DBPublicUsers
    db.execute(users.insert({"email": "a@b"}))
    row = users.decode_row(db.fetch_exactly_one(users.select_all()))
    assert row.active is True
    assert row.profile == {}
    assert type(row.seen_at) is datetime


def test_upserts_insert_and_then_change(schema_module, db):
    users, insert = schema_module.DBPublicUsers, schema_module.DBPublicUsersInsert
    for email in ("old@x", "new@x"):
        db.execute(users.upsert_contract(insert(id=7, email=email)))
    assert db.fetch_all(users.select_columns(users.ID, users.EMAIL)) == [{"id": 7, "email": "new@x"}]
    db.execute(users.upsert({"id": 7, "email": "newest@x"}))
    assert db.fetch_value(users.select_columns("email")) == "newest@x"


def test_a_key_alone_is_upserted_by_leaving_what_is_there(schema_module, db):
    invoices = getattr(schema_module, "DBBillingInvoices" if db.adapter_name == "postgresql" else "DBPublicInvoices")
    db.execute(schema_module.DBPublicUsers.insert({"id": 1, "email": "a@b"}))
    db.execute(invoices.insert({"account": REF, "number": "1", "user_id": 1}))
    sql = invoices.upsert({"account": REF, "number": "1"}).sql()
    assert sql.endswith('ON CONFLICT ("account", "number") DO NOTHING')
    row = invoices.decode_row(db.fetch_exactly_one(invoices.get(REF, "1")))
    assert (row.account, row.total) == (REF, None)


def test_a_view_is_read(schema_module, db):
    db.execute(schema_module.DBPublicUsers.insert({"email": "a@b"}))
    (row,) = schema_module.DBPublicHappy.decode_rows(db.fetch_all(schema_module.DBPublicHappy.select_all()))
    assert (row.id, row.email) == (1, "a@b")


def test_asynchronous_programs_use_the_same_module(schema_module, url):
    users = schema_module.DBPublicUsers

    async def scenario():
        async with AsyncDatabase.open(url) as database:
            await database.execute(users.insert({"email": "a@b"}))
            return users.decode_row(await database.fetch_one(users.get(1)))

    assert asyncio.run(scenario()).email == "a@b"


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ({}, "missing_field", "id"),
        ({"id": 1, "email": None}, "missing_field", "email"),
        ({"id": True}, "invalid_type", "id"),
        ([("id", 1)], "invalid_type", "row"),
    ],
)
def test_rows_that_are_not_what_was_promised_are_refused(schema_module, row, code, field):
    with pytest.raises(schema_module.DBSchemaDecodeError) as caught:
        schema_module.DBPublicUsers.decode_row(row)
    assert isinstance(caught.value, TypedDecodeError)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_mistakes_are_found_by_type_checkers(schema_module, tmp_path, mypy, pyright):
    (tmp_path / "uses.py").write_text(
        "from generated.db_schema import DBPublicUsers, DBPublicUsersInsert\n"
        "DBPublicUsers.decode_row({}).emial\n"
        'DBPublicUsersInsert(emial="x")\n'
        "DBPublicUsers.EMAIL.eq(3)\n"
        "DBPublicUsers.EMAIL < 3\n"
        'DBPublicUsers.ID.in_(["1"])\n'
        'DBPublicUsers.get("1")\n'
    )
    said = mypy("uses.py")
    errors = [line.split(":")[1] for line in said.splitlines() if ": error: " in line]
    assert errors == ["2", "3", "4", "5", "6", "7"], said
    assert '"DBPublicUsersRow" has no attribute "emial"' in said
    assert sorted({line for line, _ in pyright("uses.py")}) == [2, 3, 4, 5, 6, 7]


def test_an_interval_is_a_duration(schema_module, db):
    if db.adapter_name == "postgresql":
        users = schema_module.DBPublicUsers
        db.execute(users.insert_contract(schema_module.DBPublicUsersInsert(email="a@b", took=timedelta(hours=2))))
        assert users.decode_row(db.fetch_exactly_one(users.select_all())).took == timedelta(hours=2)
