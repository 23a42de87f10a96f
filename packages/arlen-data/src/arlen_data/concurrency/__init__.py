"""Waiting, twice: ``tasks`` for asyncio and ``threads`` for threads, with the same names.

The asynchronous sources import ``tasks``; the generated synchronous twin imports ``threads``.
"""
