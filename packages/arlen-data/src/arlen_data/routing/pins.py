"""Code that keeps to one target: blocks that are pinned, and transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar


class Pin:
    """A block whose statements all go to one target.

    Attributes:
        begins: whether the block is a transaction of the target.
        in_transaction: whether what the block writes is kept only if somebody else commits.
    """

    __slots__ = ("begins", "in_transaction", "open", "outer", "target")

    def __init__(self, target: str, begins: bool, outer: Pin | None) -> None:
        self.target = target
        self.begins = begins
        self.in_transaction: bool = begins or (outer is not None and outer.in_transaction)
        self.outer = outer
        self.open = True


class Pins:
    """Knows the pin of the running code. Tasks started inside a block share its pin until the block ends."""

    __slots__ = ("_current",)

    def __init__(self) -> None:
        self._current: ContextVar[Pin | None] = ContextVar("arlen_data_pin", default=None)

    def current(self) -> Pin | None:
        """The innermost pin that still holds."""
        pin = self._current.get()
        while pin is not None and not pin.open:
            pin = pin.outer
        return pin

    def transaction(self) -> Pin | None:
        """The innermost transaction that is still open."""
        pin = self.current()
        while pin is not None and not (pin.open and pin.begins):
            pin = pin.outer
        return pin

    @contextmanager
    def pinned(self, target: str) -> Iterator[None]:
        """A block that keeps to ``target``."""
        with self._inside(Pin(target, False, self.current())):
            yield

    @contextmanager
    def in_transaction(self, target: str) -> Iterator[None]:
        """A block that is a transaction of ``target``."""
        with self._inside(Pin(target, True, self.current())):
            yield

    @contextmanager
    def _inside(self, pin: Pin) -> Iterator[None]:
        token = self._current.set(pin)
        try:
            yield
        finally:
            pin.open = False
            with suppress(ValueError):  # the block may be left in another context than it was entered in
                self._current.reset(token)
