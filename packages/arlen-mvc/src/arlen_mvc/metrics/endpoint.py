"""What was counted, for whoever asks ``/metrics``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from arlen_http import Response
from arlen_router import negotiate, register_media_type

from arlen_mvc.errors import HTTPError
from arlen_mvc.results import JSON, encode_json

from .exposition import OPENMETRICS_TYPE, TEXT_TYPE, as_json, as_openmetrics, as_text
from .registry import MetricsRegistry

if TYPE_CHECKING:
    from arlen_mvc.context import Context
    from arlen_mvc.observability.settings import ObservabilitySettings

PATH = "/metrics"

register_media_type("openmetrics", "application/openmetrics-text")

_OFFERED = ("txt", "openmetrics", "json")


def metrics_action(
    metrics: MetricsRegistry, settings: ObservabilitySettings
) -> Callable[[Context], Awaitable[Response]]:
    """Answers with Prometheus text, OpenMetrics text or JSON, as the client prefers.

    Where a token is set, ``Authorization: Bearer <token>`` has to bring it; else the answer is 401.
    """
    refuse = _asking_for(settings.metrics_token) if settings.metrics_token else _asking_for_nothing
    prefix = settings.metrics_prefix

    async def answer(ctx: Context) -> Response:
        refuse(ctx)
        snapshot = await metrics.gathered()
        match _format(ctx):
            case "json":
                body, content_type = encode_json(as_json(snapshot)), JSON
            case "openmetrics":
                body, content_type = as_openmetrics(snapshot, prefix), OPENMETRICS_TYPE
            case _:
                body, content_type = as_text(snapshot, prefix), TEXT_TYPE
        return Response(body, 200, {"cache-control": "no-store", "vary": "Accept"}, content_type)

    return answer


def _asking_for(token: str) -> Callable[[Context], None]:
    from hmac import compare_digest

    expected = f"Bearer {token}".encode()

    def refuse(ctx: Context) -> None:
        if not compare_digest(ctx.request.head.last.get(b"authorization", b"").strip(), expected):
            raise HTTPError(401, headers={"www-authenticate": 'Bearer realm="metrics"'})

    return refuse


def _asking_for_nothing(ctx: Context) -> None:
    return None


def _format(ctx: Context) -> str | None:
    if ctx.request.raw_path.endswith(".json") or ctx.query("format") == "json":
        return "json"
    return negotiate(ctx.header("accept"), _OFFERED)
