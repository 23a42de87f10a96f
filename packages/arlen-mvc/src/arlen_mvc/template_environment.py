"""The Jinja2 environment, where development tools look for it."""

from __future__ import annotations

from .templates.environment import make_environment

__all__ = ["make_environment"]
