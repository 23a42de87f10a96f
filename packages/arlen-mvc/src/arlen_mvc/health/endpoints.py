"""Is it alive, is it healthy, is it ready: three addresses for whoever watches the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from arlen_http import Request, Response

from arlen_mvc.cluster.status import ClusterStatus
from arlen_mvc.context import Context
from arlen_mvc.observability.settings import ObservabilitySettings
from arlen_mvc.results import JSON, TEXT, encode_json

from .health import Health

Checks = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Signal:
    """One of the three addresses."""

    path: str
    name: str
    word: str


HEALTHY = Signal("/healthz", "health", "ok")
READY = Signal("/readyz", "ready", "ready")
LIVE = Signal("/livez", "live", "live")
SIGNALS = (HEALTHY, READY, LIVE)

_VARYING = {"vary": "Accept"}


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What the three addresses answer from.

    Attributes:
        active_requests: how many requests are being served.
    """

    health: Health
    cluster: ClusterStatus
    settings: ObservabilitySettings
    active_requests: Callable[[], int]

    def word(self, signal: Signal) -> Callable[[Context], Response]:
        """A line of text, without asking the checks."""
        plain = f"{signal.word}\n".encode()

        def answer(ctx: Context) -> Response:
            return Response(plain, 200, _VARYING, TEXT)

        def answer_ready(ctx: Context) -> Response:
            return answer(ctx) if self._ready({}) else Response(b"not_ready\n", 503, _VARYING, TEXT)

        return answer_ready if signal is READY else answer

    def checked(self, signal: Signal) -> Callable[[Context], Any]:
        """A line of text, or JSON for those who want it and may see it, with what the checks say now."""

        async def answer(ctx: Context) -> Response:
            checks = await self.health.check_all()
            ready = self._ready(checks)
            ok = ready or signal is not READY
            word, status = (signal.word, 200) if ok else ("not_ready", 503)
            if not self.shows_details(ctx.request):
                return Response(f"{word}\n".encode(), status, _VARYING, TEXT)
            payload: dict[str, Any] = {"ok": ok, "signal": signal.name, "status": word if signal is READY else "ok"}
            if signal is READY:
                payload["ready"] = ready
            payload |= {
                "timestamp_utc": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "uptime_seconds": self.health.uptime_seconds,
                "checks": {**self._own_checks(), **checks},
            }
            return Response(encode_json(payload), status, _VARYING, JSON)

        return answer

    def asks_checks(self, signal: Signal) -> Callable[[Request], bool]:
        """Whether a request needs more than a word."""
        if signal is READY:
            return lambda request: self.health.has_checks or self.shows_details(request)
        return self.shows_details

    def shows_details(self, request: Request) -> bool:
        """Whether the client names JSON, and may see the details."""
        settings = self.settings
        if not (settings.health_details_enabled and names_json(request)):
            return False
        return not settings.health_details_local_only or is_local(request)

    def _ready(self, checks: Checks) -> bool:
        health, settings = self.health, self.settings
        broken = any(check["critical"] and not check["ok"] for check in checks.values())
        waiting = settings.readiness_requires_startup and not health.started
        alone = settings.readiness_requires_cluster_quorum and not self.cluster.quorum_met
        return not (health.stopping or waiting or alone or broken)

    def _own_checks(self) -> Checks:
        started, cluster, settings = self.health.started, self.cluster, self.settings
        return {
            "request_dispatch": {"ok": True, "mode": "in_process"},
            "metrics_registry": {"ok": True, "source": "MetricsRegistry"},
            "active_requests": {"ok": True, "value": float(self.active_requests())},
            "startup": {
                "ok": started or not settings.readiness_requires_startup,
                "started": started,
                "required_for_readyz": settings.readiness_requires_startup,
            },
            "cluster_quorum": {
                "ok": cluster.quorum_met or not settings.readiness_requires_cluster_quorum,
                "required_for_readyz": settings.readiness_requires_cluster_quorum,
                "status": cluster.state,
                "observed_nodes": cluster.observed_nodes,
                "expected_nodes": cluster.expected_nodes,
            },
        }


def names_json(request: Request) -> bool:
    """Whether the client asks for JSON by name."""
    if request.raw_path.endswith(".json") or b"json" in request.head.last.get(b"accept", b"").lower():
        return True
    return bool(request.query_string) and request.query.get("format") == "json"


def is_local(request: Request) -> bool:
    """Whether the client is on this machine. A request that a proxy passed on comes from elsewhere, unless a trusted
    one says that it does not."""
    from ipaddress import ip_address

    fields = request.head.last
    if (b"x-forwarded-for" in fields or b"forwarded" in fields) and request.forwarded.client is None:
        return False
    try:
        address = ip_address(request.effective_remote_address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
