"""What can go wrong in a service."""

from __future__ import annotations

from collections.abc import Mapping


class ArlenServicesError(Exception):
    """The base of every error that arlen-services raises.

    Attributes:
        code: a stable slug such as ``"blank_key"``.
        details: facts for programs and logs; never a payload, a cached value or a password.
        permanent: whether trying the same thing again is in vain.
    """

    def __init__(
        self, message: str, *, code: str, details: Mapping[str, object] | None = None, permanent: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.details: dict[str, object] = dict(details or {})
        self.permanent = permanent

    def to_dict(self) -> dict[str, object]:
        """``code``, ``message``, ``details`` and ``permanent``, fit for JSON."""
        return {"code": self.code, "message": str(self), "details": self.details, "permanent": self.permanent}


class MissingDependencyError(ArlenServicesError):
    """An adapter needs a library that is not installed. Code ``missing_dependency``; ``details`` name the extra."""

    def __init__(self, what: str, *, extra: str) -> None:
        super().__init__(
            f'{what} needs a library that is not installed; run: pip install "arlen-services[{extra}]"',
            code="missing_dependency",
            details={"extra": extra},
            permanent=True,
        )


class CacheError(ArlenServicesError):
    """A cache refused or failed a call."""


class JobError(ArlenServicesError):
    """A job queue, a task or a worker refused or failed a call."""


class MailError(ArlenServicesError):
    """A message could not be composed or delivered."""


class AttachmentError(ArlenServicesError):
    """An attachment could not be stored, read or described."""


class LocalizationError(ArlenServicesError):
    """A catalogue or a locale is not usable."""


class RetriesExhausted(ArlenServicesError):
    """Every attempt failed. ``details`` hold ``attempt_count`` and ``adapter``; the last error is the cause."""
