"""Who is asking, and whether they may: schemes that identify a caller, and what a route requires of one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api_key import ApiKey, KnownKeys, key_digest
    from .authenticator import Authenticator, authenticate
    from .basic import Basic
    from .bearer import Bearer
    from .claims import ClaimRules
    from .errors import AuthError, LinkError, OAuthError
    from .keys import Key
    from .link_guard import signed_link
    from .links import Links
    from .login import SessionLogin
    from .oauth import Login, OAuthClient, Provider
    from .passwords import PasswordCheck, Passwords, hash_password, verify_password
    from .principal import Principal
    from .protection import Protection
    from .pyjwt import key_set, pem_key, secret_key
    from .remote_keys import RemoteKeys
    from .scheme import Anyone, Scheme
    from .security_schemes import Security, describe_security
    from .tokens import Tokens

_MODULES = {
    "api_key": ("ApiKey", "KnownKeys", "key_digest"),
    "authenticator": ("Authenticator", "authenticate"),
    "basic": ("Basic",),
    "bearer": ("Bearer",),
    "claims": ("ClaimRules",),
    "errors": ("AuthError", "LinkError", "OAuthError"),
    "keys": ("Key",),
    "links": ("Links",),
    "login": ("SessionLogin",),
    "oauth": ("Login", "OAuthClient", "Provider"),
    "passwords": ("PasswordCheck", "Passwords", "hash_password", "verify_password"),
    "principal": ("Principal",),
    "protection": ("Protection",),
    "pyjwt": ("key_set", "pem_key", "secret_key"),
    "remote_keys": ("RemoteKeys",),
    "scheme": ("Anyone", "Scheme"),
    "security_schemes": ("Security", "describe_security"),
    "link_guard": ("signed_link",),
    "tokens": ("Tokens",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Anyone",
    "ApiKey",
    "AuthError",
    "Authenticator",
    "Basic",
    "Bearer",
    "ClaimRules",
    "Key",
    "KnownKeys",
    "LinkError",
    "Links",
    "Login",
    "OAuthClient",
    "OAuthError",
    "PasswordCheck",
    "Passwords",
    "Principal",
    "Protection",
    "Provider",
    "RemoteKeys",
    "Scheme",
    "Security",
    "SessionLogin",
    "Tokens",
    "authenticate",
    "describe_security",
    "hash_password",
    "key_digest",
    "key_set",
    "pem_key",
    "secret_key",
    "signed_link",
    "verify_password",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), name)
