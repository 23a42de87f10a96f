"""What the manager decides, without a process."""

from signal import SIGINT, SIGKILL, SIGTERM

import pytest
from arlen_propane.settings import PropaneAccessories
from arlen_propane.supervision import Announce, Finish, Send, Spawn, Supervision
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

ACCESSORIES = PropaneAccessories(worker_count=2, graceful_shutdown_seconds=10, respawn_delay_ms=250, boot_attempts=3)


def supervision(*pids, ready=True):
    supervised = Supervision(ACCESSORIES)
    for slot, pid in enumerate(pids):
        supervised.spawned(slot, pid, "boot", 0.0)
        if ready:
            supervised.ready(pid, 0.0)
    return supervised


def told(actions):
    return [
        f"{action.event} " + " ".join(f"{key}={value}" for key, value in action.facts)
        for action in of(Announce, actions)
    ]


def of(kind, actions):
    return [action for action in actions if type(action) is kind]


def test_a_start_fills_every_slot():
    assert Supervision(ACCESSORIES).boot() == [Spawn(0, "boot"), Spawn(1, "boot")]


def test_a_worker_tells_when_it_is_ready_and_how_long_it_took():
    supervised = supervision()
    assert told(supervised.spawned(0, 7, "boot", 1.0)) == ["worker_started role=http pid=7 reason=boot"]
    assert told(supervised.ready(7, 1.25)) == ["worker_ready pid=7 boot_ms=250"]
    assert supervised.ready(7, 1.5) == supervised.ready(99, 1.5) == []


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        (0, "status=0 exit_reason=exit_0"),
        (3, "status=3 exit_reason=exit_3"),
        (-9, "status=137 exit_reason=signal_9"),
    ],
)
def test_a_worker_that_ends_is_replaced_after_the_delay(code, facts):
    supervised = supervision(7, 8)
    assert told(supervised.exited(8, code, 5.0)) == [f"worker_exited role=http pid=8 {facts} restart_action=respawn"]
    assert supervised.wake_at == 5.25
    assert supervised.tick(5.2) == []
    assert supervised.tick(5.25) == [Spawn(1, "respawn_after_exit")]
    assert supervised.tick(5.25) == []
    assert supervised.wake_at is None


def test_delays_of_several_workers_run_side_by_side():
    supervised = supervision(7, 8)
    supervised.exited(7, 1, 5.0)
    supervised.exited(8, 1, 5.1)
    assert supervised.wake_at == 5.25
    assert supervised.tick(5.4) == [Spawn(0, "respawn_after_exit"), Spawn(1, "respawn_after_exit")]


@pytest.mark.parametrize(("signal", "name"), [(SIGTERM, "term"), (SIGINT, "int")])
def test_a_stop_asks_every_worker_and_ends_with_the_last(signal, name):
    supervised = supervision(7, 8)
    actions = supervised.stop_requested(signal, 20.0)
    assert of(Send, actions) == [Send(7, SIGTERM), Send(8, SIGTERM)]
    assert told(actions) == [
        f"manager_shutdown_requested signal={name.upper()} reason=signal_{name}",
        f"manager_stopping reason=signal_{name} exit_code=0",
        f"http_worker_stop_requested role=http_worker pid=7 signal=TERM reason=signal_{name}",
        f"http_worker_stop_requested role=http_worker pid=8 signal=TERM reason=signal_{name}",
    ]
    assert supervised.stop_requested(SIGTERM, 20.1) == []
    assert of(Finish, supervised.exited(7, 0, 20.2)) == []
    last = supervised.exited(8, 0, 20.3)
    assert told(last) == [
        f"http_worker_stopped role=http_worker pid=8 status=0 exit_reason=exit_0 reason=signal_{name}",
        f"manager_stopped reason=signal_{name} exit_code=0",
    ]
    assert last[-1] == Finish(0)


def test_survivors_of_the_grace_period_are_killed():
    supervised = supervision(7, 8)
    supervised.stop_requested(SIGTERM, 20.0)
    supervised.exited(7, 0, 21.0)
    assert supervised.wake_at == 30.0
    assert supervised.tick(29.9) == []
    killed = supervised.tick(30.0)
    assert of(Send, killed) == [Send(8, SIGKILL)]
    assert told(killed) == [
        "http_worker_stop_requested role=http_worker pid=8 signal=KILL reason=signal_term_grace_timeout"
    ]
    assert told(supervised.exited(8, -9, 30.1))[0] == (
        "http_worker_stopped role=http_worker pid=8 status=137 exit_reason=signal_9 reason=signal_term_grace_timeout"
    )


def test_a_stop_cancels_replacements_and_ends_at_once_without_workers():
    supervised = supervision(7)
    supervised.exited(7, 1, 5.0)
    assert supervised.stop_requested(SIGTERM, 5.1)[-1] == Finish(0)
    assert supervised.wake_at is None


