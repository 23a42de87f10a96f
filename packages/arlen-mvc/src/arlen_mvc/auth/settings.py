"""The configuration keys of authentication."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """``[auth]``"""

    enabled: bool = field(
        default=False,
        metadata={"env": "ARLEN_AUTH_ENABLED", "doc": "refuse to start without a key that verifies bearer tokens"},
    )
    bearer_secret: str = field(
        default="",
        metadata={
            "env": "ARLEN_AUTH_BEARER_SECRET",
            "doc": "secret of tokens signed with HS256, HS384 or HS512; 32 bytes or more",
        },
    )
    key_files: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_AUTH_KEY_FILES",
            "doc": "public keys of tokens: PEM files, or JSON Web Key Sets (.json), relative to the application root",
        },
    )
    jwks_url: str = field(
        default="",
        metadata={"env": "ARLEN_AUTH_JWKS_URL", "doc": "address of a JSON Web Key Set with the public keys of tokens"},
    )
    jwks_cache_seconds: int = field(
        default=300, metadata={"minimum": 1, "doc": "age at which the keys of jwks_url are fetched again"}
    )
    algorithms: tuple[str, ...] = field(
        default=("HS256",),
        metadata={
            "env": "ARLEN_AUTH_ALGORITHMS",
            "doc": "signature algorithms that are accepted: HS*, RS*, PS*, ES* (256, 384, 512), EdDSA",
        },
    )
    issuer: str = field(
        default="", metadata={"env": "ARLEN_AUTH_ISSUER", "doc": "what iss of a token must be; empty: anything"}
    )
    audience: str = field(
        default="", metadata={"env": "ARLEN_AUTH_AUDIENCE", "doc": "what aud of a token must hold; empty: anything"}
    )
    leeway_seconds: int = field(
        default=0, metadata={"minimum": 0, "maximum": 300, "doc": "difference of clocks to allow in exp and nbf"}
    )
    required_claims: tuple[str, ...] = field(default=(), metadata={"doc": "claims that every token must hold"})
    link_secret: str = field(
        default="",
        metadata={"env": "ARLEN_AUTH_LINK_SECRET", "doc": "secret of signed links; 32 bytes or more"},
    )
    previous_link_secrets: tuple[str, ...] = field(
        default=(),
        metadata={"env": "ARLEN_AUTH_PREVIOUS_LINK_SECRETS", "doc": "secrets whose links are still accepted"},
    )
