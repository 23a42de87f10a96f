from pathlib import Path

import pytest
from arlen_data import MigrationError
from arlen_data.migrations import AppliedMigration, Migration, SQLPart
from arlen_data.migrations.ledger import Ledger
from arlen_data.migrations.plan import Situation
from hypothesis import given
from hypothesis import strategies as st


def migration(version, undo=True):
    part = SQLPart(Path(f"{version}.sql"), "", 1, True, frozenset())
    return Migration(version, part.path, part, part if undo else None, f"sum of {version}")


def row(version, **facts):
    return AppliedMigration(version, "2026-01-01", **{"checksum": f"sum of {version}", **facts})


def steps(plan):
    return [(step.migration.version, step.direction) for step in plan.steps]


def test_pending_is_what_has_a_file_and_no_row():
    situation = Situation(map(migration, "abcd"), [row("b"), row("z")])
    assert [each.version for each in situation.pending()] == ["a", "c", "d"]
    assert steps(situation.apply()) == [("a", "up"), ("c", "up"), ("d", "up")]


def test_a_status_says_how_each_one_stands():
    applied = [row("b"), row("c", checksum="other"), row("d", dirty=True), row("e"), row("f", checksum=None)]
    situation = Situation(map(migration, "abcdfg"), applied)
    assert [(status.version, status.mark) for status in situation.statuses()] == [
        ("a", "out-of-order"),
        ("b", "applied"),
        ("c", "changed"),
        ("d", "dirty"),
        ("e", "missing"),
        ("f", "applied"),
        ("g", "pending"),
    ]


def test_the_last_ones_are_undone_first():
    situation = Situation(map(migration, "abcd"), map(row, "abc"))
    assert steps(situation.rollback(2)) == [("c", "down"), ("b", "down")]
    assert steps(situation.rollback(9)) == [("c", "down"), ("b", "down"), ("a", "down")]


def test_moving_undoes_what_is_later_and_applies_what_is_not():
    situation = Situation(map(migration, "abcd"), map(row, "acd"))
    assert steps(situation.move_to("b")) == [("d", "down"), ("c", "down"), ("b", "up")]
    assert steps(situation.move_to("d")) == [("b", "up")]


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (lambda: Situation([migration("a", undo=False)], [row("a")]).rollback(1), "missing_down"),
        (lambda: Situation([], [row("a")]).rollback(1), "missing_file"),
        (lambda: Situation([migration("a")], []).move_to("b"), "unknown_version"),
        (lambda: Situation([migration("a")], [row("a", dirty=True)]).apply(), "dirty_migration"),
        (lambda: Situation([migration("a")], [row("a", dirty=True)]).rollback(1), "dirty_migration"),
        (lambda: Situation([migration("a")], [row("a", checksum="b")]).apply(), "changed_migration"),
        (lambda: Situation([migration("a")], [row("a")]).dirty("a"), "unknown_version"),
    ],
)
def test_what_cannot_be_done_is_refused(plan, code):
    with pytest.raises(MigrationError) as caught:
        plan()
    assert caught.value.code == code


@given(files=st.sets(st.sampled_from("abcdefgh")), applied=st.sets(st.sampled_from("abcdefgh")), data=st.data())
def test_a_move_leaves_applied_exactly_what_is_not_after_its_version(files, applied, data):
    files |= applied or {"a"}
    version = data.draw(st.sampled_from(sorted(files)))
    state = set(applied)
    for each, direction in steps(Situation(map(migration, sorted(files)), map(row, applied)).move_to(version)):
        (state.add if direction == "up" else state.remove)(each)
    assert state == {each for each in files if each <= version}


def test_each_target_has_a_table_and_a_lock_of_its_own():
    ledgers = [Ledger(target, "postgresql") for target in ("default", "reports")]
    assert [ledger.table for ledger in ledgers] == ["arlen_schema_migrations", "arlen_schema_migrations__reports"]
    assert len({ledger.lock_key for ledger in ledgers}) == 2
    assert all(-(2**63) <= ledger.lock_key < 2**63 for ledger in ledgers)


@pytest.mark.parametrize(
    ("columns", "added"),
    [
        ({"version", "applied_at"}, ["checksum", "duration_ms", "tool_version", "dirty"]),
        ({"version", "applied_at", "checksum", "tool_version", "dirty"}, ["duration_ms"]),
        ({"version", "applied_at", "checksum", "duration_ms", "tool_version", "dirty"}, []),
    ],
)
def test_an_older_table_gets_the_columns_that_it_lacks(columns, added):
    definition = Ledger("default", "sqlite").definition(columns)
    assert [sql.split("ADD COLUMN ")[1].split()[0] for sql in definition] == added
