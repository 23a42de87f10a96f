"""Test clients, contract suites and real services for testing Arlen applications and packages."""

__version__ = "0.1.0"
