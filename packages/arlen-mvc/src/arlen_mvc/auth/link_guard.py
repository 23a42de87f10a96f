"""The guard of routes that are reached by signed links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arlen_mvc.errors import HTTPError

from .errors import LinkError

if TYPE_CHECKING:
    from arlen_mvc.context import Context


def signed_link(ctx: Context) -> bool:
    """A guard: lets requests in whose address comes from ``ctx.signed_url_for``.

    Raises:
        HTTPError: 403 ``link_expired``, for a link that was good once; others are refused like by any guard.
    """
    request = ctx.request
    try:
        ctx.runtime.authenticator.links.verify(f"{request.root_path}{request.raw_path}?{request.query_string}")
    except LinkError as error:
        if error.code == "link_expired":
            raise HTTPError(403, "link_expired", "this link has expired") from error
        return False
    return True
