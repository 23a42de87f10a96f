"""What can go wrong: mistakes found at start, refusals raised inside a request, failures of templates and rendering."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus


class ArlenMVCError(Exception):
    """Base of every error of this package. ``code`` is stable; ``details`` is structured and may be empty."""

    code: str = "mvc_error"
    details: object

    def __init__(self, message: str, *, code: str | None = None, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.details = dict(details or {})


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that keeps an application from starting.

    ``place`` says where it is (a route and its function, a template and its line), ``problem`` what is wrong there,
    ``remedy`` what to do about it.
    """

    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; {self.remedy}"


class ApplicationError(ArlenMVCError):
    """The application cannot be built, started, or used in this way.

    Codes: ``invalid_application`` (``mistakes`` lists every fault), ``startup_hook_refused``, ``mount_failed``,
    ``mount_refused``, ``application_frozen``, ``unknown_resource``.
    """

    code = "application_error"
    mistakes: tuple[Mistake, ...] = ()

    @classmethod
    def of_mistakes(cls, mistakes: Sequence[Mistake]) -> ApplicationError:
        """One error that lists them all, one a line."""
        noun = "mistake keeps" if len(mistakes) == 1 else "mistakes keep"
        lines = "".join(f"\n  {number}. {mistake}" for number, mistake in enumerate(mistakes, 1))
        error = cls(f"{len(mistakes)} {noun} the application from starting:{lines}", code="invalid_application")
        error.mistakes = tuple(mistakes)
        error.details = {"mistakes": [str(mistake) for mistake in mistakes]}
        return error


@dataclass(frozen=True, slots=True)
class FieldError:
    """One entry of the ``details`` of an error answer: what is wrong with one field of the request."""

    field: str
    code: str
    message: str
    meta: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        entry: dict[str, object] = {"field": self.field, "code": self.code, "message": self.message}
        if self.meta:
            entry["meta"] = dict(self.meta)
        return entry

    def below(self, prefix: str) -> FieldError:
        """The same fault of a member of ``prefix``: ``[1].sku`` below ``items`` is ``items[1].sku``."""
        joint = "." if self.field and not self.field.startswith("[") else ""
        return dataclasses.replace(self, field=f"{prefix}{joint}{self.field}")


class HTTPError(ArlenMVCError):
    """Ends the request with this status (400-599); raise it anywhere in an action, guard or middleware.

    ``code`` and ``message`` default to the status's own phrase: ``HTTPError(404)`` is ``not_found`` / ``Not Found``
    (and the code of 500 is ``internal_error``).
    ``headers`` are added to the answer.
    """

    details: list[FieldError]
    plain: str | None = None
    """The line of text for clients that get neither JSON nor a page, where it is not ``message``."""

    def __init__(
        self,
        status: int,
        code: str | None = None,
        message: str | None = None,
        details: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        phrase = reason_phrase(status)
        super().__init__(message or phrase, code=code or _code_of(status))
        self.status = status
        self.message = message or phrase
        self.details = list(details)
        self.headers = dict(headers or {})


class ValidationFailed(HTTPError):
    """422: the request was understood, but these fields are not acceptable (all of them are listed)."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(422, "validation_failed", "Validation failed", errors)


class MissingDependencyError(ArlenMVCError):
    """A library that this needs is not installed; the message names the extra that brings it.

    ``details`` holds the ``extra``.
    """

    code = "missing_dependency"

    def __init__(self, message: str, *, extra: str) -> None:
        super().__init__(f"{message}; install it with pip install 'arlen-mvc[{extra}]'", details={"extra": extra})


class ContractViolated(ArlenMVCError):
    """An answer is not what its route promises: a fault of the application, answered with 500.

    ``details`` holds ``contract_errors``, a list of ``field``, ``code`` and ``message``, and the ``route``.
    """

    code = "response_contract_failed"
    details: dict[str, object]

    def __init__(self, route: str, errors: Sequence[FieldError]) -> None:
        told = "; ".join(f"{error.field} {error.message}" for error in errors)
        super().__init__(
            f"the response of {route} is not what its contract promises: {told}",
            details={"contract_errors": [error.as_dict() for error in errors], "route": route},
        )


class RenderError(ArlenMVCError):
    """A value cannot become a response. Codes: ``json_serialization_failed``, ``unsupported_return_type``."""

    code = "json_serialization_failed"


class TemplateError(ArlenMVCError):
    """A template is missing, malformed, or failed while it rendered.

    Codes: ``template_not_found``, ``template_syntax``, ``template_execution_failed``, ``template_io``,
    ``template_invalid_argument``. ``path`` is the template's file (or its logical name when there is none); ``line`` is
    1-based, ``None`` when there is no line; ``column`` is 1-based, and 1 when it is not known. ``details`` holds the
    three, and what was missing in a strict render: ``local``, ``key_path`` and ``segment``.
    """

    code = "template_execution_failed"
    details: dict[str, object]

    def __init__(
        self,
        message: str,
        *,
        code: str,
        path: str,
        line: int | None = None,
        column: int = 1,
        details: Mapping[str, object] | None = None,
    ) -> None:
        place = {"path": path, "line": line, "column": column}
        super().__init__(message, code=code, details={**place, **(details or {})})
        self.path = path
        self.line = line
        self.column = column


def _code_of(status: int) -> str:
    return "internal_error" if status == 500 else reason_phrase(status).lower().replace(" ", "_").replace("-", "_")


def reason_phrase(status: int) -> str:
    """The registered phrase (RFC 9110 section 15), or ``Error`` for a status that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
