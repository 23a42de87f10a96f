import json
import pickle

import pytest
from arlen_data import Database, QueryFailed, Row


def test_a_column_is_a_key_an_attribute_and_a_position():
    row = Row(id=7, email="a@example.org")
    assert (row["id"], row.id, row[0], row[-1]) == (7, 7, 7, "a@example.org")
    assert dict(row) == {"id": 7, "email": "a@example.org"}
    assert json.dumps(row) == '{"id": 7, "email": "a@example.org"}'


@pytest.mark.parametrize(("reach", "error"), [(lambda r: r["name"], KeyError), (lambda r: r.name, AttributeError)])
def test_an_unknown_column_is_answered_with_the_known_ones(reach, error):
    with pytest.raises(error, match=r"no column 'name'; the row has id, email"):
        reach(Row(id=7, email="a@example.org"))


def test_a_position_past_the_last_column_is_an_index_error():
    with pytest.raises(IndexError):
        Row(id=7)[1]


def test_a_row_survives_pickling():
    row = pickle.loads(pickle.dumps(Row(id=7)))
    assert row == {"id": 7}
    assert type(row) is Row


def test_a_nameless_column_is_named_by_its_index():
    with Database.open(":memory:") as db:
        assert db.fetch_one('SELECT 1 AS a, 2 AS ""') == {"a": 1, "col_1": 2}


def test_two_columns_of_one_name_are_refused_rather_than_one_of_them_lost():
    with Database.open(":memory:") as db, pytest.raises(QueryFailed, match='"id"') as caught:
        db.fetch_all("SELECT 1 AS id, 2 AS id")
    assert caught.value.code == "duplicate_column"
