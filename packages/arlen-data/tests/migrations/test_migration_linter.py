import pytest
from arlen_data.migrations import findings_in, read_migrations


@pytest.fixture
def found(write):
    def lint(sql, dialect="postgresql"):
        return [finding.rule for finding in findings_in(read_migrations(write({"1.sql": sql})), dialect)]

    return lint


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("DROP TABLE a", "drop_table"),
        ("drop  table if exists a", "drop_table"),
        ("ALTER TABLE a DROP COLUMN b", "drop_column"),
        ("ALTER TABLE a\n  ADD c INT,\n  DROP b", "drop_column"),
        ("TRUNCATE a", "truncate"),
        ("DELETE FROM a", "delete_all"),
        ("ALTER TABLE a RENAME TO b", "rename"),
        ("ALTER TABLE a RENAME COLUMN b TO c", "rename"),
        ("ALTER TABLE a ADD COLUMN b INT NOT NULL", "not_null_without_default"),
        ("ALTER TABLE a ADD b INT NOT NULL, ADD c INT DEFAULT 1", "not_null_without_default"),
        ("ALTER TABLE a ADD b NUMERIC(10, 2) NOT NULL", "not_null_without_default"),
        ("ALTER TABLE a ALTER b SET NOT NULL", "set_not_null"),
        ("ALTER TABLE a ALTER COLUMN b TYPE bigint", "table_rewrite"),
        ("ALTER TABLE a ALTER COLUMN b SET DATA TYPE bigint", "table_rewrite"),
        ("ALTER TABLE a ADD COLUMN b uuid DEFAULT gen_random_uuid()", "volatile_default"),
        ("ALTER TABLE a ADD COLUMN b bigserial", "volatile_default"),
        ("CREATE INDEX i ON a (b)", "blocking_index"),
        ("CREATE UNIQUE INDEX ON ONLY a (b)", "blocking_index"),
        ("ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d", "blocking_constraint"),
        ("ALTER TABLE a ADD CHECK (b > 0)", "blocking_constraint"),
    ],
)
def test_a_statement_to_think_about_is_found(found, sql, rule):
    assert found(sql) == [rule]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE a (b INT NOT NULL); CREATE INDEX i ON a (b); ALTER TABLE a ADD c INT NOT NULL",
        "ALTER TABLE a ADD COLUMN b INT NOT NULL DEFAULT 0",
        "ALTER TABLE a ADD COLUMN b INT DEFAULT 0 NOT NULL",
        "ALTER TABLE a ADD COLUMN b INT",
        "ALTER TABLE a ADD b NUMERIC(10, 2) NOT NULL DEFAULT 0, ADD c INT DEFAULT (1) NOT NULL",
        "ALTER TABLE a ALTER b DROP NOT NULL, ALTER c DROP DEFAULT, DROP CONSTRAINT d",
        "ALTER TABLE a RENAME CONSTRAINT b TO c",
        "CREATE INDEX CONCURRENTLY i ON a (b)",
        "ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d NOT VALID",
        "ALTER TABLE a VALIDATE CONSTRAINT c",
        "ALTER TABLE a ADD CONSTRAINT c CHECK (b <> 'RENAME d') NOT VALID",
        "DELETE FROM a WHERE b",
        "INSERT INTO a VALUES ('DROP TABLE b') /* DROP TABLE c */",
        "-- arlen:allow drop_table drop_column\nDROP TABLE a; ALTER TABLE a DROP b",
    ],
)
def test_a_harmless_statement_is_not_found(found, sql):
    assert found(sql) == []


def test_what_another_database_does_is_no_finding_here(found):
    assert found("CREATE INDEX i ON a (b); DROP TABLE a", "sqlite") == ["drop_table"]


def test_a_finding_names_file_and_line(write):
    (finding,) = findings_in(read_migrations(write({"1.sql": "SELECT 1;\n\nDROP TABLE a;"})), "sqlite")
    assert str(finding).startswith("1.sql, line 3: drop_table: it destroys every row")
