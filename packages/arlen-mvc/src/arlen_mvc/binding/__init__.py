"""From the signature of an action to the call that fills it in: decided once, when the application starts."""

from __future__ import annotations

from .markers import Body, Cookie, Depends, File, Form, Header, Path, Query, SessionValue

__all__ = ["Body", "Cookie", "Depends", "File", "Form", "Header", "Path", "Query", "SessionValue"]
