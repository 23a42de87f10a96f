"""The arlen command and the boomhauer development server."""

from .errors import ArlenCLIError, Fixit

__all__ = ["ArlenCLIError", "Fixit", "__version__"]

__version__ = "0.1.0"
