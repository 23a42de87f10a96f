"""Publish and subscribe for web applications, with bounded queues."""

from .errors import ArlenRealtimeError, HubError, SlowConsumer, SubscriptionRejected
from .hub import Hub, HubMetrics
from .message import Message
from .settings import RealtimeSettings
from .subscription import Overflow, Subscription

__version__ = "0.1.0"

__all__ = [
    "ArlenRealtimeError",
    "Hub",
    "HubError",
    "HubMetrics",
    "Message",
    "Overflow",
    "RealtimeSettings",
    "SlowConsumer",
    "Subscription",
    "SubscriptionRejected",
]
