"""The few shapes that every drawing is made of.

=============  =============================================================
shape          what it stands for
=============  =============================================================
``module``     the repeating module: everything that happens in one step
``belt``       the wide band on which the cell state travels
``wire``       a vector on its way
``twin``       two vectors joined into one: two strands side by side
``dot``        a copy: the same vector goes on in two directions
``layer``      a learned layer, with its weights: a filled box
``operation``  a pointwise operation, nothing to learn: a circle
``label``      the name of a value, set as in the equations
``chip``       the number that a wire carries at the moment
``peephole``   a wire on which each number meets a weight of its own: dashed
``ghost``      the place of a shape that is not there; seen when differences are lit
=============  =============================================================

Points are ``(x, y)`` in the units of the ``viewBox``, y downwards.  Names of values are those of
the traced cell, such as ``"f*c_prev"``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from math import hypot
from xml.etree import ElementTree as ET

from lstm_lib.diagrams.drawing import SVG, Drawing
from lstm_lib.equations.notation import number, spell
from lstm_lib.equations.palette import quantity

Point = tuple[float, float]

CORNER = 14
"""Radius of a wire's corner."""
TIGHT = 10
"""Radius of a peephole's corner."""
RADIUS = 18
"""Radius of a pointwise operation."""
LAYER = (96, 62)
"""A layer has room for "candidate"."""
CHIP = (68, 28)
"""A chip has room for "−9.99", so that it need not change with its number."""
BELT = 13
"""Half the width of the belt."""
STRAND = 2.5
"""Half the distance between the strands of a twin wire."""
BRIDGE = 9
"""Half the opening that a wire leaves where another crosses over it."""
HEAD = (13, 6.5)
"""Length and half the width of an arrowhead."""

STROKES = {
    "×": "M{x} {y}m-6.5 -6.5l13 13m0 -13l-13 13",
    "+": "M{x} {y}m-9 0h18m-9 -9v18",
    "÷": "M{x} {y}m-9 0h18m-9 -7v.1m0 13.8v.1",
}
"""Signs as strokes, since no two fonts centre their letters alike."""
TILDE = "M{x} {y}m{over}c2.5 -3.6 4.6 -2.4 6 -1.4s3.6 1.6 5.6 -1.6"
"""A tilde, since few fonts have the accented letters in italics."""
TILDE_OVER = {"c_tilde": "8 -22.5", "h_tilde": "3 -24.5"}
"""Where it starts, seen from the start of its letter."""


