"""What validation adds to the context."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from arlen_mvc.context.answers import Answers
from arlen_mvc.error_pages.answers import Failure, show_json
from arlen_mvc.errors import FieldError, ValidationFailed
from arlen_mvc.scalars import parse_integer

from .validated import RecordedErrors, Validated

if TYPE_CHECKING:
    from arlen_mvc.context import Context

_NOTHING: Mapping[str, Any] = {}


class Validation(Answers):
    """Validated values, and errors that an action collects by itself."""

    __slots__ = ()

    @property
    def validated(self) -> Any:
        """The coerced output of the request contract: a dict of the declared fields, or an instance of the model.

        ``{}`` on a route without a request contract.
        """
        validated = self.kept(Validated)
        return {} if validated is None else validated.content

    def validated_value(self, name: str) -> Any:
        """One field of :attr:`validated`; ``None`` when there is none of this name."""
        return self._validated_members.get(name)

    @property
    def params(self) -> dict[str, Any]:
        """Query parameters (the last of each name), overridden by path parameters and by validated values."""
        return {**self.request.query, **self.path_params, **self._validated_members}

    def param(self, name: str) -> Any:
        """The validated value of this name, else the path parameter, else the query parameter, else ``None``."""
        for values in (self._validated_members, self.path_params, self.request.query):
            if name in values:
                return values[name]
        return None

    def string_param(self, name: str) -> str | None:
        """The same as text."""
        value = self.param(name)
        return None if value is None else str(value)

    def require_string(self, name: str) -> str | None:
        """The parameter as text; when it is absent or empty, ``None`` and an error ``missing`` in :attr:`errors`."""
        value = self.string_param(name)
        if not value:
            self.add_error(name, "missing", "is required")
            return None
        return value

    def require_int(self, name: str) -> int | None:
        """The parameter as an integer of 64 bits; otherwise ``None`` and an error in :attr:`errors`.

        The error is ``missing`` when it is absent or empty, and ``invalid_integer`` when it is anything else.
        """
        text = self.require_string(name)
        if text is None:
            return None
        try:
            return parse_integer(text)
        except ValueError:
            self.add_error(name, "invalid_integer", "must be an integer")
            return None

    def add_error(
        self,
        field: str,
        code: str = "invalid",
        message: str = "invalid value",
        meta: Mapping[str, object] | None = None,
    ) -> None:
        """Record that something is wrong with a field; :meth:`render_errors` tells the client."""
        recorded = self.kept(RecordedErrors)
        if recorded is None:
            recorded = self.keep(RecordedErrors, RecordedErrors())
        recorded.append(FieldError(field, code, message, meta or {}))

    @property
    def errors(self) -> list[FieldError]:
        """A copy of the validation errors of this request so far, those of its contract included."""
        return list(self.kept(RecordedErrors) or ())

    def render_errors(self) -> bool:
        """Answer with 422 and the recorded errors, as JSON; ``False``, and nothing is done, when there are none."""
        errors = self.kept(RecordedErrors)
        if not errors:
            return False
        refusal = ValidationFailed(errors)
        failure = Failure(refusal.status, refusal.code, refusal.message, tuple(errors))
        self.adopt(show_json(cast("Context", self), failure))
        self.committed = True
        return True

    @property
    def _validated_members(self) -> Mapping[str, Any]:
        validated = self.kept(Validated)
        return _NOTHING if validated is None else validated.members
