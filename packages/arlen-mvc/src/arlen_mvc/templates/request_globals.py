"""What templates can ask of the request that they are rendered for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from arlen_mvc.current import current_context
from arlen_mvc.errors import ArlenMVCError

if TYPE_CHECKING:
    from arlen_mvc.context import Context


def csrf_token() -> str:
    """The token that scripts send in the header of unsafe requests."""
    return _ctx("csrf_token()").csrf_token


def csrf_field() -> Markup:
    """The hidden field that makes a form one of ours; nothing where CSRF protection is off."""
    ctx = _ctx("csrf_field()")
    settings = ctx.runtime.settings.csrf
    if not settings.enabled:
        return Markup("")
    return Markup('<input type="hidden" name="{}" value="{}">').format(settings.query_param_name, ctx.csrf_token)


def csp_nonce() -> str:
    """The word that lets a script or style of this page run."""
    return _ctx("csp_nonce()").csp_nonce


def flashes() -> list[tuple[str, str]]:
    """The messages to show, as pairs of category and message."""
    return _ctx("flashes()").flashes()


def t(key: str, **values: Any) -> str:
    """A text in the language of the request; see ``ctx.t``."""
    return _ctx("t()").t(key, **values)


class SessionView(Mapping[str, Any]):
    """The session, to be read; opened when a template first looks into it."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        return _ctx("session").session[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_ctx("session").session)

    def __len__(self) -> int:
        return len(_ctx("session").session)


REQUEST_GLOBALS: Mapping[str, Callable[..., Any] | SessionView] = {
    "csrf_token": csrf_token,
    "csrf_field": csrf_field,
    "csp_nonce": csp_nonce,
    "flashes": flashes,
    "session": SessionView(),
    "t": t,
}


def _ctx(what: str) -> Context:
    ctx = current_context()
    if ctx is None:
        raise ArlenMVCError(f"{what} in a template needs a request, and there is none here", code="no_request")
    return ctx
