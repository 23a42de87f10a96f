"""SQLite's own clauses."""

from arlen_data.postgres.json import json_get, json_set, json_text, json_value
from arlen_data.sql.upsert import Upsert, insert_from, insert_into, insert_many

__all__ = ["Upsert", "insert_from", "insert_into", "insert_many", "json_get", "json_set", "json_text", "json_value"]
