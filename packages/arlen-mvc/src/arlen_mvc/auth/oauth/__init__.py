"""Logging in with an account at another site (OAuth 2.0, OpenID Connect)."""

from .client import Login, OAuthClient
from .provider import Provider

__all__ = ["Login", "OAuthClient", "Provider"]
