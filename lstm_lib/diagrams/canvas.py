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
``shorthand``  several operations of the graph in one shape, which are not drawn one by one
``label``      the name of a value, set as in the equations
``chip``       the number that a wire carries at the moment
``peephole``   a wire on which each number meets a weight of its own: dashed
``ghost``      the place of a shape that is not there; seen when differences are lit
=============  =============================================================

Points are ``(x, y)`` in the units of the ``viewBox``, y downwards.  Names of values are those of
the traced cell, such as ``"f*c_prev"``.

A drawing answers to the graph of its cell: a layer says what it reads and gives, an operation what
it is of and gives, a wire and a copy what they carry.  The canvas remembers that as
:class:`~lstm_lib.diagrams.Shape`, and the tests compare it with ``trace`` of the cell.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from math import hypot
from xml.etree import ElementTree as ET

from lstm_lib.cells import Cell
from lstm_lib.diagrams.drawing import SVG, Drawing, Point, Shape
from lstm_lib.equations import notation, trace

Names = str | tuple[str, ...]
"""The name of a value, or several."""

CORNER = 14
"""Radius of a wire's corner."""
TIGHT = 10
"""Radius of a peephole's corner."""
RADIUS = 18
"""Radius of a pointwise operation."""
PILL = (60, 34)
"""A pointwise operation that is named instead of signed, such as "tanh"."""
LAYER = (96, 62)
"""A layer has room for "candidate"."""
CHIP = (68, 28)
"""A chip has room for "−9.99", so that it need not change with its number."""
HALF_BELT = 13
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
TILDE_OVER = {"C": "8 -22.5", "h": "3 -24.5"}
"""Where it starts, seen from the start of a tall letter."""
TILDE_OVER_SMALL = "2 -19"
"""The same for a small letter."""


