"""A finished drawing: an SVG that a notebook shows and that can be saved as a file."""

import re
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from lstm_lib.cells import Cell
from lstm_lib.equations.palette import css_variables, declarations

SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)


def style_sheet(name: str) -> str:
    """A style sheet of this folder, without its comments: every drawing carries a copy."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


_SHAPES = style_sheet("drawing.css")

Point = tuple[float, float]


class Shape(NamedTuple):
    """One shape of a drawing, and what it means in the graph of the cell."""

    kind: str
    """Its name in the canvas, such as "layer", "operation", "wire" or "dot"."""
    points: tuple[Point, ...]
    """A wire's way, the opposite corners of a box, or the place of anything smaller."""
    of: tuple[str, ...] = ()
    """The values that it takes."""
    gives: tuple[str, ...] = ()
    """The values that come out of it."""
    sign: str = ""
    """What is written on it."""
    arrow: bool = False
    """Whether a wire ends in an arrowhead."""
    hides: tuple[str, ...] = ()
    """What the graph has here and the drawing, on purpose, does not show."""


class Drawing:
    """An SVG that follows the theme of its page.

    In a notebook it shows itself.  ``.svg`` is its text, for a page of your own, and
    :meth:`save` writes a file that stands alone.  ``.cell`` is the class of the cell that it is a
    drawing of, if it is one, ``.outputs`` the values that leave it, and ``.shapes`` what it
    consists of.
    """

    def __init__(
        self,
        title: str,
        root: ET.Element,
        looks: str = "",
        cell: type[Cell] | None = None,
        outputs: tuple[str, ...] = (),
        shapes: tuple[Shape, ...] = (),
    ):
        self.title = title
        self.cell = cell
        self.outputs = outputs
        self.shapes = shapes
        self._root = root
        self._looks = looks

    @property
    def svg(self) -> str:
        """The drawing as an ``<svg>`` element to put into a page."""
        return self._text(css_variables(".drawing"))

    def save(self, path: str | Path) -> None:
        """Write a file that stands alone, light or dark as the reader's system is."""
        dark = declarations("dark")
        colours = (
            f".drawing {{ {declarations('light')} background: var(--paper); }}\n"
            f"@media (prefers-color-scheme: dark) {{ .drawing {{ {dark} }} }}\n"
        )
        Path(path).write_text(self._text(colours, margin=16), encoding="utf-8")

    def _text(self, colours: str, margin: int = 0) -> str:
        style = ET.Element(f"{{{SVG}}}style")
        style.text = " ".join((colours + _SHAPES + self._looks).split())
        width, height = (int(self._root.get(side)) + 2 * margin for side in ("width", "height"))
        root = ET.Element(self._root.tag, self._root.attrib)
        root.set("viewBox", f"{-margin} {-margin} {width} {height}")
        root.set("width", f"{width}")
        root.set("height", f"{height}")
        root.append(style)
        root.extend(self._root)
        return ET.tostring(root, encoding="unicode")

    def _repr_html_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Drawing: {self.title}>"
