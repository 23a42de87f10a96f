"""The tables ``[session]`` and ``[compatibility]``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

PREFIXES_OF_SECURE_COOKIES = ("__Host-", "__Secure-")


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """``[session]``"""

    enabled: bool | None = field(
        default=None,
        metadata={"env": "ARLEN_SESSION_ENABLED", "doc": "give requests a session; by default with the profile strict"},
    )
    store: str = field(
        default="cookie",
        metadata={
            "env": "ARLEN_SESSION_STORE",
            "choices": ("cookie", "cache"),
            "doc": "cookie: encrypted, with the browser; cache: in the cache of the application, under an opaque id",
        },
    )
    secret: str = field(
        default="",
        metadata={"env": "ARLEN_SESSION_SECRET", "doc": "what session cookies are encrypted with, 32 bytes or more"},
    )
    previous_secrets: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_SESSION_PREVIOUS_SECRETS",
            "doc": "secrets whose cookies are still read, and written again under the present one",
            "secret": True,
        },
    )
    cookie_name: str = field(
        default="arlen_session",
        metadata={
            "env": "ARLEN_SESSION_COOKIE_NAME",
            "doc": "name of the cookie; a name that begins with __Host- or __Secure- makes it secure",
        },
    )
    max_age_seconds: int = field(
        default=1_209_600,
        metadata={
            "env": "ARLEN_SESSION_MAX_AGE_SECONDS",
            "minimum": 1,
            "doc": "how long a session lasts from the last time that it was written",
        },
    )
    idle_timeout_seconds: int = field(
        default=0,
        metadata={
            "env": "ARLEN_SESSION_IDLE_TIMEOUT_SECONDS",
            "minimum": 0,
            "doc": "end a session that was not used for this long; 0 leaves it to max_age_seconds",
        },
    )
    absolute_timeout_seconds: int = field(
        default=0,
        metadata={
            "env": "ARLEN_SESSION_ABSOLUTE_TIMEOUT_SECONDS",
            "minimum": 0,
            "doc": "end every session this long after it began, however much it is used; 0 never does",
        },
    )
    secure: bool | None = field(
        default=None,
        metadata={"env": "ARLEN_SESSION_SECURE", "doc": "send the cookie over HTTPS only; by default in production"},
    )
    same_site: str = field(
        default="Lax",
        metadata={
            "env": "ARLEN_SESSION_SAMESITE",
            "choices": ("Lax", "Strict", "None"),
            "doc": "whether other sites' requests carry the cookie; None makes it secure",
        },
    )

    def resolved(self, enabled: bool, production: bool) -> SessionSettings:
        """The same with nothing left to decide: ``enabled`` is what the security profile says."""
        must_be_secure = self.same_site == "None" or self.cookie_name.startswith(PREFIXES_OF_SECURE_COOKIES)
        secure = production if self.secure is None else self.secure
        return replace(self, enabled=enabled if self.enabled is None else self.enabled, secure=must_be_secure or secure)

    @property
    def sealed_in_cookies(self) -> bool:
        """Whether the content of a session travels with its cookie, which takes a secret."""
        return self.store == "cookie"


@dataclass(frozen=True, slots=True)
class CompatibilitySettings:
    """``[compatibility]``"""

    page_state_enabled: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_PAGE_STATE_COMPAT_ENABLED",
            "doc": "keep page state in the session; otherwise it lives as long as the request",
        },
    )
