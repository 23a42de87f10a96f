import pytest
from arlen_propane.lifecycle import lifecycle_line
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (7, "7"),
        ("unix:/run/a b.sock", "unix:/run/a%20b.sock"),
        ("a=b", "a=b"),
        ("100%", "100%25"),
        ("\u00a0\n", "%C2%A0%0A"),
    ],
)
def test_a_line_has_its_keys_in_order_and_no_white_space_in_values(value, written):
    line = lifecycle_line("worker_ready", 5, [("pid", value), ("boot_ms", 9)])
    assert line == f"propane:lifecycle event=worker_ready manager_pid=5 pid={written} boot_ms=9"


@given(st.text("a%= \n\r\t\x0b\x1c\x85\xa0\u2028\u3000é😀"))
def test_no_value_breaks_a_line(value):
    assert len(lifecycle_line("e", 1, [("key", value)]).split()) == 4