class Canvas:
    """Collects shapes in the order in which they are drawn, later ones on top.

    ``key`` starts the ids of the drawing, so that two drawings on a page do not share one; with
    and without ``values`` counts as two.
    ``values`` are the numbers for the chips.  ``steps`` says in which steps of the walk-through
    each value takes part ("forget update"); a shape may say it differently for itself.  While a
    step is ``lit``, every shape that takes no part in it steps back.  ``looks`` is the style of
    shapes that most drawings do not have.
    """

    def __init__(
        self,
        key: str,
        title: str,
        description: str,
        size: tuple[int, int],
        values: Mapping[str, float] | None = None,
        steps: Mapping[str, str] | None = None,
        lit: str | None = None,
        looks: str = "",
    ):
        width, height = size
        key = f"{key}-values" if values else key
        self.title = title
        self.values = values or {}
        self.steps = steps or {}
        self.looks = looks
        self.differs = self.ghostly = False
        self.root = ET.Element(
            f"{{{SVG}}}svg",
            {
                "class": "drawing",
                "viewBox": f"0 0 {width} {height}",
                "width": f"{width}",
                "height": f"{height}",
                "style": f"max-width: {1.125 * width:g}px",
                "role": "img",
                "aria-labelledby": f"{key}-title {key}-desc",
            },
        )
        if lit:
            self.root.set("data-lit", lit)
        _add(self.root, "title", id=f"{key}-title").text = title
        _add(self.root, "desc", id=f"{key}-desc").text = description

    def drawing(self) -> Drawing:
        """The finished drawing."""
        return Drawing(self.title, self.root, self.looks)

    @contextmanager
    def difference(self, there: bool = True) -> Iterator[None]:
        """What is drawn meanwhile differs from the drawing that the reader knows, if ``there``."""
        before, self.differs = self.differs, self.differs or there
        yield
        self.differs = before

    @contextmanager
    def missing(self) -> Iterator[None]:
        """What is drawn meanwhile is not there: a ghost, and a difference."""
        with self.difference():
            self.ghostly = True
            yield
            self.ghostly = False

    def module(self, left: float, top: float, right: float, bottom: float, name: str = "") -> None:
        """The ground of a repeating module.  A closed one shows nothing but its ``name``."""
        part = self._part("module")
        _box(part, left, top, right - left, bottom - top, radius=20)
        if name:
            _text(part, name, ((left + right) / 2, (top + bottom) / 2), "caption")

    def belt(self, left: float, right: float, y: float, value: str = "c_prev") -> None:
        """The band under the wire of the cell state, or of another state that takes its place."""
        part = self._part("belt", quantity(value), self.steps.get(value))
        _add(part, "rect", x=left, y=y - BELT, width=right - left, height=2 * BELT)

    def shaft(self, x: float, top: float, bottom: float, value: str) -> None:
        """A belt that runs upwards."""
        part = self._part("belt", quantity(value), self.steps.get(value))
        _add(part, "rect", x=x - BELT, y=top, width=2 * BELT, height=bottom - top)

    def clock(self, at: Point) -> None:
        """The face of a clock."""
        (x, y), part = at, self._part("operation", quantity("clock"))
        _add(part, "circle", cx=x, cy=y, r=26)
        _add(part, "path", d=f"M{x} {y - 16}v16l11 7").set("class", "sign")

    def wire(
        self,
        value: str,
        *points: Point,
        arrow: bool = False,
        bridge: float | None = None,
        corner: float = CORNER,
        named: bool = True,
        steps: str | None = None,
    ) -> None:
        """``value`` travels along ``points``, round the corners, to the last.

        ``bridge`` is the x at which a wire that runs level opens to let another pass over it.  A
        wire that is not ``named`` has the look of ``value`` but carries it at another time.
        """
        part = self._part("wire", quantity(value), steps or self.steps.get(value))
        if named and not self.ghostly:
            part.set("data-wire", value)
        *way, tip = points
        end = _towards(tip, way[-1], HEAD[0] - 3) if arrow else tip
        pieces = _opened((*way, end), bridge) if bridge else [(*way, end)]
        _add(part, "path", d="".join(_rounded(*piece, radius=corner) for piece in pieces))
        if arrow:
            _add(part, "path", d=_head(way[-1], tip)).set("class", "head")

    def peephole(
        self,
        value: str,
        *points: Point,
        arrow: bool = True,
        bridge: float | None = None,
        steps: str | None = None,
    ) -> None:
        """A wire on which each number of a vector meets a weight of its own."""
        way = {"arrow": arrow, "bridge": bridge, "corner": TIGHT, "steps": steps}
        self.wire(value, *points, **way)
        self.root[-1].set("class", f"{self.root[-1].get('class')} peephole")

    def ghost(self, at: Point, size: tuple[float, float]) -> None:
        """Here something is missing that the reader knows."""
        (x, y), (width, height) = at, size
        with self.missing():
            part = self._part("ghost")
        _box(part, x - width / 2, y - height / 2, width, height, radius=min(width, height, 36) / 2)

    def twin(
        self,
        *points: Point,
        values: tuple[str, str] = ("h_prev", "x"),
        named: bool = True,
        steps: str | None = None,
    ) -> None:
        """Two ``values``, joined, travel side by side: level, upwards, or round one corner.

        Level, the first is the upper strand; upwards, it is the left one.
        """
        way = {"named": named, "steps": steps}
        for value, shift in zip(values, (-STRAND, STRAND), strict=True):
            self.wire(value, *((x + shift, y + shift) for x, y in points), **way)

    def dot(self, value: str, at: Point, steps: str | None = None) -> None:
        """Here ``value`` is copied."""
        part = self._part("dot", quantity(value), steps or self.steps.get(value))
        _add(part, "circle", cx=at[0], cy=at[1], r=6.5)

    def layer(
        self,
        function: str,
        at: Point,
        hue: str,
        name: str = "",
        size: tuple[int, int] = LAYER,
        steps: str | None = None,
    ) -> None:
        """A learned layer: its ``function`` and, below, its ``name``."""
        (x, y), (width, height) = at, size
        part = self._part("layer", hue, steps)
        _box(part, x - width / 2, y - height / 2, width, height, radius=12)
        _text(part, function, (x, y - 12 if name else y), "function")
        if name:
            _text(part, name, (x, y + 14), "name")

    def operation(
        self, sign: str, at: Point, hue: str, width: float = 60, steps: str | None = None
    ) -> None:
        """A pointwise operation: ``×``, ``+`` or the name of a function."""
        x, y = at
        part = self._part("operation", hue, steps)
        if sign in STROKES:
            _add(part, "circle", cx=x, cy=y, r=RADIUS)
            _add(part, "path", d=STROKES[sign].format(x=x, y=y)).set("class", "sign")
        else:
            _box(part, x - width / 2, y - 17, width, 34, radius=17)
            _text(part, sign, at, "function")

    def label(self, value: str, at: Point, anchor: str = "start", time: str = "") -> None:
        """The name of ``value`` as the equations write it, each factor in its own hue."""
        part = self._part("label", quantity(value), self.steps.get(value))
        x, y = at
        text = _add(part, "text", x=x, y=y)
        text.set("text-anchor", anchor)
        layer = "" if "*" in value else spell(value).superscript
        for factor in value.split("*"):
            if len(text):
                _add(text, "tspan", dy=-6).text = " × "
            letter = _quantity(text, factor, time or ("t−1" if factor.endswith("_prev") else "t"))
            if factor != value:
                letter.set("class", f"factor q-{quantity(factor)}")
        if value in TILDE_OVER:
            tilde = TILDE.format(x=x, y=y, over=TILDE_OVER[value])
            _add(part, "path", d=tilde).set("class", "tilde")
        if layer:
            raised = _add(text, "tspan", dx=3, dy=-16)
            raised.set("class", "sub upright")
            raised.text = layer

    def chip(self, value: str, at: Point) -> None:
        """The number on the wire of ``value``, if the drawing was given one."""
        if value not in self.values:
            return
        (x, y), (width, height) = at, CHIP
        part = self._part("chip", quantity(value), self.steps.get(value))
        _box(part, x - width / 2, y - height / 2, width, height, radius=height / 2)
        _text(part, number(self.values[value]), at, "number").set("data-value", value)

    def caption(self, at: Point, *lines: str) -> None:
        """Plain words, centred, one line below the other."""
        x, y = at
        for place, line in enumerate(lines):
            _text(self.root, line, (x, y + 22 * place), "caption")

    def _part(self, kind: str, hue: str | None = None, steps: str | None = None) -> ET.Element:
        """A group for one shape: its kind, its hue and its steps, for the style sheet."""
        part = ET.SubElement(self.root, f"{{{SVG}}}g")
        part.set("class", f"part {kind} q-{hue}" if hue else kind)
        if self.ghostly:
            part.set("class", "ghost")
        if steps:
            part.set("data-step", steps)
        if self.differs:
            part.set("data-new", "true")
        return part