def test_workers_that_cannot_start_end_the_manager():
    supervised = supervision(1, 2, ready=False)
    assert told(supervised.exited(1, 1, 1.0)) == [
        "worker_exited role=http pid=1 status=1 exit_reason=exit_1 restart_action=respawn"
    ]
    assert supervised.not_spawned(0, "could not be started: Out of memory", 1.5) == []
    last = supervised.exited(2, 1, 2.0)
    assert told(last) == [
        "worker_exited role=http pid=2 status=1 exit_reason=exit_1 restart_action=none",
        "manager_shutdown_requested signal=internal reason=boot_failed exit_status=1",
        "manager_stopping reason=boot_failed exit_code=1",
        "manager_stopped reason=boot_failed exit_code=1",
    ]
    assert last[-1] == Finish(1, "workers failed to start 3 times in a row; the last one ended with exit_1")


def test_a_worker_that_was_being_started_when_the_stop_began_is_stopped_too():
    supervised = supervision(7)
    supervised.stop_requested(SIGTERM, 1.0)
    assert of(Send, supervised.spawned(1, 8, "boot", 1.0)) == [Send(8, SIGTERM)]
    assert of(Finish, supervised.exited(7, 0, 1.1)) == []
    assert of(Finish, supervised.exited(8, -15, 1.2)) == [Finish(0)]


def test_a_worker_that_starts_breaks_the_row_of_failures():
    supervised = supervision(1, 2, ready=False)
    supervised.exited(1, 1, 1.0)
    supervised.spawned(0, 3, "respawn_after_exit", 1.25)
    supervised.exited(3, 1, 1.5)
    supervised.ready(2, 1.6)
    supervised.exited(2, 0, 1.7)
    supervised.spawned(0, 4, "respawn_after_exit", 1.8)
    assert of(Finish, supervised.exited(4, 1, 1.9)) == []


def test_while_one_worker_serves_the_others_are_tried_again():
    supervised = supervision(1, 2)
    for attempt in range(10):
        pid = 100 + attempt
        supervised.exited(2 if attempt == 0 else pid - 1, 1, float(attempt))
        assert of(Spawn, supervised.tick(attempt + 0.5)) == [Spawn(1, "respawn_after_exit")]
        supervised.spawned(1, pid, "respawn_after_exit", attempt + 0.5)
    assert supervised.pids == [1, 109]


class AnyHistory(RuleBasedStateMachine):
    """Whatever happens, and in whatever order: no slot holds two workers, no signal goes astray, the end is orderly."""

    @initialize(workers=st.integers(1, 3), attempts=st.integers(1, 4))
    def start(self, workers, attempts):
        self.workers = workers
        self.now = 0.0
        self.next_pid = 1
        self.living = {}
        self.stopping = False
        self.finish = None
        accessories = PropaneAccessories(
            workers, graceful_shutdown_seconds=1, respawn_delay_ms=250, boot_attempts=attempts
        )
        self.supervised = Supervision(accessories)
        self.carry_out(self.supervised.boot())

    def carry_out(self, actions):
        assert self.finish is None
        for action in actions:
            match action:
                case Spawn(slot, reason):
                    assert not self.stopping
                    assert slot not in self.living.values()
                    self.next_pid += 1
                    self.living[self.next_pid] = slot
                    assert not of(Spawn, self.supervised.spawned(slot, self.next_pid, reason, self.now))
                case Send(pid, _):
                    assert self.stopping
                    assert pid in self.living
                case Announce("manager_stopping", _):
                    self.stopping = True
                case Finish():
                    assert not self.living
                    self.finish = action

    def tell(self, event, *facts):
        if self.finish is None:
            self.carry_out(event(*facts, self.now))

    @rule(choice=st.integers(0), code=st.sampled_from([0, 1, -9]))
    def a_worker_ends(self, choice, code):
        if self.living:
            pid = sorted(self.living)[choice % len(self.living)]
            del self.living[pid]
            self.tell(self.supervised.exited, pid, code)

    @rule(choice=st.integers(0))
    def a_worker_is_ready(self, choice):
        if self.living:
            self.tell(self.supervised.ready, sorted(self.living)[choice % len(self.living)])

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.25, 2.0]))
    def time_passes(self, seconds):
        self.now += seconds
        self.tell(self.supervised.tick)

    @rule(signal=st.sampled_from([SIGTERM, SIGINT]))
    def a_signal_arrives(self, signal):
        self.tell(self.supervised.stop_requested, signal)

    @invariant()
    def its_workers_are_the_living_ones(self):
        assert sorted(self.supervised.pids) == sorted(self.living)

    def teardown(self):
        """Left alone, it either runs all its workers or, when it stops, comes to its end."""
        for _ in range(3):
            wake_at = self.supervised.wake_at
            if wake_at is not None:
                self.now = max(self.now, wake_at)
                self.tell(self.supervised.tick)
        if self.stopping:
            for pid in list(self.living):
                del self.living[pid]
                self.tell(self.supervised.exited, pid, -9)
            assert self.finish is not None
        else:
            assert len(self.living) == self.workers


AnyHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAnyHistory = AnyHistory.TestCase
