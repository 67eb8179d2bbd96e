"""A drawing of a cell with its equations beside it, in the same colours."""

from collections.abc import Iterable, Mapping

from lstm_lib import equations
from lstm_lib.diagrams.drawing import Drawing, style_sheet
from lstm_lib.equations import trace
from lstm_lib.equations.palette import HUES, css_variables

# Pointing at an equation dims what the drawing has of other hues; pointing at a layer marks its
# equation.
LIGHT = """
.with-equations .q-{hue} {{ --hue: var(--{hue}); }}
.with-equations:has(li.q-{hue}:is(:hover, :focus-visible)) .part:not(.q-{hue}) {{
  --q: var(--line); --tint: var(--panel);
  --text: var(--faint); --small: var(--faint); --name: var(--faint);
}}
.with-equations:has(.layer.q-{hue}:hover) li.q-{hue} {{ background: var(--panel); }}
"""
STYLE = css_variables(".with-equations") + " ".join(
    (style_sheet("with_equations.css") + "".join(LIGHT.format(hue=hue) for hue in HUES)).split()
)


class WithEquations:
    """A drawing and equations of its cell, side by side, or one under the other on a phone.

    In a notebook it shows itself.  Pointing at an equation, or reaching it with the Tab key, lights
    what the drawing has of its hue; pointing at a layer lights its equation.

    Args:
        drawing: the drawing of a cell.
        equations: the values whose equations are written, in this order; or, by value, the words
            under each equation. What the cell puts out and its gates, if left out.

    Raises:
        ValueError: a drawing of no cell.
        KeyError: a value that the cell does not compute.
    """

    def __init__(self, drawing: Drawing, equations: Iterable[str] | Mapping[str, str] = ()):
        if drawing.cell is None:
            raise ValueError(f"{drawing.title!r} is a drawing of no cell: it has no equations")
        self.drawing = drawing
        self._graph = trace(drawing.cell)
        names = equations or [*drawing.cell.gates, *drawing.outputs]
        self._words = dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, "")

    @property
    def html(self) -> str:
        """The drawing and the equations as HTML to put into a page."""
        lines = "".join(map(self._line, self._words))
        both = f'<div class="with-equations">{self.drawing.svg}<ul>{lines}</ul></div>'
        return f"<style>{STYLE}</style>{both}"

    def _line(self, name: str) -> str:
        hue = self._graph.quantity(name)
        words = f"<small>{self._words[name]}</small>" if self._words[name] else ""
        formula = equations.html(self._graph, name)
        return f'<li class="q-{hue}" tabindex="0"><span>{formula}</span>{words}</li>'

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<{self.drawing.title}, with the equations of {', '.join(self._words)}>"
