import pytest
from arlen_data.dialects import syntax_of


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
@pytest.mark.parametrize(
    ("sql", "quiet"),
    [
        ("SELECT 1", True),
        ("  -- note\n (VALUES (1))", True),
        ("INSERT INTO notes VALUES (1)", False),
        ("BEGIN", False),
        ("COMMIT", False),
        ("END", False),
        ("ROLLBACK", False),
        ("SAVEPOINT here", False),
    ],
)
def test_only_text_that_surely_reads_is_not_looked_after(dialect, sql, quiet):
    assert syntax_of(dialect).plan(sql).quiet is quiet


@pytest.mark.parametrize("sql", ["SELECT set_config('a.b', '1', false)", "SELECT pg_advisory_lock(1)", "DISCARD ALL"])
def test_text_that_changes_the_session_is_looked_after_even_if_it_reads(sql):
    assert not syntax_of("postgresql").plan(sql).quiet
