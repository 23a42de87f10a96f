import sqlite3

import pytest
from arlen_data import ArlenDataError, Database, InvalidArgumentError, SQLScript
from hypothesis import given
from hypothesis import strategies as st

SCHEMA = """\
-- people; and their log
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'a;b');

CREATE TABLE log (entry TEXT);
CREATE TRIGGER joined AFTER INSERT ON people BEGIN
  INSERT INTO log VALUES ('joined; ' || new.name);
  INSERT INTO log VALUES ('done');
END;
INSERT INTO people (name) VALUES ('hank') -- the first
"""


def test_a_script_is_split_where_sqlite_says_that_a_statement_ends():
    script = SQLScript.parse(SCHEMA)
    assert [statement.line for statement in script.statements] == [1, 4, 5, 9]
    with Database.open(":memory:") as db:
        db.execute_script(script)
        assert [row.entry for row in db.fetch_all("SELECT entry FROM log")] == ["joined; hank", "done"]


def test_a_failing_script_leaves_nothing_and_names_the_line():
    with Database.open(":memory:") as db:
        with pytest.raises(ArlenDataError) as caught:
            db.execute_script(SQLScript.parse("CREATE TABLE t (a);\n\nINSERT INTO nowhere VALUES (1);"))
        assert caught.value.details["line"] == 3
        assert db.fetch_value("SELECT count(*) FROM sqlite_master") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE FUNCTION one() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;",
        "create or replace procedure p() language sql begin atomic\nINSERT INTO t VALUES (1); delete from t;\nend;",
        "CREATE FUNCTION f() RETURNS int /* ; */ BEGIN -- ;\nATOMIC SELECT length('END;'); END;",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO log VALUES (1); INSERT INTO log VALUES (2));",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2';",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;",
    ],
)
def test_semicolons_inside_of_a_statement_do_not_end_it(statement):
    script = SQLScript.parse(f"SELECT 1;\n{statement}\nSELECT 2;")
    assert [each.sql for each in script.statements] == ["SELECT 1;", statement, "SELECT 2;"]


@pytest.mark.parametrize("text", ["BEGIN; SELECT 1; END;", "CREATE TABLE atomic (i int); BEGIN; SELECT atomic; END;"])
def test_a_transaction_is_no_body(text):
    assert len(SQLScript.parse(text).statements) == text.count(";")


def test_postgresql_takes_what_was_split(arlen_postgres):
    script = SQLScript.parse(
        "CREATE TABLE t (id int); CREATE TABLE log (id int);"
        "CREATE RULE copied AS ON INSERT TO t DO ALSO (INSERT INTO log VALUES (new.id); INSERT INTO log VALUES (0));"
        "CREATE FUNCTION both_of(a int) RETURNS int BEGIN ATOMIC"
        " INSERT INTO t VALUES (a); SELECT CASE WHEN a > 0 THEN a + 1 END; END;"
        "SELECT both_of(1)"
    )
    with Database.open(arlen_postgres.dsn) as db:
        db.execute_script(script)
        assert db.fetch_column("SELECT id FROM log ORDER BY id") == [0, 1]


@pytest.mark.parametrize(
    "tail",
    [
        "SELECT 'open",
        "/* open",
        "SELECT $x$ open; $y$",
        "SELECT (1; SELECT 2;",
        "CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1;",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;",
    ],
)
def test_a_statement_that_never_ends_is_an_error_at_its_first_line(tail):
    with pytest.raises(InvalidArgumentError) as caught:
        SQLScript.parse(f"SELECT 1;\n\n{tail}")
    assert caught.value.code == "unterminated_statement"
    assert caught.value.details["line"] == 3


@pytest.mark.parametrize("text", ["", " \n", ";;\n ;"])
def test_a_script_of_nothing_has_no_statements(text):
    assert SQLScript.parse(text).statements == ()


def test_a_script_is_read_from_a_utf8_file(tmp_path):
    path = tmp_path / "schema.sql"
    path.write_text("SELECT 'ñ';", encoding="utf-8")
    assert [statement.sql for statement in SQLScript.read(path).statements] == ["SELECT 'ñ';"]


PIECES = st.sampled_from(["a", "'", '"', ";", "--", "\n", "/*", "*/", " ", "SELECT 1", "BEGIN", "END"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_statement_of_a_script_holds_two(text):
    try:
        script = SQLScript.parse(text)
    except InvalidArgumentError:
        return
    for statement in script.statements:
        body = statement.sql
        ends = [i + 1 for i, c in enumerate(body) if c == ";" and sqlite3.complete_statement(body[: i + 1])]
        assert ends in ([], [len(body)])
