"""Databases and SQL builders: one module for each library; all of them do the same work."""
