import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest
from arlen_data import AsyncDatabase, NoRows
from arlen_data.codegen import TypedSQLNaming, parse_queries, read_queries, typed_sql_artifacts, write
from arlen_data.codegen.verification import verify_queries
from arlen_data.errors import TypedSQLCodegenError

FILES = {
    "users.sql": """
-- People.
-- arlen:name users_named
-- arlen:params email:text max_rows:int
-- arlen:result id:int, email:text score:numeric? class:int?
SELECT id, email, -- not the password
       score, class
FROM users WHERE email LIKE :email ORDER BY id LIMIT $2; -- done

-- arlen:name add_user :exec
-- arlen:params email:text, class:int?, profile:json
INSERT INTO users (email, class, profile) VALUES (:email, :class, :profile)

-- arlen:name count_users :scalar
-- arlen:result users:int
SELECT count(*) AS users FROM users;
-- arlen:name user :one
-- arlen:params id:int
-- arlen:row DBPublicUsers
SELECT * FROM users WHERE id = $1
""",
    "a_first.sql": """
-- arlen:name perhaps :opt
-- arlen:params id:int
-- arlen:result email:text
SELECT email FROM users WHERE id = :id
""",
    "readme.txt": "no SQL",
}


@pytest.fixture
def queries(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "typed" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return read_queries(tmp_path / "typed")


@pytest.fixture
def typed_sql(queries, tmp_path, schema_module, package):
    artifacts = typed_sql_artifacts(queries, TypedSQLNaming("DB"), tmp_path / "generated", tmp_path / "typed.json")
    write(artifacts, replacing=True, error=TypedSQLCodegenError)
    return package("db_typed_sql")


def parsed(header, sql="SELECT 1"):
    (query,) = parse_queries(f"-- arlen:name q{header}\n{sql}\n", "q.sql")
    return query


def test_files_are_read_in_order(queries):
    names = ["perhaps", "users_named", "add_user", "count_users", "user"]
    assert [query.name for query in queries] == names


def test_comments_and_lines_inside_a_statement_are_kept(queries):
    assert queries[1].sql == (
        "SELECT id, email, -- not the password\n       score, class\n"
        "FROM users WHERE email LIKE $1 ORDER BY id LIMIT $2"
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT :b, :a, :b", "SELECT $2, $1, $2"),
        ("SELECT :a::text /* :c */, :b", "SELECT $1::text /* :c */, $2"),
        ("SELECT ':b', \":a\", $$:b$$, $2, ($1)", "SELECT ':b', \":a\", $$:b$$, $2, ($1)"),
        ("SELECT x[1:b], x[a:b], f(:a,:b)", "SELECT x[1:b], x[a:b], f($1,$2)"),
        ("SELECT a=:a AND b<:b;\n-- end", "SELECT a=$1 AND b<$2"),
    ],
)
def test_names_become_numbers_in_code_only(sql, expected):
    assert parsed("\n-- arlen:params a:int b:int\n-- arlen:result x:int", sql).sql == expected


@pytest.mark.parametrize(
    ("word", "annotation", "nullable"),
    [
        ("text", "str", False),
        ("STRING?", "str | None", True),
        ("int", "int", False),
        ("number", "Number", False),
        ("bool", "bool", False),
        ("uuid[]", "list[UUID]", False),
        ("json?", "JSONValue", True),
        ("timestamptz", "DateTime", False),
    ],
)
def test_types_of_fields_have_short_names(word, annotation, nullable):
    (field,) = parsed(f"\n-- arlen:result x:{word}").fields
    assert (field.annotation, field.nullable) == (annotation, nullable)


