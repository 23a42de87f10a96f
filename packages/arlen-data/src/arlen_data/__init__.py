"""SQL for people who like SQL: databases, sync and async."""

__version__ = "0.1.0"
