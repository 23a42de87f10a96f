"""What is missing in a strict render, told with the path that was asked for."""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.utils import missing

from .constants import ConstantsGenerator
from .flattening import FlatteningGenerator


class MissingLocal(jinja2.UndefinedError):
    """A name or segment that a strict render did not find.

    Attributes:
        local: the name at the root of what was asked for; empty when it is the result of a call.
        key_path: all that was asked for, with dots.
        segment: the part that is missing.
    """

    def __init__(self, local: str, key_path: str, segment: str) -> None:
        what = f"{key_path} has no {segment!r}" if key_path != segment else f"{segment} is missing"
        super().__init__(f"{what}; hand it to the template, or ask with 'is defined' or default()")
        self.local = local
        self.key_path = key_path
        self.segment = segment


class StrictMissing(jinja2.StrictUndefined):
    """What stands for a missing value: it can be asked whether it is defined, and looked further into; nothing else."""

    __slots__ = ("_undefined_path",)

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None) -> None:
        failure: Any = exc or self._undefined_failure
        super().__init__(hint, obj, name, failure)
        self._undefined_path: tuple[str, str] | None = None

    def _undefined_failure(self, message: str) -> MissingLocal:
        segment = str(self._undefined_name)
        is_root = self._undefined_obj is missing
        local, path = self._undefined_path or ((segment, segment) if is_root else ("", segment))
        return MissingLocal(local, path, segment)

    def __getattr__(self, name: str) -> StrictMissing:
        if name[:2] == "__":
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> StrictMissing:  # type: ignore[override]
        return self


def keyed(value: Any, local: str, path: str) -> Any:
    """The value; when it is missing, it knows from now on what was asked for."""
    if type(value) is StrictMissing and value._undefined_path is None:
        value._undefined_path = (local, path)
    return value


class KeyPathGenerator(ConstantsGenerator):
    """Jinja2's compiler, which says of every look-up what was asked for as a whole."""

    _within: frozenset[int] = frozenset()

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("keyed = environment.keyed")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        told = self._begin(node)
        super().visit_Getattr(node, frame)
        self.write(told)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        told = self._begin(node)
        super().visit_Getitem(node, frame)
        self.write(told)

    def _begin(self, node: nodes.Expr) -> str:
        chain, local, path = _dotted(node)
        if id(node) in self._within or not local:
            return ""
        self._within |= {id(each) for each in chain}
        self.write("keyed(")
        return f", {local!r}, {path!r})"


class StrictFlatteningGenerator(KeyPathGenerator, FlatteningGenerator):
    """The same for templates that have their includes compiled into them."""


def _dotted(node: nodes.Expr) -> tuple[list[nodes.Expr], str, str]:
    """The look-ups that make up a path, the name that it begins with (if it is one), and the path with dots."""
    chain: list[nodes.Expr] = []
    segments: list[str] = []
    while True:
        match node:
            case nodes.Getattr():
                segments.append(node.attr)
            case nodes.Getitem(arg=nodes.Const(value=str() | int() as key)):
                segments.append(str(key))
            case nodes.Name():
                return chain, node.name, ".".join([node.name, *reversed(segments)])
            case _:
                return chain, "", ""
        chain.append(node)
        node = node.node
