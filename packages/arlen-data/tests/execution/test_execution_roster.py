"""The books of a pool, checked against the plainest model of them: numbers."""

import pytest
from arlen_data import DatabaseOptions, InvalidArgumentError, PoolExhausted
from arlen_data.roster import Roster
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

MAXIMUM = 3


class Waiter:
    granted = 0

    def grant(self):
        self.granted += 1


class Books(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.roster = Roster(DatabaseOptions(max_waiting=4), MAXIMUM)
        self.lent, self.opening, self.queue, self.made = [], 0, [], 0

    def settle(self):
        """Those who were served leave the queue, in order."""
        while self.queue and self.queue[0].granted:
            turn = self.queue.pop(0)
            if turn.connection is None:
                self.opening += 1
            else:
                self.lent.append(turn.connection)

    @rule(patient=st.booleans())
    def enter(self, patient):
        full = len(self.lent) + self.opening + self.roster.stats().idle >= MAXIMUM and not self.roster.stats().idle
        if full and (not patient or len(self.queue) >= 4):
            with pytest.raises(PoolExhausted):
                self.roster.enter(Waiter(), patient=patient)
        else:
            turn = self.roster.enter(Waiter(), patient=patient)
            assert turn.granted is not full
            self.queue.append(turn)
            self.settle()

    @rule()
    def take(self):
        connection = self.roster.take()
        if connection is not None:
            self.lent.append(connection)

    @precondition(lambda self: self.opening)
    @rule(works=st.booleans())
    def open(self, works):
        self.opening -= 1
        if works:
            self.made += 1
            self.roster.opened(f"c{self.made}")
            self.lent.append(f"c{self.made}")
        else:
            self.roster.not_opened()
            self.settle()

    @precondition(lambda self: self.lent)
    @rule(data=st.data(), way=st.sampled_from(["put", "discard"]))
    def release(self, data, way):
        connection = data.draw(st.sampled_from(self.lent))
        self.lent.remove(connection)
        getattr(self.roster, way)(connection)
        self.settle()
        if connection not in self.lent:
            with pytest.raises(InvalidArgumentError):
                self.roster.put(connection)

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def give_up(self, data):
        turn = data.draw(st.sampled_from(self.queue))
        self.queue.remove(turn)
        self.roster.leave(turn)
        self.settle()

    @invariant()
    def the_figures_are_right(self):
        stats = self.roster.stats()
        assert stats.in_use == len(self.lent)
        assert stats.waiting == len(self.queue)
        assert stats.size == stats.idle + len(self.lent) + self.opening <= MAXIMUM
        assert not (self.queue and stats.size < MAXIMUM), "somebody waits although there is room"
        assert not (self.queue and stats.idle), "somebody waits although a connection is idle"


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
