"""What a caller is told who is not let in: 401 or 403, and never why (RFC 9110 section 15.5, RFC 6750 section 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arlen_mvc.errors import FieldError, HTTPError

from .errors import AuthError
from .scheme import Scheme

_TOKEN_CODES = frozenset(
    (
        "invalid_token_format", "invalid_token_header", "unsupported_algorithm", "unknown_key", "invalid_signature",
        "invalid_payload", "token_expired", "token_not_active", "invalid_audience", "invalid_issuer",
    )
)  # fmt: skip
_MISSING_PERMISSIONS = {
    "missing_scope": ("Missing required scope", "required_scopes", "granted_scopes"),
    "missing_role": ("Missing required role", "required_roles", "granted_roles"),
}


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals of one route."""

    schemes: Sequence[Scheme]
    scopes: tuple[str, ...] = ()

    def of(self, error: AuthError) -> HTTPError:
        """The answer to this failure; the failure itself is its cause, and stays here."""
        refusal = self._answer(error)
        refusal.__cause__ = error
        return refusal

    def _answer(self, error: AuthError) -> HTTPError:
        match error.code:
            case "missing_scope" | "missing_role":
                return self._lacking(error)
            case "policy_refused":
                return _plain(HTTPError(403), "forbidden")
            case "keys_unavailable":
                return HTTPError(503, headers={"retry-after": "30"})
            case _:
                return self._unidentified("invalid_token" if error.code in _TOKEN_CODES else "")

    def _unidentified(self, problem: str) -> HTTPError:
        meta = {"required_scopes": list(self.scopes)}
        details = [FieldError("auth", "unauthorized", "Unauthorized", meta)] if self.scopes else []
        return _plain(HTTPError(401, details=details, headers=self._challenges(problem)), "unauthorized")

    def _lacking(self, error: AuthError) -> HTTPError:
        message, required, granted = _MISSING_PERMISSIONS[error.code]
        known: Mapping[str, Any] = error.details if isinstance(error.details, dict) else {}
        meta = {required: list(known["required"]), granted: list(known["granted"])}
        headers = self._challenges("insufficient_scope") if error.code == "missing_scope" else {}
        detail = FieldError("auth", "forbidden", message, meta)
        return _plain(HTTPError(403, "forbidden", message, [detail], headers), "forbidden")

    def _challenges(self, problem: str) -> dict[str, str]:
        listed = ", ".join(filter(None, (scheme.challenge(self.scopes, problem) for scheme in self.schemes)))
        return {"www-authenticate": listed} if listed else {}


def _plain(error: HTTPError, text: str) -> HTTPError:
    error.plain = text
    return error
