"""What a render takes exception to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strictness:
    """How a page is rendered, with its layout and everything that it includes.

    Attributes:
        locals: a name or segment that is missing fails the page, except in ``x is defined`` and ``x|default(...)``;
            otherwise it shows nothing.
        stringify: only text, numbers, ``None`` and objects with a text of their own (``__str__``, ``__html__``) may be
            shown; bytes, containers and plain objects fail the page. Otherwise anything is shown as ``str`` has it.
    """

    locals: bool = False
    stringify: bool = False


LENIENT = Strictness()
