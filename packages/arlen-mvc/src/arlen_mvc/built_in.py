"""The addresses that every application answers of itself, unless a route of its own takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from arlen_http import Request

from .cluster.endpoint import PATH as CLUSTER
from .cluster.endpoint import cluster_action
from .cluster.status import ClusterStatus
from .composition import Step
from .context import Context
from .errors import HTTPError
from .health.endpoints import SIGNALS, HealthReport, is_local
from .metrics.endpoint import PATH as METRICS
from .metrics.endpoint import metrics_action
from .observability.observation import Observation
from .openapi.documents import Documents
from .openapi.endpoints import openapi_pages
from .sessions.settings import SessionSettings
from .settings import Settings


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """An address that answers GET and HEAD.

    Attributes:
        paths: where it is found; the first is what it is called.
        step: answers.
        elaborate: answers in its place the requests of which ``asks`` says so.
    """

    paths: tuple[str, ...]
    step: Step
    elaborate: Step | None = None
    asks: Callable[[Request], bool] = lambda request: False


def built_ins(
    settings: Settings, observation: Observation, documents: Documents, active_requests: Callable[[], int]
) -> Iterator[BuiltIn]:
    """Those of health, metrics, cluster and documentation."""
    observability, cluster = settings.observability, ClusterStatus.of(settings.cluster)
    report = HealthReport(observation.health, cluster, observability, active_requests)
    for signal in SIGNALS:
        word, checked = Step(report.word(signal), False), Step(report.checked(signal), True)
        yield BuiltIn(_with_json(signal.path), word, checked, report.asks_checks(signal))
    if observability.metrics_enabled:
        yield BuiltIn(_with_json(METRICS), Step(metrics_action(observation.metrics, observability), True))
    status = cluster_action(cluster, observation.capabilities, _session_contract(settings.session))
    guarded = _for_neighbours(status) if observability.health_details_local_only else status
    yield BuiltIn(_with_json(CLUSTER), Step(guarded, False))
    for paths, action in openapi_pages(settings.openapi, documents):
        yield BuiltIn(paths, Step(action, False))


def _with_json(path: str) -> tuple[str, ...]:
    return path, f"{path}.json"


def _for_neighbours(action: Callable[[Context], Any]) -> Callable[[Context], Any]:
    def answer(ctx: Context) -> Any:
        if not is_local(ctx.request):
            raise HTTPError(404)
        return action(ctx)

    return answer


def _session_contract(session: SessionSettings) -> dict[str, Any]:
    """How sessions are kept, for whoever puts several nodes behind one address."""
    return {
        "enabled": bool(session.enabled),
        "mode": "cookie_signed" if session.store == "cookie" else "server_side",
        "shared_secret_required": bool(session.enabled),
        "shared_secret_configured": bool(session.secret),
    }
