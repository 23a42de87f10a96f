# Written by ci/unasync.py from _async/__init__.py: edit that file and run `python -m ci.unasync`.
"""The synchronous faces."""
