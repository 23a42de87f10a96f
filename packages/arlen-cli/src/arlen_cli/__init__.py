"""The arlen command and the boomhauer development server."""

__version__ = "0.1.0"
