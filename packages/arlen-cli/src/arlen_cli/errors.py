"""What a command says when it cannot do what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fixit:
    """The way out of an error: one imperative sentence, and a complete command line that would work."""

    action: str
    example: str


class ArlenCLIError(Exception):
    """A command failed.

    Attributes:
        code: stable snake_case identifier, such as ``app_not_found``.
        details: structured facts of the failure, ready for JSON.
        fixit: what to do about it.
        exit_status: 1 for a failure at run time, 2 for wrong usage.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        fixit: Fixit,
        details: Mapping[str, object] | None = None,
        exit_status: int = 1,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.details = dict(details or {})
        self.fixit = fixit
        self.exit_status = exit_status
