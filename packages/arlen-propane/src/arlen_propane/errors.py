"""What can go wrong with a manager and its workers."""

from __future__ import annotations


class ArlenPropaneError(Exception):
    """Base of every error of this package.

    Attributes:
        code: stable identifier, for programs.
        details: the facts in the message, for programs.
    """

    def __init__(self, message: str, *, code: str, details: dict[str, object]) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


class AppTargetError(ArlenPropaneError):
    """What should name an application does not have the form of a name; ``code`` is ``invalid_app_target``."""
