"""Route patterns, a segment-tree index and URL building, with no dependencies."""

__version__ = "0.1.0"
