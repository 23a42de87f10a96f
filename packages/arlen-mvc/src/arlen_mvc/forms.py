"""The form of a request: read once, and kept for whoever asks again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .context.answers import Answers

if TYPE_CHECKING:
    from arlen_http import Form, UploadFile

    from .context.state import RequestState


async def form_of(ctx: RequestState) -> Form:
    """The form of this request; empty when nothing was sent. From then on it is there by its type.

    Raises:
        arlen_http.RequestRefused: 400 for a broken form, 413 above a limit, 415 for another media type.
    """
    from arlen_http import Form

    kept = ctx.kept(Form)
    if kept is not None:
        return kept
    request = ctx.request
    if not request.content_type and not await request.body():
        return ctx.keep(Form, Form())
    return ctx.keep(Form, await request.form())


def sent_form(ctx: RequestState) -> Form:
    """The form that :func:`form_of` has read before."""
    from arlen_http import Form

    return ctx.get(Form)


class FormShortcuts(Answers):
    """What an action does with the form of its request."""

    __slots__ = ()

    async def form(self) -> Form:
        """The fields and files of the body; empty when nothing was sent, and the same each time.

        Raises:
            arlen_http.RequestRefused: 400 for a broken form, 413 above a limit, 415 for another media type.
        """
        return await form_of(self)

    async def files(self) -> list[tuple[str, UploadFile]]:
        """The files of the form, each with the name of its field, in order of arrival.

        Raises:
            As :meth:`form`.
        """
        return (await form_of(self)).files
