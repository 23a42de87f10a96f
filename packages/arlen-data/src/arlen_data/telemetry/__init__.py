"""Who wants to know what statements do: observers of every one, repetitions, the figures of pools.

Observers are given to ``Database.open(..., observers=[...])``. ``arlen_data.telemetry.opentelemetry`` has one for
OpenTelemetry.
"""

from .observation import Observation, Observer, Server
from .pools import Measurement, pool_metrics
from .repetition import RepeatedStatements, Repetition

__all__ = ["Measurement", "Observation", "Observer", "RepeatedStatements", "Repetition", "Server", "pool_metrics"]
