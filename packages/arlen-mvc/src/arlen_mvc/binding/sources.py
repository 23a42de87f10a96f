"""Where the value of one parameter comes from, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from arlen_mvc.context import Context
from arlen_mvc.errors import FieldError, ValidationFailed
from arlen_mvc.operations import Describe, undescribed

Read = Callable[[Context], Any]


class Unreadable(ValidationFailed):
    """The value of the parameter ``name`` is missing or malformed in this request."""

    def __init__(self, name: str, errors: list[FieldError]) -> None:
        super().__init__(errors)
        self.name = name


class Unbindable(Exception):
    """A parameter that no request could ever fill."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to have arrived before values are read."""

    body: bool = False
    form: bool = False

    def __or__(self, other: Needs) -> Needs:
        return Needs(self.body or other.body, self.form or other.form)


NOTHING = Needs()


@dataclass(frozen=True, slots=True)
class Source:
    """One value: ``read`` gives it or raises :class:`Unreadable`; ``faults`` lists what is wrong, and calls nobody."""

    name: str
    read: Read
    faults: Callable[[Context], list[FieldError]]
    describe: Describe = undescribed
    needs: Needs = NOTHING

    @classmethod
    def of(cls, name: str, read: Read, describe: Describe = undescribed, needs: Needs = NOTHING) -> Source:
        """A source that is as well read twice."""

        def faults(ctx: Context) -> list[FieldError]:
            try:
                read(ctx)
            except Unreadable as unreadable:
                return unreadable.details
            return []

        return cls(name, read, faults, describe, needs)

    @classmethod
    def sure(cls, name: str, read: Read) -> Source:
        """A source that cannot fail, and that no client knows of."""
        return cls(name, read, lambda ctx: [])
