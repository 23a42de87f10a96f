"""From syntax to the SQL of one dialect."""

from .compile import Compiled, Plan, compile_plan
from .dialect import POSTGRESQL, SQLITE, SQLITE_STRICT_LIKE, Dialect, dialect_of

__all__ = ["POSTGRESQL", "SQLITE", "SQLITE_STRICT_LIKE", "Compiled", "Dialect", "Plan", "compile_plan", "dialect_of"]
