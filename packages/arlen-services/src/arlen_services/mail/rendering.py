"""Messages out of templates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, TypeAlias

from arlen_services.i18n.locale import current_locale, use_locale

from .message import MailMessage

Render: TypeAlias = Callable[[str, Mapping[str, Any]], str]
"""Renders the template of a name with a context; what any template engine can be asked for."""

Part: TypeAlias = Literal["subject", "text", "html"]

_SUFFIXES: Mapping[Part, str] = {"subject": ".subject.txt", "text": ".txt", "html": ".html"}


def render_message(
    render: Render,
    template: str,
    context: Mapping[str, Any],
    *,
    locale: str = "",
    parts: Collection[Part] = ("subject", "text", "html"),
    inline_css: Callable[[str], str] | None = None,
    **fields: Any,
) -> MailMessage:
    """The message of ``<template>.subject.txt``, ``<template>.txt`` and ``<template>.html``.

    Args:
        locale: is current while the templates are rendered.
        parts: those that there are templates of.
        inline_css: moves the style sheets of the HTML into its tags, where mail programs look for them.
        fields: the other fields of the message, such as ``from_`` and ``to``.
    """
    with use_locale(locale or current_locale()):
        rendered = {part: render(template + _SUFFIXES[part], context) for part in parts}
    html = rendered.get("html", "")
    bodies = {"text_body": rendered.get("text", ""), "html_body": inline_css(html) if inline_css and html else html}
    subject = {"subject": " ".join(rendered["subject"].split())} if "subject" in rendered else {}
    return MailMessage(**{**bodies, **subject, **fields})
