"""A page that shows the mail of a development application, as an ASGI application to mount."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from html import escape
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote, unquote

from .delivery import MailDelivery
from .mailer import Mailer
from .message import MailMessage
from .mime import compose, new_message_id, to_bytes

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_PAGE = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"
_BODY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}"
    "iframe{width:100%;height:30rem;border:1px solid #ddd}pre{white-space:pre-wrap}"
)


class Answer(NamedTuple):
    """What a request is answered with."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    policy: str = _PAGE
    status: int = 200
    disposition: str = "inline"


class MailViewer:
    """Lists what a mailer delivered, newest first, and shows each message. For development: it knows no users.

    Args:
        mailer: a `MemoryMailer` or a `FileMailer`, as a rule.
        previews: messages that are made when somebody looks at them, by name.
    """

    __slots__ = ("_mailer", "_previews")

    def __init__(self, mailer: Mailer, previews: Mapping[str, Callable[[], MailMessage]] | None = None) -> None:
        self._mailer = mailer
        self._previews = dict(previews or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        root = scope.get("root_path", "").rstrip("/")
        path = scope["path"].removeprefix(root) if root else scope["path"]
        if scope["method"] in ("GET", "HEAD"):
            answer = await self._answer(path.strip("/").split("/"), root)
        else:
            answer = _plain("only GET is answered", 405)
        await _send(answer, send, with_body=scope["method"] != "HEAD")

    async def _answer(self, path: list[str], root: str) -> Answer:
        match path:
            case [""]:
                return await self._index(root)
            case [kind, name, *rest] if kind in ("mail", "preview"):
                delivery = await self._delivery(kind, unquote(name))
                return _shown(delivery, rest, f"{root}/{kind}/{quote(name, safe='')}") if delivery else _missing()
            case _:
                return _missing()

    async def _delivery(self, kind: str, name: str) -> MailDelivery | None:
        if kind == "preview":
            make = self._previews.get(name)
            return MailDelivery(name, datetime.now(UTC), make()) if make else None
        return next((each for each in await self._mailer.deliveries() if each.delivery_id == name), None)

    async def _index(self, root: str) -> Answer:
        rows = [_row(each, root) for each in reversed(await self._mailer.deliveries())]
        previews = [
            f'<li><a href="{root}/preview/{quote(name, safe="")}">{escape(name)}</a></li>' for name in self._previews
        ]
        table = f"<table><tr><th>When<th>To<th>Subject</tr>{''.join(rows)}</table>" if rows else "<p>No mail yet.</p>"
        shown = f"<h2>Previews</h2><ul>{''.join(previews)}</ul>" if previews else ""
        return _page("Mail", f"<h1>Mail</h1>{table}{shown}")


def _row(delivery: MailDelivery, root: str) -> str:
    message = delivery.message
    link = f"{root}/mail/{quote(delivery.delivery_id, safe='')}"
    return (
        f"<tr><td>{delivery.timestamp:%Y-%m-%d %H:%M:%S}<td>{escape(', '.join(message.recipients))}"
        f'<td><a href="{link}">{escape(message.subject) or "(no subject)"}</a></tr>'
    )


def _shown(delivery: MailDelivery, rest: list[str], here: str) -> Answer:
    match rest:
        case []:
            return _message_page(delivery.message, here)
        case ["html"]:
            return Answer(_with_images(delivery.message).encode(), policy=_BODY)
        case ["eml"]:
            mail = compose(delivery.message, message_id=new_message_id(delivery.message), date=delivery.timestamp)
            return Answer(to_bytes(mail), "message/rfc822", _BODY, disposition='attachment; filename="message.eml"')
        case ["attachments", number] if number.isdecimal() and int(number) < len(delivery.message.attachments):
            attachment = delivery.message.attachments[int(number)]
            name = quote(attachment.name, safe="")
            return Answer(
                attachment.content,
                "application/octet-stream",
                _BODY,
                disposition=f"attachment; filename*=UTF-8''{name}",
            )
        case _:
            return _missing()


def _message_page(message: MailMessage, here: str) -> Answer:
    fields = {
        "From": message.from_,
        "To": ", ".join(message.to),
        "Cc": ", ".join(message.cc),
        "Bcc": ", ".join(message.bcc),
        "Reply-To": ", ".join(message.reply_to),
        **message.headers,
    }
    rows = "".join(f"<tr><th>{escape(name)}<td>{escape(value)}</tr>" for name, value in fields.items() if value)
    files = "".join(
        f'<li><a href="{here}/attachments/{number}">{escape(each.name)}</a> ({len(each.content)} bytes)</li>'
        for number, each in enumerate(message.attachments)
    )
    html = f'<h2>HTML</h2><iframe sandbox src="{here}/html"></iframe>' if message.html_body else ""
    text = f"<h2>Text</h2><pre>{escape(message.text_body)}</pre>" if message.text_body else ""
    return _page(
        message.subject,
        f"<h1>{escape(message.subject)}</h1><table>{rows}</table>{html}{text}<ul>{files}</ul>"
        f'<p><a href="{here}/eml">The message as a file</a></p>',
    )


def _with_images(message: MailMessage) -> str:
    html = message.html_body
    for each in message.attachments:
        if each.content_id:
            data = base64.b64encode(each.content).decode("ascii")
            html = html.replace(f"cid:{each.content_id}", f"data:{each.content_type};base64,{data}")
    return html


def _page(title: str, body: str) -> Answer:
    return Answer(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><body>{body}</body></html>".encode()
    )


def _plain(text: str, status: int) -> Answer:
    return Answer(text.encode(), "text/plain; charset=utf-8", status=status)


def _missing() -> Answer:
    return _plain("there is no such message", 404)


async def _send(answer: Answer, send: Send, *, with_body: bool) -> None:
    headers = {
        "content-type": answer.content_type,
        "content-length": str(len(answer.body)),
        "content-security-policy": answer.policy,
        "content-disposition": answer.disposition,
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
    }
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})