def _add(parent: ET.Element, tag: str, **attributes) -> ET.Element:
    text = {k: f"{v:g}" if isinstance(v, float) else str(v) for k, v in attributes.items()}
    return ET.SubElement(parent, f"{{{SVG}}}{tag}", text)


def _box(parent: ET.Element, x, y, width, height, radius) -> None:
    _add(parent, "rect", x=x, y=y, width=width, height=height, rx=radius)


def _text(parent: ET.Element, words: str, at: Point, kind: str) -> ET.Element:
    """Upright text, centred both ways."""
    text = _add(parent, "text", x=at[0], y=at[1], dy="0.35em")
    text.set("class", kind)
    text.text = words
    return text


def _quantity(text: ET.Element, value: str, time: str) -> ET.Element:
    """An italic letter with the time as its subscript; ``t`` is italic too, ``−1`` upright."""
    letter = _add(text, "tspan")
    letter.text = spell(value).letter
    moment = _add(letter, "tspan", dy=6)
    moment.set("class", "sub")
    moment.text = time[0]
    if time[1:]:
        shift = _add(moment, "tspan")
        shift.set("class", "upright")
        shift.text = time[1:]
    return letter


def _towards(start: Point, goal: Point, distance: float) -> Point:
    """The point ``distance`` away from ``start`` on the way to ``goal``."""
    (x0, y0), (x1, y1) = start, goal
    share = distance / hypot(x1 - x0, y1 - y0)
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def _opened(points: tuple[Point, ...], x: float) -> list[tuple[Point, ...]]:
    """``points`` in two pieces, with an opening where they run level, to the right, through x."""
    after = next(
        place
        for place, ((left, y), (right, end)) in enumerate(pairwise(points), 1)
        if y == end and left < x < right
    )
    y = points[after][1]
    return [(*points[:after], (x - BRIDGE, y)), ((x + BRIDGE, y), *points[after:])]


def _rounded(*points: Point, radius: float = CORNER) -> str:
    """An SVG path along ``points`` with its corners rounded."""
    path = "M{:g} {:g}".format(*points[0])
    for (before, corner), (_, after) in pairwise(pairwise(points)):
        enter, leave = _towards(corner, before, radius), _towards(corner, after, radius)
        path += "L{:g} {:g}Q{:g} {:g} {:g} {:g}".format(*enter, *corner, *leave)
    return path + "L{:g} {:g}".format(*points[-1])


def _head(before: Point, tip: Point) -> str:
    """An arrowhead with its point at ``tip``, for a wire that comes from ``before``."""
    length, half = HEAD
    (x, y), (base_x, base_y) = tip, _towards(tip, before, length)
    across_x, across_y = (base_y - y) / length * half, (x - base_x) / length * half
    left, right = (base_x + across_x, base_y + across_y), (base_x - across_x, base_y - across_y)
    return "M{:g} {:g}L{:g} {:g}L{:g} {:g}Z".format(*tip, *left, *right)
