"""Jobs in Redis or Valkey."""

from .queue import RedisJobQueue

__all__ = ["RedisJobQueue"]
