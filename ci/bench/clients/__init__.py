"""Clients that do one thing for a measurement, each a program of its own."""
