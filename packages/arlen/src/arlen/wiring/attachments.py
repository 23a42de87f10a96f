"""The ``[attachments]`` table, as an ``AttachmentStore``, and the route of signed links."""

from __future__ import annotations

import logging

import arlen_mvc
from arlen_mvc import Application, ApplicationError, HTTPError, Response
from arlen_services import ArlenServicesError, AttachmentError, AttachmentSettings, AttachmentStore
from arlen_services.attachments import AttachmentLinks, MemoryAttachments, StoredAttachments, open_attachments

from arlen.attachments import attachment_response

TABLE = "attachments"
NOBODYS = "att-" + "0" * 32

_log = logging.getLogger("arlen")


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
    try:
        store = open_attachments(claim(app), app.root)
    except ArlenServicesError as error:
        source = app.config.explain(f"{TABLE}.url").source
        raise ApplicationError(f"{TABLE}.url ({source}): {error}", code=error.code, details=error.details) from error
    if app.environment == "production" and isinstance(store, MemoryAttachments):
        _log.warning(
            "attachments are kept in the memory of each process and lost when it ends; set attachments.url to file: or "
            "s3: in production"
        )
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
