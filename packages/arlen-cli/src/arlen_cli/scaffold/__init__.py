"""New applications: what they are called, which files they have, and how these reach the disk."""

from .errors import ScaffoldError
from .naming import AppName
from .plan import Layout, ScaffoldFile, plan
from .write import refuse_conflicts, write

__all__ = ["AppName", "Layout", "ScaffoldError", "ScaffoldFile", "plan", "refuse_conflicts", "write"]
