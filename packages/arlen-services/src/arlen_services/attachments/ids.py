"""The names that a store gives to attachments."""

from __future__ import annotations

import itertools
import re
import uuid
from typing import Protocol


class Ids(Protocol):
    def new(self) -> str: ...

    def knows(self, attachment_id: str) -> bool:
        """Whether an id can be one of these. Any other touches no storage."""

    def restart(self) -> None: ...


class RandomIds:
    """``att-`` and 32 lower-case hexadecimal digits of a random UUID (RFC 9562)."""

    __slots__ = ()

    def new(self) -> str:
        return f"att-{uuid.uuid4().hex}"

    def knows(self, attachment_id: str) -> bool:
        return _RANDOM.fullmatch(attachment_id) is not None

    def restart(self) -> None:
        """Random ids have no beginning to return to."""


class NumberedIds:
    """``att-1``, ``att-2`` and so on."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        return f"att-{next(self._numbers)}"

    def knows(self, attachment_id: str) -> bool:
        return _NUMBERED.fullmatch(attachment_id) is not None

    def restart(self) -> None:
        self._numbers = itertools.count(1)


def order(attachment_id: str) -> tuple[int, str]:
    """A key to sort by: numbers in the order of counting, others by their letters."""
    return len(attachment_id), attachment_id


_RANDOM = re.compile(r"att-[0-9a-f]{32}")
_NUMBERED = re.compile(r"att-[1-9][0-9]{0,17}")