def test_an_unknown_type_is_an_object_and_a_warning():
    query = parsed("\n-- arlen:result x:wat")
    assert query.fields[0].annotation == "object"
    assert query.warnings == ('q.sql, line 2: the type "wat" is unknown; x is an object',)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("SELECT 1", "name_missing_or_invalid", 1),
        ("\n-- arlen:params a:int\n", "name_missing_or_invalid", 2),
        ("-- arlen:name 9lives\nSELECT 1", "name_missing_or_invalid", 1),
        ("-- arlen:name\nSELECT 1", "name_missing_or_invalid", 1),
        ("-- arlen:name q :few\nSELECT 1", "kind_unknown", 1),
        ("-- arlen:name q\n-- arlen:results a:int\nSELECT 1", "directive_unknown", 2),
        ("-- arlen:name q\n-- arlen:result a\nSELECT 1", "field_format", 2),
        ("-- arlen:name q\n-- arlen:result a:int\n-- arlen:result b:int\nSELECT 1", "field_format", 3),
        ("-- arlen:name q\n-- arlen:result a-b:int\nSELECT 1", "field_identifier", 2),
        ("-- arlen:name q\n-- arlen:result a:int a:text\nSELECT 1", "field_identifier", 2),
        ("-- arlen:name q\nSELECT 1", "result_required", 1),
        ("-- arlen:name q :scalar\n-- arlen:result a:int b:int\nSELECT 1", "result_required", 1),
        ("-- arlen:name q :exec\n-- arlen:result a:int\nDELETE FROM t", "result_unexpected", 1),
        ("-- arlen:name q\n-- arlen:row users\nSELECT 1", "row_class_invalid", 2),
        ("\n-- arlen:name q :exec\n -- only a comment\n", "body_empty", 2),
        ("-- arlen:name q :exec\n;\n", "body_empty", 1),
        ("-- arlen:name q :exec\n\nDELETE FROM t;\nDELETE FROM u;", "several_statements", 3),
        ("-- arlen:name q :exec\nDELETE FROM t\nWHERE a = 'x", "unterminated_literal", 3),
        ("-- arlen:name q :exec\n-- arlen:params a:int\nDELETE FROM t", "placeholder_gap", 1),
        ("-- arlen:name q :exec\n-- arlen:params a:int\nDELETE FROM t WHERE a = $1 OR a = $2", "placeholder_gap", 1),
        ("-- arlen:name q :exec\nDELETE FROM t\nWHERE a = :a", "placeholder_gap", 3),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(text, code, line):
    with pytest.raises(TypedSQLCodegenError) as caught:
        parse_queries(text, "q.sql")
    assert caught.value.code == code
    assert caught.value.details == {"file": "q.sql", "line": line}
    assert str(caught.value).startswith(f"q.sql, line {line}: ")


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (None, "input_dir_missing"),
        ({}, "no_sql_files"),
        ({"a.sql": "-- nothing\n"}, "no_definitions"),
        (dict.fromkeys(("a.sql", "b.sql"), "-- arlen:name a_b :exec\nDELETE FROM t"), "duplicate_query"),
    ],
)
def test_a_directory_without_usable_files_is_refused(files, code, tmp_path):
    if files is not None:
        (tmp_path / "in").mkdir()
    for name, text in (files or {}).items():
        (tmp_path / "in" / name).write_text(text)
    with pytest.raises(TypedSQLCodegenError) as caught:
        read_queries(tmp_path / "in")
    assert caught.value.code == code


def test_a_prefix_is_checked():
    with pytest.raises(TypedSQLCodegenError) as caught:
        TypedSQLNaming("db")
    assert caught.value.code == "prefix_invalid"


def test_the_manifest_names_queries_and_files(typed_sql, tmp_path):
    manifest = json.loads((tmp_path / "typed.json").read_text())
    assert list(manifest) == ["version", "class_prefix", "artifact_base_name", "queries"]
    assert manifest["queries"][0] == {"name": "perhaps", "source": "a_first.sql"}


def test_the_module_is_formatted_and_strictly_typed(typed_sql, mypy, unformatted):
    assert unformatted("generated") == ""
    assert mypy("generated/db_typed_sql.py") == ""


def test_the_module_is_clean_under_strict_pyright(typed_sql, pyright):
    assert pyright("generated/db_typed_sql.py", "generated/db_schema.py") == []


def test_text_of_any_kind_survives(tmp_path, package, unformatted):
    sql = 'SELECT \'\\n"""\' AS "a"\n/* \\" ☃ */, E\'\\\\\''
    queries = parse_queries(f"-- arlen:name {'long_' * 12}q\n-- arlen:result a:text\n{sql}", "q.sql")
    artifacts = typed_sql_artifacts(queries, TypedSQLNaming("DB"), tmp_path / "generated", tmp_path / "typed.json")
    write(artifacts, replacing=False, error=TypedSQLCodegenError)
    assert getattr(package("db_typed_sql").DBTypedSQL, f"sql_{'long_' * 12}q")() == f"{sql}\n"
    assert unformatted("generated") == ""


