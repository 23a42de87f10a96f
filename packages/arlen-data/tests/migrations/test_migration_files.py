import pytest
from arlen_data import MigrationError
from arlen_data.migrations import SQLPart, read_migrations
from arlen_data.migrations.files import checked_target, directory_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def test_files_are_ordered_by_code_point_and_others_are_left_alone(write):
    directory = write(
        {
            "b.sql": "",
            "B.sql": "",
            "a-1.sql": "",
            "a.sql": "",
            "c.py": "def upgrade(conn): ...",
            "_shared.py": "",
            "notes.md": "",
            "a.sql.bak": "",
            "a.down.sql": "",
            "reports/z.sql": "",
        }
    )
    assert [each.version for each in read_migrations(directory)] == ["B", "a-1", "a", "b", "c"]


def test_other_targets_have_a_directory_of_their_own(tmp_path):
    assert directory_of(tmp_path, "default") == tmp_path
    assert directory_of(tmp_path, "reports") == tmp_path / "reports"


@pytest.mark.parametrize(("name", "target"), [(" Reports ", "reports"), ("", "default"), ("a" * 32, "a" * 32)])
def test_a_target_is_trimmed_and_in_lower_case(name, target):
    assert checked_target(name) == target


@pytest.mark.parametrize("name", ["1x", "a-b", "a" * 33, "ä", "a b", "a;"])
def test_a_target_that_cannot_name_a_table_is_refused(name):
    with pytest.raises(MigrationError) as caught:
        checked_target(name)
    assert caught.value.code == "invalid_target"


def test_a_directory_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(MigrationError) as caught:
        read_migrations(tmp_path / "nowhere")
    assert caught.value.code == "migrations_dir_missing"


@pytest.mark.parametrize(
    ("files", "code", "place"),
    [
        ({"1.sql": "", "1.py": "def upgrade(conn): ..."}, "duplicate_version", "1.sql: "),
        ({"1.down.sql": ""}, "invalid_migration", "1.down.sql: "),
        ({"1.sql": "-- arlen:down\n", "1.down.sql": ""}, "invalid_migration", "1.sql: "),
        ({"1.sql": "\n-- arlen:down\n-- arlen:down\n"}, "invalid_migration", "1.sql, line 3: "),
        ({"1.sql": "SELECT 1;\n-- arlen:transactions off\n"}, "invalid_migration", "1.sql, line 2: "),
        ({"1.sql": "-- arlen:down\n\n-- arlen:transaction on"}, "invalid_migration", "1.sql, line 3: "),
        ({"1.sql": "", "1.down.sql": "SELECT 1;\n-- arlen:down"}, "invalid_migration", "1.down.sql, line 2: "),
        ({"1.py": "x = 1"}, "invalid_migration", "1.py: "),
        ({"1.py": "\ndef upgrade(conn:"}, "invalid_migration", "1.py, line 2: "),
    ],
)
def test_a_wrong_file_is_named_with_its_line(write, files, code, place):
    with pytest.raises(MigrationError) as caught:
        read_migrations(write(files))
    assert caught.value.code == code
    assert str(caught.value).startswith(place)


def test_a_file_that_is_not_utf_8_is_named(write):
    (write({}) / "1.sql").write_bytes(b"\xff")
    with pytest.raises(MigrationError, match=r"^1\.sql: the file is not UTF-8"):
        read_migrations(write({}))


def test_each_part_says_for_itself_whether_it_runs_in_a_transaction(write):
    directory = write(
        {"1.sql": "-- arlen:transaction off\nVACUUM;\n-- arlen:down\nSELECT 1;\n-- arlen:allow drop_table"}
    )
    (migration,) = read_migrations(directory)
    assert migration.up.transactional is False
    assert migration.down.transactional is True
    assert migration.down.allowed == {"drop_table"}


def test_statements_have_the_lines_of_the_file_on_which_their_code_starts(write):
    text = """-- the users

CREATE TABLE a (x TEXT DEFAULT ';'); /* and
their */ CREATE TABLE b (y INT);
-- arlen:down
  -- one
DROP TABLE a; ; DROP TABLE b
-- arlen: prose is no directive
"""
    (migration,) = read_migrations(write({"1.sql": text}))
    assert [(each.sql, each.line) for each in migration.up.statements()] == [
        ("CREATE TABLE a (x TEXT DEFAULT ';')", 3),
        ("CREATE TABLE b (y INT)", 4),
    ]
    assert [(each.line, each.sql.splitlines()[0]) for each in migration.down.statements()] == [
        (7, "DROP TABLE a"),
        (7, "DROP TABLE b"),
    ]


@pytest.mark.parametrize(
    "sql",
    ["BEGIN", "begin immediate", "COMMIT", "END", "ROLLBACK", "START TRANSACTION", "ABORT", "PREPARE TRANSACTION 'x'"],
)
def test_a_file_leaves_transactions_alone(tmp_path, sql):
    part = SQLPart(tmp_path / "1.sql", f"SELECT 1;\n{sql};", 1, True, frozenset())
    with pytest.raises(MigrationError) as caught:
        part.statements()
    assert caught.value.line == 2


def test_a_savepoint_of_a_file_is_its_own(tmp_path):
    part = SQLPart(tmp_path / "1.sql", "SAVEPOINT a; ROLLBACK TO a; RELEASE a", 1, True, frozenset())
    assert len(part.statements()) == 3


def test_a_quote_that_never_ends_is_named_with_its_line(write):
    (migration,) = read_migrations(write({"1.sql": "SELECT 1;\n\nSELECT 'x"}))
    with pytest.raises(MigrationError, match=r"^1\.sql, line 3: "):
        migration.up.statements()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.text("abc;-' \t", max_size=12), max_size=8),
    ending=st.sampled_from(["\n", "\r\n", " \t\n"]),
    tail=st.sampled_from(["", "\n", "\r\n\n"]),
)
def test_the_checksum_knows_neither_line_endings_nor_blanks_at_the_end(write, lines, ending, tail):
    directory = write({})
    (directory / "1.sql").write_bytes("\n".join(lines).encode())
    before = read_migrations(directory)[0].checksum
    (directory / "1.sql").write_bytes((ending.join(lines) + tail).encode())
    assert read_migrations(directory)[0].checksum == before


def test_the_checksum_is_that_of_what_ran(write):
    before = read_migrations(write({"1.sql": "SELECT 1;\n"}))[0].checksum
    assert read_migrations(write({"1.sql": "SELECT 1;\n-- arlen:down\nSELECT 2;"}))[0].checksum == before
    assert read_migrations(write({"1.sql": "SELECT 2;\n"}))[0].checksum != before
