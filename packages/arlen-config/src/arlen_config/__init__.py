"""Layered TOML configuration read once into typed, frozen dataclasses."""

__version__ = "0.1.0"
