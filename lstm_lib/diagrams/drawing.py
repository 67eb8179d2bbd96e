"""What a drawing is to the people who use it: something to show, and something to save."""

from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

from lstm_lib.equations.palette import css_variables, declarations

SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)

_SHAPES = files(__package__).joinpath("drawing.css").read_text(encoding="utf-8")


class Drawing:
    """An SVG that follows the theme of its page.

    In a notebook it shows itself.  ``.svg`` is its text, for a page of your own, and
    :meth:`save` writes a file that stands alone.
    """

    def __init__(self, title: str, root: ET.Element, looks: str = ""):
        self.title = title
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
