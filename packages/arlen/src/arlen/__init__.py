"""The Arlen web framework: the whole family in one install."""

__version__ = "0.1.0"
