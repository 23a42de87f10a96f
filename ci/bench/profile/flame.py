"""A flame graph: sampled stacks as boxes, each as wide as its share of the samples, callers above what they call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

WIDTH = 1200
ROW = 17
MARGIN = 12
HEAD = 56
LETTER = 6.6
NARROWEST = 1.5

STYLE = """
  svg { color-scheme: light dark; background: #ffffff; font: 11px ui-monospace, monospace; }
  text { fill: #1f2430; }
  .title { font: 600 16px system-ui, sans-serif; }
  .note { font: 12px system-ui, sans-serif; fill: #667085; }
  rect { stroke: #ffffff; }
  .server { fill: #8fd3bf; }
  .family { fill: #a9c7ee; }
  .other { fill: #e6cf9c; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14171f; }
    text { fill: #e6e9f0; }
    .note { fill: #98a2b3; }
    rect { stroke: #14171f; }
    .server { fill: #1c6b55; }
    .family { fill: #2b4d7a; }
    .other { fill: #6b5624; }
  }
"""


@dataclass(slots=True)
class Frame:
    """A function, how many samples were taken in it or below it, and what it called."""

    name: str
    samples: int = 0
    calls: dict[str, Frame] = field(default_factory=dict)

    def add(self, stack: Iterable[str], samples: int) -> None:
        self.samples += samples
        frame = self
        for name in stack:
            frame = frame.calls.setdefault(name, Frame(name))
            frame.samples += samples


def folded(lines: Iterable[str]) -> Frame:
    """The tree of stacks written as ``outer;inner 12``, the form that all samplers know."""
    root = Frame("all")
    for line in lines:
        stack, _, samples = line.strip().rpartition(" ")
        if stack:
            root.add(stack.split(";"), int(samples))
    return root


def svg(root: Frame, title: str, note: str) -> str:
    boxes = list(boxed(root, 0, MARGIN, WIDTH - 2 * MARGIN, max(root.samples, 1)))
    height = HEAD + ROW * (1 + max((depth for depth, _ in boxes), default=0)) + MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
            f' aria-label="{escape(title)}">',
            f"<style>{STYLE}</style>",
            f'<text class="title" x="{MARGIN}" y="24">{escape(title)}</text>',
            f'<text class="note" x="{MARGIN}" y="42">{escape(note)}</text>',
            *(box for _, box in boxes),
            "</svg>\n",
        ]
    )


def boxed(frame: Frame, depth: int, left: float, width: float, all_samples: int) -> Iterator[tuple[int, str]]:
    """The boxes of a frame and of what it called, the widest first, each with its depth; the narrowest are left out."""
    if width < NARROWEST:
        return
    yield depth, box(frame, HEAD + depth * ROW, left, width, all_samples)
    for called in sorted(frame.calls.values(), key=lambda called: -called.samples):
        share = width * called.samples / frame.samples
        yield from boxed(called, depth + 1, left, share, all_samples)
        left += share


def box(frame: Frame, top: int, left: float, width: float, all_samples: int) -> str:
    letters = int((width - 4) / LETTER)
    label = frame.name if len(frame.name) <= letters else f"{frame.name[: letters - 1]}…" if letters > 3 else ""
    return (
        f"<g><title>{escape(frame.name)}: {frame.samples / all_samples:.1%}</title>"
        f'<rect class="{kind(frame.name)}" x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW}" rx="2"/>'
        f'<text x="{left + 3:.1f}" y="{top + 12}">{escape(label)}</text></g>'
    )


def kind(name: str) -> str:
    """Whose code it is: the server's, another package's of the family, or somebody else's."""
    if "arlen_http/" in name:
        return "server"
    return "family" if "arlen_" in name else "other"
