"""The Arlen application: controllers, typed actions, templates, errors, health."""

__version__ = "0.1.0"
