"""INSERTs of more rows than one statement takes."""

import pytest
from arlen_data import IntegrityError, SQLBuilderError, in_, insert_many, postgres, select_from

MOST = {"sqlite": 32_766, "postgresql": 65_535}


@pytest.fixture
def rows(db):
    """Too many rows for one statement."""
    return [{"name": f"n{number}"} for number in range(MOST[db.adapter_name] + 10)]


def test_all_rows_are_inserted(db, rows):
    assert db.execute(insert_many("people", rows)) == len(rows)
    assert db.fetch_value("SELECT count(*) FROM people") == len(rows)


def test_what_is_returned_is_in_the_order_of_the_rows(db, rows):
    returned = db.fetch_all(insert_many("people", rows).returning("name"), rows_as=dict)
    assert returned == rows


def test_one_bad_row_undoes_all(db, rows):
    rows.append(rows[0])
    with db.transaction():
        db.execute("INSERT INTO people VALUES ('before')")
        with pytest.raises(IntegrityError):
            db.execute(insert_many("people", rows))
    assert db.fetch_column("SELECT name FROM people") == ["before"]


def test_conflicts_are_settled_in_every_part(db, rows):
    upsert = postgres.insert_many("people", [*rows, *rows]).on_conflict_do_nothing("name")
    assert db.execute(upsert) == len(rows)


def test_the_asynchronous_face_divides_too(db, rows, url, run, names):
    async def scenario(database):
        return await database.execute(insert_many("people", rows))

    assert run(url, scenario) == len(rows)
    assert len(names(db)) == len(rows)


@pytest.mark.parametrize("statement", ["row", "query"])
def test_what_cannot_be_divided_is_refused(db, statement):
    too_many = range(MOST[db.adapter_name] + 1)
    refused = {
        "row": insert_many("people", [{f"c{number}": number for number in too_many}]),
        "query": select_from("people").where(in_("name", too_many)),
    }[statement]
    with pytest.raises(SQLBuilderError) as caught:
        db.execute(refused)
    assert caught.value.reason == "too_many_parameters"
