"""Bar charts as hand-made SVG: no dependency, readable on a light page and on a dark one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from .catalogue import Role

WIDTH = 860
LABEL = 210
VALUE = 110
BAR = 16
ROW = 22
PANEL_HEAD = 34
MARGIN = 20
HEAD = 64

STYLE = """
  svg { color-scheme: light dark; background: #ffffff; font: 12px system-ui, sans-serif; }
  text { fill: #1f2430; }
  .title { font-size: 17px; font-weight: 600; }
  .note, .unit { fill: #667085; }
  .panel { font-size: 13px; font-weight: 600; }
  .value { font-variant-numeric: tabular-nums; }
  .house { fill: #0f8a6b; }
  .peer { fill: #9aa5b8; }
  .floor { fill: #d9b44a; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14171f; }
    text { fill: #e6e9f0; }
    .note, .unit { fill: #98a2b3; }
    .house { fill: #34c79f; }
    .peer { fill: #5d6981; }
    .floor { fill: #b8923a; }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    role: Role = Role.PEER


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars on one scale of their own, drawn in the order given."""

    title: str
    unit: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return PANEL_HEAD + ROW * len(self.bars) + MARGIN


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    note: str
    panels: Sequence[Panel]

    def svg(self) -> str:
        height = HEAD + sum(panel.height for panel in self.panels)
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
                f' aria-label="{escape(self.title)}">',
                f"<style>{STYLE}</style>",
                text(MARGIN, 28, self.title, "title"),
                text(MARGIN, 46, self.note, "note"),
                *self.drawn(),
                "</svg>\n",
            ]
        )

    def drawn(self) -> Iterator[str]:
        top = HEAD
        for panel in self.panels:
            yield from draw(panel, top)
            top += panel.height


def draw(panel: Panel, top: int) -> Iterator[str]:
    yield text(MARGIN, top + 16, panel.title, "panel")
    yield text(LABEL, top + 16, panel.unit, "unit")
    longest = max((bar.value for bar in panel.bars), default=0.0) or 1.0
    for row, bar in enumerate(panel.bars):
        y = top + PANEL_HEAD + row * ROW
        width = max(1.0, (WIDTH - LABEL - VALUE) * bar.value / longest)
        yield text(MARGIN, y + 12, bar.label, "label")
        yield f'<rect class="{bar.role}" x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>'
        yield text(LABEL + width + 6, y + 12, amount(bar.value), "value")


def text(x: float, y: float, content: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}">{escape(content)}</text>'


def amount(value: float) -> str:
    """Three significant digits for small values, thousands separators for large ones."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
