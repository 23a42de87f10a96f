"""The layer that refuses unsafe requests which do not know the token of their session."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from arlen_mvc.errors import HTTPError
from arlen_mvc.forms import form_of
from arlen_mvc.sessions.session import CSRF_TOKEN_KEY, Session

from .exemption import is_exempt
from .origins import Origins
from .settings import CSRFSettings
from .tokens import is_token

if TYPE_CHECKING:
    from arlen_mvc.context import Context
    from arlen_mvc.routes import RouteDeclaration

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_logger = logging.getLogger("arlen")


class CSRFProtection:
    """Two questions to every unsafe request: did a foreign page send it, and does it know the token?

    The token is in the header, else in the query, else in a form field; a form is read only when it is asked for it,
    and its bytes stay there for the action.
    """

    __slots__ = ("_header", "_origins", "_parameter")

    def __init__(self, settings: CSRFSettings) -> None:
        self._header = settings.header_name.lower().encode()
        self._parameter = settings.query_param_name
        self._origins = Origins(settings.trusted_origins)

    def for_route(self, route: RouteDeclaration | None) -> CSRFProtection | BearerOrToken | None:
        """Nothing for routes that change nothing, and for those that are exempt."""
        if route is None or SAFE_METHODS.issuperset(route.methods) or route.csrf is False or is_exempt(route.action):
            return None
        return BearerOrToken(self) if route.protection else self

    async def process(self, ctx: Context) -> None:
        """Let the request pass, or not.

        Raises:
            HTTPError: 403 ``csrf_failed``.
        """
        request = ctx.request
        if request.method in SAFE_METHODS:
            return
        if self._origins.are_foreign(request):
            raise _refusal(ctx, "it comes from another origin")
        token = ctx.get(Session).get(CSRF_TOKEN_KEY)
        if token is None:
            raise _refusal(ctx, "its session has no token")
        shown = request.head.last.get(self._header, b"").decode("latin-1").strip()
        shown = shown or request.query.get(self._parameter) or await self._field(ctx)
        if not shown:
            raise _refusal(ctx, "it shows no token")
        if not is_token(shown, token):
            raise _refusal(ctx, "it shows another token")

    async def _field(self, ctx: Context) -> str:
        if ctx.request.content_type not in _FORMS:
            return ""
        await ctx.request.body()
        return (await form_of(ctx)).get(self._parameter, "")


class BearerOrToken:
    """For routes that ask who is calling: a bearer token without a session cookie is something no foreign page can
    make a browser send."""

    __slots__ = ("_protection",)

    def __init__(self, protection: CSRFProtection) -> None:
        self._protection = protection

    async def process(self, ctx: Context) -> None:
        fields = ctx.request.head.last
        if fields.get(b"authorization", b"")[:7].lower() == b"bearer " and _lacks_session_cookie(ctx):
            return
        await self._protection.process(ctx)


def _lacks_session_cookie(ctx: Context) -> bool:
    return not ctx.request.cookies.get(ctx.runtime.settings.session.cookie_name)


def _refusal(ctx: Context, reason: str) -> HTTPError:
    fields = {"request_id": ctx.request_id, "path": ctx.request.path, "reason": reason}
    _logger.info("csrf verification failed", extra={"fields": fields})
    return HTTPError(403, "csrf_failed", "csrf verification failed")
