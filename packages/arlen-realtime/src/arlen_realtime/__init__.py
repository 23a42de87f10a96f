"""Publish and subscribe for web applications, with bounded queues."""

__version__ = "0.1.0"
