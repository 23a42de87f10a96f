"""Constant includes compiled into the template that has them: one function instead of a context for each partial."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_ALIAS, VAR_LOAD_RESOLVE

from .constants import ConstantsGenerator
from .output import nothing_for_none

_MOST_PARTIALS = 64
_LEVELS_PER_PARTIAL = 100

_UNREADABLE = (OSError, UnicodeDecodeError, jinja2.TemplateSyntaxError)
# What a partial may consist of. Macros, call blocks and recursive loops are functions that may outlive the partial;
# blocks, extends and autoescape belong to a template of its own.
_SIMPLE = (
    *(nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.With, nodes.Assign, nodes.AssignBlock),
    *(nodes.FilterBlock, nodes.Import, nodes.FromImport, nodes.Include, nodes.Name, nodes.NSRef, nodes.Const),
    *(nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test),
    *(nodes.Call, nodes.Getitem, nodes.Getattr, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand),
    *(nodes.BinExpr, nodes.UnaryExpr),
)
# Below these a site keeps its own render: their bodies are functions, or change the escaping.
_OPAQUE = (nodes.Macro, nodes.CallBlock, nodes.EvalContextModifier, nodes.OverlayScope)


@dataclass(frozen=True, slots=True)
class Partial:
    """The tree of an included template."""

    name: str
    tree: nodes.Template


@dataclass(slots=True)
class Plan:
    """Which include nodes of a template are replaced by which partial."""

    environment: jinja2.Environment
    partials: dict[int, Partial] = field(default_factory=dict)

    def extend(self, tree: nodes.Node, name: str, ancestors: tuple[str, ...] = ()) -> None:
        """Find the partials of ``tree``, the template ``name`` that these ancestors include."""
        family = (*ancestors, name)
        for site in _sites(tree):
            if len(self.partials) < _MOST_PARTIALS:
                partial = self._partial(site, family)
                if partial is not None:
                    self.partials[id(site)] = partial
                    self.extend(partial.tree, partial.name, family)

    def below(self, tree: nodes.Node) -> Iterator[nodes.Template]:
        """The trees of all partials that are rendered with ``tree``, but not those of its blocks."""
        for site in _sites(tree, nodes.Block):
            if id(site) in self.partials:
                partial = self.partials[id(site)].tree
                yield partial
                yield from self.below(partial)

    def _partial(self, site: nodes.Include, family: tuple[str, ...]) -> Partial | None:
        target = site.template
        if not site.with_context or not isinstance(target, nodes.Const) or not isinstance(target.value, str):
            return None
        environment = self.environment
        name = environment.join_path(target.value, family[-1])
        same_escaping = _escapes(environment, name) == _escapes(environment, family[0])
        if name in family or not same_escaping or environment.loader is None:
            return None
        try:
            source, filename, _ = environment.loader.get_source(environment, name)
            tree = environment.parse(source, name, filename)
        except _UNREADABLE:
            return None
        return Partial(name, tree) if filename is not None and self._is_simple(tree) else None

    def _is_simple(self, tree: nodes.Template) -> bool:
        return all(isinstance(node, _SIMPLE) and not self._needs_own_render(node) for node in tree.find_all(nodes.Node))

    def _needs_own_render(self, node: nodes.Node) -> bool:
        match node:
            case nodes.Name():
                return node.name == "self"
            case nodes.For():
                return node.recursive
            case nodes.Filter() | nodes.Test():
                known = self.environment.filters if isinstance(node, nodes.Filter) else self.environment.tests
                return node.name not in known or _takes_context(known[node.name])
        return False


def _sites(node: nodes.Node, *barriers: type[nodes.Node]) -> Iterator[nodes.Include]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Include):
            yield child
        elif not isinstance(child, (*_OPAQUE, *barriers)) and not getattr(child, "recursive", False):
            yield from _sites(child, *barriers)


def _escapes(environment: jinja2.Environment, name: str) -> bool:
    return bool(nodes.EvalContext(environment, name).autoescape)


def _takes_context(function: Any) -> bool:
    return getattr(getattr(function, "jinja_pass_arg", None), "name", None) == "context"


@dataclass(frozen=True, slots=True)
class _Open:
    """The partial that is being written: its outermost frame, and an expression for each name its includer sees."""

    partial: Partial
    frame: Frame
    outer: dict[str, str]


class FlatteningGenerator(ConstantsGenerator):
    """Jinja2's compiler, which writes the body of a planned partial where it is included.

    A partial gets a frame of its own, as in Jinja2, so that nothing it assigns can leave it. Names that it reads come
    from the includer's variables first and from the context otherwise, as in Jinja2. The module of the template tells
    in ``inclusions`` which of its lines were written for which other template.
    """

    def __init__(self, plan: Plan, name: str, filename: str | None, defer_init: bool) -> None:
        super().__init__(plan.environment, name, filename, None, defer_init, plan.environment.optimized)
        self._plan = plan
        self._open: _Open | None = None
        self._written = 0
        self._inclusions: list[tuple[int, int, str]] = []

    def generate(self, tree: nodes.Template) -> str:
        """The Python source of the template."""
        self.visit(tree)
        self.writeline(f"inclusions = {self._inclusions!r}")
        return str(self.stream.getvalue())  # type: ignore[attr-defined]

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("_loop_vars = {}")
        self.writeline("escaped_text = environment.escaped_text")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if self._escapes_output(frame):
            self.write("escaped_text(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if self._escapes_output(frame):
            self.write(")")
        else:
            super()._output_child_post(node, frame, finalize)

    def _escapes_output(self, frame: Frame) -> bool:
        known = self.environment.finalize is nothing_for_none and not frame.eval_ctx.volatile
        return known and bool(frame.eval_ctx.autoescape)

    def pull_dependencies(self, nodes: Iterable[nodes.Node]) -> None:
        own = list(nodes)
        super().pull_dependencies([*own, *(tree for node in own for tree in self._plan_below(node))])

    def _plan_below(self, node: nodes.Node) -> Iterator[nodes.Template]:
        return self._plan.below(nodes.Scope([node]))

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        partial = self._plan.partials.get(id(node))
        if partial is None:
            super().visit_Include(node, frame)
            return
        escaped = "" if _escapes(self.environment, partial.name) else "not "
        self.writeline(f"if {escaped}context.eval_ctx.autoescape:", node)
        self.indent()
        self._write(partial, frame)
        self.outdent()
        self.writeline("else:", node)
        self.indent()
        super().visit_Include(node, frame)
        self.outdent()

    def _write(self, partial: Partial, frame: Frame) -> None:
        self._written += 1
        inner = Frame(nodes.EvalContext(self.environment, partial.name), level=self._written * _LEVELS_PER_PARTIAL)
        inner.buffer = frame.buffer
        inner.symbols.analyze_node(partial.tree)
        loop_vars = self.temporary_identifier()
        self.writeline(f"{loop_vars} = _loop_vars")
        first = self.code_lineno + 1
        before = self.name, self._open
        self.name, self._open = partial.name, _Open(partial, inner, self._visible(frame))
        self.enter_frame(inner)
        self.blockvisit(partial.tree.body, inner)
        self.name, self._open = before
        self._inclusions.append((first, self.code_lineno, partial.name))
        self.writeline(f"_loop_vars = {loop_vars}")

    def _visible(self, frame: Frame) -> dict[str, str]:
        """An expression for each name that is set in the frame or around it, context aside."""
        outer = {} if self._open is None else self._open.outer
        visible = dict(outer)
        for name, variable in frame.symbols.dump_stores().items():
            otherwise = outer.get(name, f"resolve({name!r})")
            visible[name] = f"({variable} if {variable} is not missing else {otherwise})"
        return visible

    def enter_frame(self, frame: Frame) -> None:
        if self._open is not None:
            loads = frame.symbols.loads
            for variable, (action, name) in loads.items():
                if action == VAR_LOAD_RESOLVE and name in self._open.outer:
                    loads[variable] = (VAR_LOAD_ALIAS, self._open.outer[name])
        super().enter_frame(frame)

    def dump_local_context(self, frame: Frame) -> str:
        if self._open is None:
            return super().dump_local_context(frame)
        return _dictionary(self._visible(frame))

    def signature(self, node: nodes.Call | nodes.Filter | nodes.Test, frame: Frame, extra_kwargs: Any = None) -> None:
        if self._open is not None and isinstance(node, nodes.Call):
            extra_kwargs = dict(extra_kwargs or {})
            extra_kwargs["_loop_vars"] = self._scope(extra_kwargs.get("_loop_vars", "None"))
        super().signature(node, frame, extra_kwargs)

    def _scope(self, loop_vars: str) -> str:
        """What ``FlatteningContext.derived`` needs to give a function the partial's own context."""
        opened = self._open
        assert opened is not None
        return f"({opened.partial.name!r}, {_dictionary(self._visible(opened.frame))}, {loop_vars})"


def _dictionary(expressions: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name!r}: {expression}" for name, expression in expressions.items()) + "}"


class FlatteningContext(jinja2.runtime.Context):
    """A context that can become that of an included partial, for the functions that ask for it."""

    def derived(self, locals: Any = None) -> jinja2.runtime.Context:
        if type(locals) is not tuple:
            return super().derived(locals)
        name, visible, loop_vars = locals
        context = self.environment.get_template(name).new_context(self.get_all(), True, visible)
        return context.derived(loop_vars) if loop_vars else context


def flattened_source(
    generator: type[FlatteningGenerator],
    environment: jinja2.Environment,
    tree: nodes.Template,
    name: str | None,
    filename: str | None,
    defer_init: bool,
) -> str | None:
    """The Python source of a template with its partials written into it; ``None`` when it has to stay as it is."""
    if name is None:
        return None
    plan = Plan(environment)
    plan.extend(tree, name)
    try:
        source = generator(plan, name, filename, defer_init).generate(tree)
        compile(source, filename or "<template>", "exec")
    except (jinja2.TemplateSyntaxError, SyntaxError, RecursionError):
        return None
    return source
