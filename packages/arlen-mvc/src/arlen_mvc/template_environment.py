"""Jinja2 as Arlen sets it up: key paths that prefer mapping keys, nothing for what is missing, collections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2.runtime import Context as TemplateContext
from markupsafe import Markup

from .templates import logical_file

_ESCAPED = ("html", "htm", "xml")


class KeyPathEnvironment(jinja2.Environment):
    """``user.profile.email``: mappings by key first, other objects by attribute; ``_private`` is not reachable."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute[0] == "_":
            return self.undefined(obj=obj, name=attribute)
        if type(obj) is dict or isinstance(obj, Mapping):
            try:
                return obj[attribute]
            except KeyError:
                return super().getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def join_path(self, template: str, parent: str) -> str:
        """Names inside templates are normalised like those outside."""
        return logical_file(template)


def make_environment(root: Path, reload: bool) -> jinja2.Environment:
    """An environment for the templates below ``root``; with ``reload`` a changed file is read again."""
    environment = KeyPathEnvironment(
        loader=jinja2.FileSystemLoader(root),
        autoescape=jinja2.select_autoescape(_ESCAPED, default_for_string=True),
        undefined=jinja2.ChainableUndefined,
        finalize=_nothing_for_none,
        auto_reload=reload,
        cache_size=-1,
    )
    environment.globals["render_collection"] = render_collection
    return environment


def _nothing_for_none(value: Any) -> Any:
    return "" if value is None else value


@jinja2.pass_context
def render_collection(context: TemplateContext, partial: str, items: Iterable[Any], **options: str) -> str:
    """``{{ render_collection("partials/_row", rows, as="row") }}``: one partial for each ``row`` and ``row_index``."""
    name = options.pop("as", "item")
    if options:
        raise TypeError(f"render_collection takes as=, not {', '.join(options)}=")
    template = context.environment.get_template(logical_file(partial))
    visible = context.get_all()
    rows = (template.render({**visible, name: item, f"{name}_index": index}) for index, item in enumerate(items))
    return Markup("").join(Markup(row) for row in rows)
