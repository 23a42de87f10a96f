"""A response with an attachment."""

from __future__ import annotations

from arlen_mvc import HTTPError, Request, Response, StreamResponse
from arlen_services import AttachmentStore
from arlen_services.attachments import answer
from arlen_services.attachments.disposition import Disposition


async def attachment_response(
    store: AttachmentStore, attachment_id: str, request: Request, disposition: Disposition = "attachment"
) -> Response:
    """Send an attachment piece by piece, with its name, its entity tag, ranges and ``nosniff``.

    What may run a script, such as HTML and SVG, is a download even where ``disposition`` is ``"inline"``.

    Raises:
        HTTPError: 404, there is no such attachment.
    """
    method = "HEAD" if request.method == "HEAD" else "GET"
    found = await answer(store, attachment_id, request.headers, method=method, disposition=disposition)
    if found is None:
        raise HTTPError(404)
    length = int(found.headers.pop("content-length", "0"))
    if found.status == 206 or found.status == 200:
        return StreamResponse(found.chunks or (), found.status, found.headers, length=length)
    return Response(b"", found.status, found.headers, content_type="")
