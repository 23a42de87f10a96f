import pytest
from arlen_cli.boomhauer.changes import Consequence
from arlen_cli.boomhauer.failure import BuildFailure, Stage, crashed
from arlen_cli.boomhauer.lifecycle import (
    Broken,
    Build,
    Building,
    Changed,
    Ended,
    Exited,
    Failed,
    Finish,
    ForgetFailure,
    HidePages,
    LetChildServe,
    Overdue,
    Ready,
    Serving,
    ShowFailure,
    ShowWaiting,
    StandBy,
    StopChild,
    StopRequested,
    TellChild,
    step,
)
from hypothesis import given
from hypothesis import strategies as st

FAILURE = BuildFailure(Stage.IMPORT, "boom")
STYLES, PAGE, TEMPLATES, RESTART = Consequence.STYLES, Consequence.PAGE, Consequence.TEMPLATES, Consequence.RESTART


@pytest.mark.parametrize(
    ("phase", "event", "next_phase", "actions"),
    [
        (Building(), Ready(), Serving(), (HidePages(), ForgetFailure(), LetChildServe(), StandBy())),
        (Building(), Failed(FAILURE), Broken(), (HidePages(), StopChild(), ShowFailure(FAILURE), StandBy())),
        (Building(), Exited(-11), Broken(), (HidePages(), StopChild(), ShowFailure(crashed(-11)), StandBy())),
        (Building(), Overdue(), Building(), (ShowWaiting(),)),
        (Building(), Changed(RESTART), Building(), (HidePages(), StopChild(), Build())),
        (Building(), Changed(STYLES), Building(), ()),
        (Serving(), Changed(RESTART), Building(), (StopChild(), Build())),
        (Serving(), Changed(TEMPLATES), Serving(), (TellChild(TEMPLATES),)),
        (Serving(), Changed(PAGE), Serving(), (TellChild(PAGE),)),
        (Serving(), Changed(STYLES), Serving(), (TellChild(STYLES),)),
        (Serving(), Failed(FAILURE), Broken(), (HidePages(), StopChild(), ShowFailure(FAILURE), StandBy())),
        (Serving(), Exited(3), Ended(), (Finish(3),)),
        (Serving(), Exited(-9), Ended(), (Finish(137),)),
        (Serving(), Overdue(), Serving(), ()),
        (Broken(), Changed(TEMPLATES), Building(), (HidePages(), Build())),
        (Broken(), Changed(RESTART), Building(), (HidePages(), Build())),
        (Broken(), Exited(1), Broken(), ()),
    ],
)
def test_every_event_has_one_consequence(phase, event, next_phase, actions):
    assert step(phase, event) == (next_phase, actions)


events = st.one_of(
    st.just(Ready()),
    st.just(Failed(FAILURE)),
    st.builds(Exited, st.integers(-15, 3)),
    st.just(Overdue()),
    st.builds(Changed, st.sampled_from(Consequence)),
    st.just(StopRequested()),
)


@given(st.lists(events))
def test_there_is_never_more_than_one_child_and_nothing_else_answers_beside_it(history):
    """Children and pages are counted as the supervisor would make them; a dead child says nothing."""
    phase, child, pages = Building(), True, False
    for event in history:
        if isinstance(event, (Ready, Failed, Exited)) and not child:
            continue
        if isinstance(event, Exited):
            child = False
        phase, actions = step(phase, event)
        for action in actions:
            match action:
                case Build():
                    assert not child
                    child = True
                case StopChild():
                    child = False
                case ShowFailure() | ShowWaiting():
                    pages = True
                case HidePages():
                    pages = False
        assert child == isinstance(phase, (Building, Serving))
        assert not (pages and isinstance(phase, Serving))
        assert pages or not isinstance(phase, Broken)


@given(st.lists(events))
def test_a_request_to_stop_always_ends_with_success_and_without_a_child(history):
    phase = Building()
    for event in history:
        phase, _ = step(phase, event)
    final, actions = step(phase, StopRequested())
    assert final == Ended()
    assert phase == Ended() or actions == (HidePages(), StopChild(), Finish(0))
