import json

from arlen_cli.boomhauer.failure import BuildFailure, Place, Stage, crashed, snippet
from hypothesis import given
from hypothesis import strategies as st

places = st.none() | st.builds(Place, st.text(min_size=1), st.none() | st.integers(1), st.none() | st.integers(1))
failures = st.builds(
    BuildFailure,
    stage=st.sampled_from(Stage),
    message=st.text(),
    output=st.text(),
    place=places,
    snippet=st.text(),
    warnings=st.lists(st.text()).map(tuple),
    command=st.text(),
    exit_code=st.integers(),
)


@given(failures)
def test_a_failure_survives_the_way_from_child_to_supervisor(failure):
    assert BuildFailure.from_json(json.loads(json.dumps(failure.as_json()))) == failure


def test_a_snippet_is_the_line_between_its_neighbours():
    source = "".join(f"line {number}\n" for number in range(1, 13))
    assert snippet(source, 10) == "   9 | line 9\n> 10 | line 10\n  11 | line 11"
    assert snippet(source, 1) == "> 1 | line 1\n  2 | line 2"
    assert snippet(source, 12) == "  11 | line 11\n> 12 | line 12"
    assert snippet(source, 13) == ""


def test_the_details_leave_out_what_is_not_known():
    failure = BuildFailure(Stage.IMPORT, "boom", output="Traceback", place=Place("app.py", 3))
    assert failure.details() == {
        "stage": "import",
        "exit_code": 1,
        "file": "app.py",
        "line": 3,
        "severity": "error",
        "message": "boom",
        "warnings": [],
        "output": "Traceback",
    }


def test_a_process_that_died_is_a_failure_with_its_status():
    assert crashed(-11).exit_code == -11
    assert "signal 11" in crashed(-11).message
    assert "status 3" in crashed(3).message
