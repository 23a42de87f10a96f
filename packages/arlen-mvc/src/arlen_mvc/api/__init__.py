"""Habits of JSON interfaces: one envelope for every answer, requests that may be repeated."""
