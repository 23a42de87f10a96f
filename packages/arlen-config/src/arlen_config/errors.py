"""What can be wrong with a configuration, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


class ArlenConfigError(Exception):
    """Base of every error of this package.

    Attributes:
        code: stable identifier, for programs.
        details: the facts in the message, for programs.
    """

    def __init__(self, message: str, *, code: str, details: dict[str, object]) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in the configuration: what is wrong, where, and what to do.

    ``code`` is ``invalid_toml``, ``unreadable_file``, ``wrong_type``, ``out_of_range``, ``unknown_choice``,
    ``unknown_key``, ``missing_value``, ``ambiguous_variable``, ``invalid_section`` or ``invalid_environment``.
    ``path`` is the file at fault, ``line`` and ``column`` count from 1; each is None where it is unknown.
    """

    code: str
    message: str
    key: str = ""
    path: str | None = None
    line: int | None = None
    column: int | None = None


class ConfigError(ArlenConfigError):
    """The configuration cannot be used; the message lists every fault that was found.

    ``code`` is the code of the faults, or ``several_faults`` where they differ; ``path``, ``line`` and ``column`` are
    those of the first fault.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        codes = {fault.code for fault in self.faults}
        super().__init__(
            _message(self.faults),
            code=codes.pop() if len(codes) == 1 else "several_faults",
            details={"faults": [asdict(fault) for fault in self.faults]},
        )

    @property
    def path(self) -> str | None:
        return self.faults[0].path

    @property
    def line(self) -> int | None:
        return self.faults[0].line

    @property
    def column(self) -> int | None:
        return self.faults[0].column


class SettingsDefinitionError(ArlenConfigError):
    """A settings class cannot be read from a configuration: a mistake in code, not in a file.

    ``code`` is ``not_a_frozen_dataclass`` or ``unsupported_type``.
    """


def _message(faults: tuple[Fault, ...]) -> str:
    if len(faults) == 1:
        return faults[0].message
    return "\n  - ".join([f"{len(faults)} faults in the configuration:", *(fault.message for fault in faults)])
