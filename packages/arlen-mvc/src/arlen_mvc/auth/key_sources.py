"""The verifier of bearer tokens that the configuration describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from .claims import ClaimRules
from .errors import AuthError
from .keys import Key
from .pyjwt import key_set, pem_key, secret_key
from .remote_keys import RemoteKeys
from .settings import AuthSettings
from .tokens import Tokens


def tokens_of(settings: AuthSettings, root: Path) -> Tokens:
    """The verifier, with every key that the settings name.

    Raises:
        AuthError: ``missing_verifier_secret``; ``invalid_key`` for a file that cannot be read or holds no key.
    """
    keys = (*_secrets(settings), *_from_files(settings.key_files, root))
    if not keys and not settings.jwks_url:
        raise AuthError(
            "there is no key to verify tokens with; set auth.bearer_secret, auth.key_files or auth.jwks_url",
            code="missing_verifier_secret",
        )
    remote = RemoteKeys(settings.jwks_url, max_age=settings.jwks_cache_seconds) if settings.jwks_url else None
    rules = ClaimRules(settings.issuer, settings.audience, settings.leeway_seconds, settings.required_claims)
    return Tokens(keys, settings.algorithms, rules, remote=remote)


def _secrets(settings: AuthSettings) -> tuple[Key, ...]:
    return (secret_key(settings.bearer_secret),) if settings.bearer_secret.strip() else ()


def _from_files(names: tuple[str, ...], root: Path) -> Iterator[Key]:
    for name in names:
        try:
            text = (root / name).read_text("utf-8")
            yield from key_set(json.loads(text)) if name.endswith(".json") else (pem_key(text),)
        except (OSError, ValueError, AuthError) as error:
            message = f"{root / name} gives no key: {error}"
            raise AuthError(message, code="invalid_key", details={"file": name}) from error
