"""The ``[attachments]`` table, as an ``AttachmentStore``, and the route of signed links."""

from __future__ import annotations

import arlen_mvc
from arlen_mvc import Application, ApplicationError, HTTPError, Response
from arlen_services import AttachmentError, AttachmentSettings, AttachmentStore
from arlen_services.attachments import AttachmentLinks, StoredAttachments, open_attachments

from arlen.attachments import attachment_response

from .opening import address_of, warn_of_memory

TABLE = "attachments"
NOBODYS = "att-" + "0" * 32


def claim(app: Application) -> AttachmentSettings:
    return app.section(TABLE, AttachmentSettings)


def wire(app: Application) -> None:
    """Provide the store; the default is the directory ``storage/attachments`` below the root, made by its first use.

    Where ``secret`` is set, ``AttachmentLinks`` are provided too, and ``GET <path>/{attachment_id}`` serves what they
    sign.
    """
    app.provide(AttachmentStore, _opened)
    settings = claim(app)
    if settings.secret:
        app.provide(AttachmentLinks, _links)
        app.get(f"{settings.path.rstrip('/')}/{{attachment_id}}", name="arlen_attachment")(_serve)

    @app.health_check(TABLE, critical=False)
    async def answers() -> dict[str, object]:
        store: AttachmentStore = app.resource(AttachmentStore)  # type: ignore[type-abstract]
        await store.info(NOBODYS)
        return {"adapter": store.adapter_name}


def _opened(app: Application) -> StoredAttachments:
    settings = claim(app)
    with address_of(app, TABLE):
        store = open_attachments(settings, app.root)
    warn_of_memory(app, TABLE, settings.url, "file: or s3:")
    return store


def _links(app: Application) -> AttachmentLinks:
    settings = claim(app)
    try:
        return AttachmentLinks(settings.secret, path=settings.path)
    except AttachmentError as error:
        raise ApplicationError(f"{TABLE}.secret: {error}", code=error.code) from error


async def _serve(ctx: arlen_mvc.Context, attachment_id: str) -> Response:
    try:
        disposition = ctx.get(AttachmentLinks).check(attachment_id, dict(ctx.request.query))
    except AttachmentError as error:
        raise HTTPError(403, error.code, str(error)) from error
    store = ctx.get(AttachmentStore)  # type: ignore[type-abstract]
    return await attachment_response(store, attachment_id, ctx.request, disposition)
