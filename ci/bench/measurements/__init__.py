"""What can be measured of servers, one module each; suites put them together."""

from .measurement import Measurement, Options, Say, Section

__all__ = ["Measurement", "Options", "Say", "Section"]