class Canvas:
    """Collects shapes in the order in which they are drawn, later ones on top.

    ``key`` starts the ids of the drawing, so that two drawings on a page do not share one; with
    and without ``values`` counts as two.
    ``cell`` is the class of the cell that is drawn, and ``outputs`` are the values that leave the
    drawing, if they are not the whole new state.
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
        cell: type[Cell] | None = None,
        outputs: tuple[str, ...] | None = None,
    ):
        width, height = size
        key = f"{key}-values" if values else key
        self.title = title
        self.values = values or {}
        self.steps = steps or {}
        self.looks = looks
        self.cell = cell
        self.graph = trace(cell) if cell else None
        self.outputs = outputs
        self.shapes: list[Shape] = []
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
        outputs = self.outputs or (self.cell.state if self.cell else ())
        return Drawing(self.title, self.root, self.looks, self.cell, outputs, tuple(self.shapes))

    @contextmanager
    def difference(self, there: bool = True) -> Iterator[None]:
        """What is drawn inside this block differs from the known module, if it is ``there``."""
        before, self.differs = self.differs, self.differs or there
        yield
        self.differs = before

    @contextmanager
    def missing(self) -> Iterator[None]:
        """What is drawn inside this block is not there: a ghost, and a difference."""
        with self.difference():
            self.ghostly = True
            yield
            self.ghostly = False

    def module(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        name: str = "",
        of: Names = (),
        gives: Names = (),
    ) -> None:
        """The ground of a repeating module.

        A closed one shows nothing but its ``name``; ``of`` and ``gives`` are what it takes from
        the open one and gives to it.
        """
        outline = ((left, top), (right, bottom))
        self._remember("closed module" if name else "module", outline, of, gives)
        part = self._part("module")
        _box(part, left, top, right - left, bottom - top, radius=20)
        if name:
            _text(part, name, ((left + right) / 2, (top + bottom) / 2), "caption")

    def belt(self, left: float, right: float, y: float, value: str = "c_prev") -> None:
        """The band under the wire of the cell state, or of another state that takes its place."""
        part = self._part("belt", self._hue(value), self.steps.get(value))
        _add(part, "rect", x=left, y=y - HALF_BELT, width=right - left, height=2 * HALF_BELT)

    def shaft(self, x: float, top: float, bottom: float, value: str) -> None:
        """A belt that runs upwards."""
        part = self._part("belt", self._hue(value), self.steps.get(value))
        _add(part, "rect", x=x - HALF_BELT, y=top, width=2 * HALF_BELT, height=bottom - top)

    def clock(self, at: Point, value: str = "clock") -> None:
        """The face of a clock, which gives its ``value``."""
        (x, y), part = at, self._part("operation", self._hue(value))
        _add(part, "circle", cx=x, cy=y, r=26)
        _add(part, "path", d=f"M{x} {y - 16}v16l11 7").set("class", "sign")
        self._remember("clock", ((x - 26, y - 26), (x + 26, y + 26)), gives=value)

    def switch(
        self, contacts: Mapping[str, Point], closed: str, pivot: Point, by: Point, gives: str
    ) -> None:
        """Its ``pivot`` is connected to one of the ``contacts``: what comes in there is ``closed``.

        ``by`` is the point to which the wire of the clock comes down that turns it.
        """
        lever = self._part("wire", self._hue(gives))
        _add(lever, "path", d=_rounded(contacts[closed], pivot))
        self._remember("lever", (contacts[closed], pivot))
        for value, at in (*contacts.items(), (gives, pivot)):
            _add(self._part("dot", self._hue(value)), "circle", cx=at[0], cy=at[1], r=6.5)
            self._remember("contact", (at,))
        points = (*contacts.values(), pivot, by)
        outline = (
            (min(x for x, _ in points), min(y for _, y in points)),
            (max(x for x, _ in points), max(y for _, y in points)),
        )
        self._remember("shorthand", outline, ("clock", *contacts), gives, sign="switch")

    def wire(
        self,
        value: str,
        *points: Point,
        arrow: bool = False,
        bridge: float | None = None,
        corner: float = CORNER,
        like: str = "",
        time: str = "",
        steps: str | None = None,
        dashed: bool = False,
    ) -> None:
        """``value`` travels along ``points``, round the corners, to the last.

        ``bridge`` is the x at which a wire that runs level opens to let another pass over it.  A
        value that has no letter of its own has the look of the one that it is ``like``.  ``time``
        is said of a wire that carries ``value`` at another time than the cell that is drawn.
        """
        seen = like or value
        part = self._part("wire", self._hue(seen), steps or self.steps.get(seen))
        if dashed:
            part.set("class", f"{part.get('class')} peephole")
        if self.cell and not like and not time and not self.ghostly:
            part.set("data-wire", value)
        *way, tip = points
        end = _towards(tip, way[-1], HEAD[0] - 3) if arrow else tip
        pieces = _opened((*way, end), bridge) if bridge else [(*way, end)]
        _add(part, "path", d="".join(_rounded(*piece, radius=corner) for piece in pieces))
        if arrow:
            _add(part, "path", d=_head(way[-1], tip)).set("class", "head")
        kind = "wire of another time" if time else "peephole" if dashed else "wire"
        self._remember(kind, points, value, value, arrow=arrow)

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
        self.wire(value, *points, dashed=True, **way)

    def ghost(self, at: Point, size: tuple[float, float]) -> None:
        """The outline of something that the known module has and this one has not."""
        (x, y), (width, height) = at, size
        with self.missing():
            part = self._part("ghost")
        _box(part, x - width / 2, y - height / 2, width, height, radius=min(width, height, 36) / 2)

    def twin(
        self,
        *points: Point,
        values: tuple[str, str] = ("h_prev", "x"),
        steps: str | None = None,
    ) -> None:
        """Two ``values``, joined, travel side by side: level, upwards, or round one corner.

        Level, the first is the upper strand; upwards, it is the left one.
        """
        for value, shift in zip(values, (-STRAND, STRAND), strict=True):
            self.wire(value, *((x + shift, y + shift) for x, y in points), steps=steps)

    def dot(
        self,
        value: Names,
        at: Point,
        steps: str | None = None,
        hue: str | None = None,
        time: str = "",
    ) -> None:
        """Here ``value`` is copied, or several values that travel side by side."""
        first = _names(value)[0]
        part = self._part("dot", hue or self._hue(first), steps or self.steps.get(first))
        _add(part, "circle", cx=at[0], cy=at[1], r=6.5)
        self._remember("dot of another time" if time else "dot", (at,), value, value)

    def layer(
        self,
        function: str,
        at: Point,
        reads: Names,
        gives: Names,
        name: str = "",
        size: tuple[int, int] = LAYER,
        steps: str | None = None,
        hue: str | None = None,
        hides: Names = (),
    ) -> None:
        """A learned layer: its ``function`` and, below, its ``name``.

        ``function`` is its squashing function, "linear" if it has none, or the letter of its one
        matrix.  It ``reads`` what arrives in it, peepholes by their product ("p_f*c_prev"), and
        ``gives`` one value; if it gives several, it stands for a whole module.  What is not to be
        seen is said by name: it ``hides`` an operation of the graph ("per_root").
        """
        outline = _outline(at, size)
        hue = hue or self._hue(_names(gives)[0])
        part = self._part("layer", hue, steps)
        (x, y), (width, height) = at, size
        _box(part, *outline[0], width, height, radius=12)
        _text(part, function, (x, y - 12 if name else y), "function")
        if name:
            _text(part, name, (x, y + 14), "name")
        kind = "layer" if len(_names(gives)) == 1 else "module in one layer"
        self._remember(kind, outline, reads, gives, sign=function, hides=hides)

    def operation(
        self, sign: str, at: Point, of: Names, gives: str, steps: str | None = None
    ) -> None:
        """A pointwise operation ``of`` one or two values: ``×``, ``+``, ``1−``, or a function.

        The operands stand in the order of the equation.  A sum has the hue of what it ``gives``;
        anything else that of its first operand, which in a product is the gate.
        """
        hue = self._hue(gives if sign == "+" else _names(of)[0])
        self._draw_operation(sign, at, hue, steps)
        size = (2 * RADIUS, 2 * RADIUS) if sign in STROKES else PILL
        self._remember("operation", _outline(at, size), of, gives, sign=sign)

    def shorthand(
        self,
        words: str,
        at: Point,
        of: Names,
        gives: Names,
        hue: str,
        width: float = PILL[0],
        hides: Names = (),
    ) -> None:
        """One shape for several operations of the graph, which are not drawn one by one.

        ``of`` and ``gives`` are as in the graph; what else goes in, and is not shown, it ``hides``.
        """
        self._draw_operation(words, at, hue, None, width)
        outline = _outline(at, (width, PILL[1]))
        self._remember("shorthand", outline, of, gives, sign=words, hides=hides)

    def _draw_operation(
        self, sign: str, at: Point, hue: str, steps: str | None, width: float = PILL[0]
    ) -> None:
        x, y = at
        part = self._part("operation", hue, steps)
        if sign in STROKES:
            _add(part, "circle", cx=x, cy=y, r=RADIUS)
            _add(part, "path", d=STROKES[sign].format(x=x, y=y)).set("class", "sign")
        else:
            _box(part, x - width / 2, y - PILL[1] / 2, width, PILL[1], radius=PILL[1] // 2)
            _text(part, sign, at, "function")

    def label(self, value: str, at: Point, anchor: str = "start", time: str = "") -> None:
        """The name of ``value`` as the equations write it, each factor in its own hue.

        ``time`` is its subscript, if it is not the one of ``value`` in this step.
        """
        part = self._part("label", self._hue(value), self.steps.get(value))
        x, y = at
        text = _add(part, "text", x=x, y=y)
        text.set("text-anchor", anchor)
        spelt = None if "*" in value else self._spell(value)
        now = "t−1" if value.endswith("_prev") else "t"
        for factor in value.split("*"):
            if len(text):
                _add(text, "tspan", dy=-6).text = " × "
            moment = time or ("t−1" if factor.endswith("_prev") else "t")
            letter = _italic(text, self._spell(factor).letter, moment)
            if factor != value:
                letter.set("class", f"factor q-{self._hue(factor)}")
        if spelt and spelt.tilde:
            over = TILDE_OVER.get(spelt.letter, TILDE_OVER_SMALL)
            _add(part, "path", d=TILDE.format(x=x, y=y, over=over)).set("class", "tilde")
        if spelt and spelt.superscript:
            raised = _add(text, "tspan", dx=3, dy=-16)
            raised.set("class", "sub upright")
            raised.text = spelt.superscript
        elsewhere = time.startswith("t") and time != now
        self._remember("label of another time" if elsewhere else "label", (at,), value)

    def chip(self, value: str, at: Point) -> None:
        """The number on the wire of ``value``, if the drawing was given one."""
        self._remember("chip", (at,), value)
        if value not in self.values:
            return
        (x, y), (width, height) = at, CHIP
        part = self._part("chip", self._hue(value), self.steps.get(value))
        _box(part, x - width / 2, y - height / 2, width, height, radius=height / 2)
        text = _text(part, notation.number(self.values[value]), at, "number")
        text.set("data-value", value)

    def caption(self, at: Point, *lines: str) -> None:
        """Plain words, centred, one line below the other."""
        x, y = at
        for place, line in enumerate(lines):
            _text(self.root, line, (x, y + 22 * place), "caption")

    def _remember(
        self,
        kind: str,
        points: tuple[Point, ...],
        of: Names = (),
        gives: Names = (),
        sign: str = "",
        arrow: bool = False,
        hides: Names = (),
    ) -> None:
        """What was just drawn, for whoever compares the drawing with the graph."""
        if not self.ghostly:
            names = (_names(of), _names(gives), sign, arrow, _names(hides))
            self.shapes.append(Shape(kind, tuple(points), *names))

    def _hue(self, value: str) -> str:
        """The quantity that a value belongs to, as the cell's graph has it; without a cell, as its
        letter says, and so for what is missing, which has the look of a ghost."""
        if self.graph is None or self.ghostly:
            return notation.quantity(value) if value.isidentifier() else "hidden"
        return self.graph.quantity(value)

    def _spell(self, value: str) -> notation.Spelling:
        return notation.spell(self.graph.name_of(value) if self.graph else value)

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


def _italic(text: ET.Element, words: str, time: str) -> ET.Element:
    """An italic letter with the time as its subscript; ``t`` is italic too, ``−1`` upright."""
    letter = _add(text, "tspan")
    letter.text = words
    moment = _add(letter, "tspan", dy=6)
    moment.set("class", "sub")
    moment.text = time[0]
    if time[1:]:
        shift = _add(moment, "tspan")
        shift.set("class", "upright")
        shift.text = time[1:]
    return letter


def _names(names: Names) -> tuple[str, ...]:
    """One name or several, as several."""
    return (names,) if isinstance(names, str) else tuple(names)


def _outline(at: Point, size: tuple[float, float]) -> tuple[Point, Point]:
    """The upper left and the lower right corner of a box with its middle ``at`` a point."""
    (x, y), (width, height) = at, size
    return (x - width / 2, y - height / 2), (x + width / 2, y + height / 2)


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
