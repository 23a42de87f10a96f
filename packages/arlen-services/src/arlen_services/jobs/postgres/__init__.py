"""Jobs in PostgreSQL."""

from .queue import PostgresJobQueue, Wake

__all__ = ["PostgresJobQueue", "Wake"]
