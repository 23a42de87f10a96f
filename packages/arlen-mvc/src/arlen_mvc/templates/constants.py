"""``{{ none }}`` and ``{{ [1] }}``: what is shown for a constant is decided as for any other value."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

_WRITTEN_AS_THEY_ARE = (str, int, float)


class ConstantsGenerator(CodeGenerator):
    """Jinja2's compiler, which leaves to the render what is neither text nor a number.

    Jinja2 itself makes text of a constant before it asks the environment's ``finalize``, which then sees only text.
    """

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node.as_const(frame.eval_ctx), _WRITTEN_AS_THEY_ARE):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)
