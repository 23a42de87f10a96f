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
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from .constants import ConstantsGenerator
from .flattening import FlatteningContext, FlatteningGenerator, flattened_source
from .missing import KeyPathGenerator, StrictFlatteningGenerator, StrictMissing, keyed
from .names import logical_file
from .output import escaped_text, nothing_for_none, text_only
from .places import name_included_files
from .request_globals import REQUEST_GLOBALS
from .strictness import LENIENT, Strictness

EXTENSIONS = ("html", "htm", "xml", "txt", "json")
"""Files of the template directory that are templates."""

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

    code_generator_class = ConstantsGenerator
    template_class = SharedGlobalsTemplate
    keyed = staticmethod(keyed)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute[0] == "_":
            return self.undefined(obj=obj, name=attribute)
        if type(obj) is dict or isinstance(obj, Mapping):
            try:
                return obj[attribute]
            except KeyError:
                return super().getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str) and argument[:1] == "_" and not isinstance(obj, Mapping):
            return self.undefined(obj=obj, name=argument)
        return super().getitem(obj, argument)

    def join_path(self, template: str, parent: str) -> str:
        """Names inside templates are normalised like those outside."""
        return logical_file(template)


class FlatteningEnvironment(KeyPathEnvironment):
    """For templates that are read once in a process: constant includes are compiled into the template that has them."""

    context_class = FlatteningContext
    escaped_text = staticmethod(escaped_text)
    flattening_generator_class: type[FlatteningGenerator] = FlatteningGenerator

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        flattened = flattened_source(self.flattening_generator_class, self, source, name, filename, defer_init)
        return super()._generate(source, name, filename, defer_init) if flattened is None else flattened

    def handle_exception(self, source: str | None = None) -> NoReturn:
        name_included_files()
        super().handle_exception(source)


class StrictEnvironment(KeyPathEnvironment):
    """The first with strict locals."""

    code_generator_class = KeyPathGenerator


class StrictFlatteningEnvironment(FlatteningEnvironment):
    """The second with strict locals."""

    code_generator_class = KeyPathGenerator
    flattening_generator_class = StrictFlatteningGenerator


class SandboxedKeyPathEnvironment(KeyPathEnvironment, ImmutableSandboxedEnvironment):
    """For templates that users may edit; never flattened, so that it is Jinja2's own sandbox throughout."""


class StrictSandboxedEnvironment(SandboxedKeyPathEnvironment):
    """The same with strict locals."""

    code_generator_class = KeyPathGenerator


_WITHHELD_FROM_USERS = ("session",)


def make_environment(
    root: Path,
    reload: bool,
    strictness: Strictness = LENIENT,
    *,
    sandboxed: bool = False,
    compiled: jinja2.BytecodeCache | None = None,
) -> jinja2.Environment:
    """An environment for the templates below ``root``; with ``reload`` a changed file is read again."""
    environment = _class_for(reload, strictness.locals, sandboxed)(
        loader=jinja2.FileSystemLoader(root),
        autoescape=lru_cache(maxsize=512)(jinja2.select_autoescape(_ESCAPED, default_for_string=True)),
        undefined=StrictMissing if strictness.locals else jinja2.ChainableUndefined,
        finalize=text_only if strictness.stringify else nothing_for_none,
        auto_reload=reload,
        cache_size=-1,
        bytecode_cache=compiled,
    )
    environment.globals["render_collection"] = render_collection
    environment.globals.update(REQUEST_GLOBALS)
    if sandboxed:
        for name in _WITHHELD_FROM_USERS:
            environment.globals.pop(name)
    return environment


def _class_for(reload: bool, strict: bool, sandboxed: bool) -> type[KeyPathEnvironment]:
    if sandboxed:
        return StrictSandboxedEnvironment if strict else SandboxedKeyPathEnvironment
    if reload:
        return StrictEnvironment if strict else KeyPathEnvironment
    return StrictFlatteningEnvironment if strict else FlatteningEnvironment


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
