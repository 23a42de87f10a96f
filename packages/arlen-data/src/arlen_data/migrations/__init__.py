"""Migrations: the schema of a database, step by step, in files."""

from __future__ import annotations

from .files import Migration, read_migrations
from .ledger import AppliedMigration
from .linter import Finding, findings_in
from .parts import PythonPart, SQLPart
from .plan import MigrationStatus, Step
from .structure import structure_of

__all__ = [
    "AppliedMigration",
    "Finding",
    "Migration",
    "MigrationStatus",
    "PythonPart",
    "SQLPart",
    "Step",
    "findings_in",
    "read_migrations",
    "structure_of",
]
