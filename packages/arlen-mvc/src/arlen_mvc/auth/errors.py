"""Why somebody was not let in: for logs and code, never for the client."""

from __future__ import annotations

from arlen_mvc.errors import ArlenMVCError

_STATUSES = {"keys_unavailable": 503, "oauth_provider": 502}


class AuthError(ArlenMVCError):
    """A caller cannot be identified, or may not do what they ask for.

    Codes of credentials: ``missing_bearer_token``, ``missing_credentials``, ``invalid_credentials``,
    ``invalid_authorization_header``. Of tokens: ``invalid_token_format``, ``invalid_token_header``,
    ``unsupported_algorithm``, ``unknown_key``, ``invalid_signature``, ``invalid_payload``, ``token_expired``,
    ``token_not_active``, ``invalid_audience``, ``invalid_issuer``. Of permissions: ``missing_scope``,
    ``missing_role``, ``policy_refused``. Of the application: ``missing_verifier_secret``, ``keys_unavailable`` (nobody
    could be asked for them), ``invalid_key``, ``missing_session``.

    ``details`` says more where there is more to say (``required`` and ``granted`` of a missing scope, ``claim``).
    """

    code = "invalid_credentials"

    @property
    def status(self) -> int:
        """What a request is answered with that nobody rescues from this error."""
        return _STATUSES.get(self.code, 401)


class LinkError(ArlenMVCError):
    """A link does not lead where its signature says.

    Codes: ``link_unsigned``, ``link_forged``, ``link_expired``, and ``missing_link_secret`` of the application.
    """

    code = "link_forged"


class OAuthError(AuthError):
    """A login with another site failed.

    Codes: ``oauth_refused`` (the provider or the person said no; ``details["error"]`` is its word, RFC 6749 section
    4.1.2.1), ``oauth_state`` (the answer belongs to no login that this browser began), ``oauth_provider`` (the
    provider is out of reach or its answer is not understood), ``oauth_id_token`` (its token is not acceptable).
    """

    code = "oauth_provider"
