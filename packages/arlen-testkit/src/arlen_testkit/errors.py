"""What can go wrong in the test kit itself."""

from __future__ import annotations


class ArlenTestkitError(Exception):
    """The root of every error that the test kit raises on its own behalf.

    Attributes:
        code: a stable name of the fault, fit for ``except`` clauses and assertions.
        details: what the message was made of.
    """

    def __init__(self, message: str, /, *, code: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.details: dict[str, object] = details


class ProcessError(ArlenTestkitError):
    """A child process did not do what was awaited; the message ends with what it printed.

    Codes: ``not_started`` (the command cannot be run), ``exited`` (it ended too early), ``timed_out``.
    """


class ServiceUnavailable(ArlenTestkitError):
    """A real service that a test asked for cannot be had on this machine; the message says what to install.

    Codes: ``not_installed``, ``not_reachable`` and ``refused`` (there, but not willing).
    """


class ClientError(ArlenTestkitError):
    """The in-process client was used in a way that no answer can follow.

    Codes: ``not_started``, ``not_a_response``, ``no_connection``, ``startup_failed``, ``shutdown_failed`` and
    ``not_an_arlen_application``.
    """


class FaultError(ArlenTestkitError):
    """Faults were not brought into a server as they were planned.

    Codes: ``invalid_plan`` and ``fault_not_reached`` (what was to fail was not called often enough).
    """
