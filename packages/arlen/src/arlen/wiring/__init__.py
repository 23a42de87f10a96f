"""How data, services and realtime come into an application: one module for each, and nothing by import alone.

A module has ``claim(app)``, which reads its table of the configuration, and ``wire(app)``, which provides the resource
by type, built at start and closed at shutdown, and adds its readiness check.
"""
