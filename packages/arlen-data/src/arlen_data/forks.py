"""Telling those concerned that the process was forked."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Concerned(Protocol):
    def forked(self) -> None:
        """Is called in the child."""


_concerned: WeakSet[Concerned] = WeakSet()


def tell_after_fork(concerned: Concerned) -> None:
    """Call its ``forked`` in every child of this process, as long as it lives."""
    _concerned.add(concerned)


def _forked() -> None:
    for concerned in _concerned:
        concerned.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
