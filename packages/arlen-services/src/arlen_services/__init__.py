"""Application services behind small protocols: cache first."""

__version__ = "0.1.0"
