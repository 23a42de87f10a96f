"""Jinja2 as Arlen sets it up: key paths that prefer mapping keys, nothing for what is missing, collections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context as TemplateContext
from jinja2.runtime import new_context
from markupsafe import Markup

from .template_flattening import FlatteningContext, flattened_source
from .template_globals import REQUEST_GLOBALS
from .template_output import escaped_text, nothing_for_none
from .template_places import name_included_files
from .templates import logical_file

_ESCAPED = ("html", "htm", "xml")


class SharedGlobalsTemplate(jinja2.Template):
    """A template that merges the globals of its environment as the one mapping that they are."""

    def new_context(
        self, vars: dict[str, Any] | None = None, shared: bool = False, locals: Mapping[str, Any] | None = None
    ) -> TemplateContext:
        own, common = self.globals.maps  # type: ignore[attr-defined]
        if own:
            return super().new_context(vars, shared, locals)
        parent = (vars or {}) if shared else dict(common, **(vars or {}))
        return new_context(self.environment, self.name, self.blocks, parent, True, None, locals)


class KeyPathEnvironment(jinja2.Environment):
    """``user.profile.email``: mappings by key first, other objects by attribute; ``_private`` is not reachable."""

    template_class = SharedGlobalsTemplate

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


class FlatteningEnvironment(KeyPathEnvironment):
    """For templates that are read once in a process: constant includes are compiled into the template that has them."""

    context_class = FlatteningContext
    escaped_text = staticmethod(escaped_text)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        flattened = flattened_source(self, source, name, filename, defer_init)
        return super()._generate(source, name, filename, defer_init) if flattened is None else flattened

    def handle_exception(self, source: str | None = None) -> NoReturn:
        name_included_files()
        super().handle_exception(source)


def make_environment(root: Path, reload: bool) -> jinja2.Environment:
    """An environment for the templates below ``root``; with ``reload`` a changed file is read again."""
    environment_class = KeyPathEnvironment if reload else FlatteningEnvironment
    environment = environment_class(
        loader=jinja2.FileSystemLoader(root),
        autoescape=lru_cache(maxsize=512)(jinja2.select_autoescape(_ESCAPED, default_for_string=True)),
        undefined=jinja2.ChainableUndefined,
        finalize=nothing_for_none,
        auto_reload=reload,
        cache_size=-1,
    )
    environment.globals["render_collection"] = render_collection
    environment.globals.update(REQUEST_GLOBALS)
    return environment


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