def test_the_functions_run_their_queries(typed_sql, db):
    sql = typed_sql.DBTypedSQL
    assert sql.execute_add_user(db, email="ada@x", class_=3, profile={"a": [1]}) == 1
    assert sql.execute_add_user(db, email="bob@x", class_=None, profile=[]) == 1
    assert sql.parameters_for_users_named(email="%", max_rows=5) == ("%", 5)
    ada, bob = sql.fetch_users_named(db, email="%@x", max_rows=5)
    assert ada == typed_sql.DBTypedSQLUsersNamedRow(id=1, email="ada@x", score=None, class_=3)
    assert bob.class_ is None
    assert sql.fetch_count_users(db) == 2
    assert sql.fetch_user(db, id=1).profile == {"a": [1]}
    assert sql.fetch_perhaps(db, id=2).email == "bob@x"
    assert sql.fetch_perhaps(db, id=9) is None
    with pytest.raises(NoRows):
        sql.fetch_user(db, id=9)


def test_the_asynchronous_functions_do_the_same(typed_sql, url):
    sql = typed_sql.DBTypedSQL

    async def scenario():
        async with AsyncDatabase.open(url) as db:
            await sql.async_execute_add_user(db, email="ada@x", class_=3, profile=None or {})
            (ada,) = await sql.async_fetch_users_named(db, email="%", max_rows=1)
            assert await sql.async_fetch_count_users(db) == 1
            assert (await sql.async_fetch_user(db, id=1)).email == ada.email
            assert await sql.async_fetch_perhaps(db, id=9) is None

    asyncio.run(scenario())


def test_rows_of_declared_types_are_decoded_and_others_refused(typed_sql):
    decode = typed_sql.DBTypedSQL.decode_users_named_row
    assert decode({"id": 1, "email": "a", "score": 3}).score == Decimal(3)
    assert decode({"id": 1, "email": "a"}).score is None
    with pytest.raises(typed_sql.DBTypedSQLDecodeError) as caught:
        decode({"id": 1, "email": 3})
    assert (caught.value.code, caught.value.field) == ("invalid_type", "email")


def test_mistakes_are_found_by_type_checkers(typed_sql, tmp_path, mypy, pyright):
    (tmp_path / "uses.py").write_text(
        "from arlen_data import Database\n"
        "from generated.db_typed_sql import DBTypedSQL\n"
        'db = Database.open("x")\n'
        "users = DBTypedSQL.fetch_users_named(db, email='%', max_rows=3)\n"
        "users[0].emial\n"
        "DBTypedSQL.fetch_users_named(db, emial='%', max_rows=3)\n"
        "DBTypedSQL.fetch_users_named(db, email='%', max_rows='3')\n"
        "DBTypedSQL.fetch_perhaps(db, id=3).email\n"
    )
    said = mypy("uses.py")
    assert [line.split(":")[1] for line in said.splitlines() if "error:" in line] == ["5", "6", "7", "8"], said
    assert sorted({line for line, _ in pyright("uses.py")}) == [5, 6, 7, 8]


def test_verification_finds_nothing_wrong_with_right_queries(queries, db):
    assert verify_queries(db, queries) == []


@pytest.mark.parametrize(
    ("header", "sql", "problems"),
    [
        ("\n-- arlen:result id:int", "SELECT id FROM nowhere", {"": "nowhere"}),
        ("\n-- arlen:result nope:int", "SELECT id FROM users", {"": "nope"}),
        ("\n-- arlen:result id:text", "SELECT id FROM users", {"postgresql": "id is declared as str, and is bigint"}),
        ("\n-- arlen:result class:int", "SELECT class FROM users", {"postgresql": "class may be NULL"}),
        (
            " :exec\n-- arlen:params id:uuid",
            "DELETE FROM users WHERE id = :id",
            {"postgresql": "the parameter id is declared as UUID, and is bigint"},
        ),
        ("\n-- arlen:result class:int? email:text mood:text", "SELECT class, email, 'x' AS mood FROM users", {}),
    ],
)
def test_verification_compares_queries_with_the_database(header, sql, problems, db):
    found = verify_queries(db, [parsed(header, sql)])
    expected = problems.get(db.adapter_name, problems.get(""))
    assert len(found) == (expected is not None), found
    assert all(each.startswith("q.sql, line 1: q: ") and expected in each for each in found)


def test_verification_runs_nothing(db):
    verify_queries(db, [parsed(" :exec", "INSERT INTO users (email) VALUES ('a@b')")])
    assert db.fetch_value("SELECT count(*) FROM users") == 0


def test_files_may_begin_with_a_byte_order_mark(tmp_path):
    Path(tmp_path / "a.sql").write_text("-- arlen:name q :exec\r\nDELETE FROM t;\r\n", "utf-8-sig", newline="")
    (query,) = read_queries(tmp_path)
    assert query.sql == "DELETE FROM t"
