"""Traces: what is told of every request when it is over, and spans around it while it lasts."""

from .exporter import TraceExporter
from .tracer import Span, Tracer

__all__ = ["Span", "TraceExporter", "Tracer"]
