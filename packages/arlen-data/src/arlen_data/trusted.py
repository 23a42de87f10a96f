"""SQL text that a program brings along, as opposed to text that it puts together while it runs."""

from __future__ import annotations


class TrustedText(str):
    """Text from a file of the program or from this package: it runs under ``strict_sql`` too."""

    __slots__ = ()
