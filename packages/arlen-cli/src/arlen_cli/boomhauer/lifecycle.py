"""What the supervisor does next: phases, events and actions, without a process or a socket.

A build ends in ``Serving`` or in ``Broken``; every later change that matters begins another one. While nothing serves,
the listening socket stays open, so requests wait.
"""

from __future__ import annotations

from dataclasses import dataclass

from .changes import Consequence
from .failure import BuildFailure, crashed


@dataclass(frozen=True, slots=True)
class Building:
    """A child imports and starts the application."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The child answers requests."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The supervisor answers, with the failure of the last build."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing runs any more."""


Phase = Building | Serving | Broken | Ended


@dataclass(frozen=True, slots=True)
class Ready:
    """The child has started the application, and waits for the permission to answer."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The child found out that the application cannot be served."""

    failure: BuildFailure


@dataclass(frozen=True, slots=True)
class Exited:
    """The child ended by itself; the status is negative for a signal."""

    status: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """The build takes longer than a request should wait."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Files changed."""

    consequence: Consequence


@dataclass(frozen=True, slots=True)
class StopRequested:
    """Somebody asked boomhauer to end."""


Event = Ready | Failed | Exited | Overdue | Changed | StopRequested


@dataclass(frozen=True, slots=True)
class Build:
    """Let a fresh child build the application."""


@dataclass(frozen=True, slots=True)
class StopChild:
    """End the child: requests in flight are answered first."""


@dataclass(frozen=True, slots=True)
class ShowFailure:
    """Announce the failure, and answer every request with it."""

    failure: BuildFailure


@dataclass(frozen=True, slots=True)
class ShowWaiting:
    """Answer requests with the news that the build still runs."""


@dataclass(frozen=True, slots=True)
class HidePages:
    """Answer no request in place of the application."""


@dataclass(frozen=True, slots=True)
class LetChildServe:
    """Permit the child to answer requests: nobody else does any more."""


@dataclass(frozen=True, slots=True)
class TellChild:
    """Let the child act on a change that needs no new process."""

    consequence: Consequence


@dataclass(frozen=True, slots=True)
class ForgetFailure:
    """The last failure is history."""


@dataclass(frozen=True, slots=True)
class StandBy:
    """Prepare the child of the next build."""


@dataclass(frozen=True, slots=True)
class Finish:
    """End with this exit status."""

    status: int


Action = (
    Build
    | StopChild
    | ShowFailure
    | ShowWaiting
    | HidePages
    | LetChildServe
    | TellChild
    | ForgetFailure
    | StandBy
    | Finish
)


def step(phase: Phase, event: Event) -> tuple[Phase, tuple[Action, ...]]:
    """The next phase, and what to do on the way there, in order."""
    match phase, event:
        case Ended(), _:
            return phase, ()
        case _, StopRequested():
            return Ended(), (HidePages(), StopChild(), Finish(0))
        case Building(), Ready():
            return Serving(), (HidePages(), ForgetFailure(), LetChildServe(), StandBy())
        case Building(), Overdue():
            return phase, (ShowWaiting(),)
        case Building(), Exited(status):
            return Broken(), (HidePages(), StopChild(), ShowFailure(crashed(status)), StandBy())
        case Building() | Serving(), Failed(failure):
            return Broken(), (HidePages(), StopChild(), ShowFailure(failure), StandBy())
        case Building(), Changed(consequence) if consequence >= Consequence.TEMPLATES:
            return phase, (HidePages(), StopChild(), Build())
        case Serving(), Changed(Consequence.RESTART):
            return Building(), (StopChild(), Build())
        case Serving(), Changed(consequence) if consequence > Consequence.NOTHING:
            return phase, (TellChild(consequence),)
        case Serving(), Exited(status):
            return Ended(), (Finish(status if status >= 0 else 128 - status),)
        case Broken(), Changed(consequence) if consequence > Consequence.NOTHING:
            return Building(), (HidePages(), Build())
        case _:
            return phase, ()
