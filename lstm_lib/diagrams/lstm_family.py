"""The module of an LSTM and of its variants, drawn from the pieces that it has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from lstm_lib.cells import Cell
from lstm_lib.cells.checks import names_of, unknown_name
from lstm_lib.diagrams.canvas import BRIDGE, LAYER, PILL, RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.modules import variant_canvas
from lstm_lib.diagrams.sheet import (
    BELT,
    BUS,
    CANDIDATE,
    CIRCLE,
    EDGE,
    FORGET,
    INPUT,
    JOIN,
    LAYER_TOP,
    LAYERS,
    MODULE,
    NAMES,
    NUMBERS,
    OUTPUT,
    SHOW,
    SHOWN,
    SIZE,
    TANH,
    TOP,
    UP,
    WRITE,
)

# Of the peepholes: the columns where they leave the old and the new cell state and where they come
# down beside the number of their gate; the lines on which they go right.
OLD, NEW, PEEK_INPUT, PEEK_OUTPUT = 94, 385, 198, 406
ABOVE_FORGET, NO_FORGET, ABOVE_OUTPUT = 168, 240, 190
# Of the gates' last values: their line, and how far beside its own column each gate takes them.
LAST, BESIDE = 441, 20
LAST_GATES = ("f_prev", "i_prev", "o_prev")
# Of the depth gate: the columns of its own old state and of the state of the layer below, which
# pass between two layers; the lines below the bus.
OWN, BELOW = 182, 194
UNDER, PASS, DEPTH, READ = 404, 436, 500, 552
# Of a highway past the cell: the columns of x and of the cell state, the module's right edge, and
# the line on which h leaves.
PAST, HIGH, WIDER, HIGHWAY = 506, 556, 580, 262
NARROW, PROJECTION = (80, 62), (44, 62)

STEPS = {
    "x": "forget input output",
    "h_prev": "forget input output",
    "c_prev": "update belt",
    "f": "forget update",
    "i": "input update",
    "1-i": "update",
    "c_tilde": "input update",
    "f*c_prev": "update belt",
    "(1-i)*c_prev": "update belt",
    "i*c_tilde": "update",
    "c": "update output belt",
    "p_f": "forget",
    "p_i": "input",
    "p_o": "output",
    "p_f*c_prev": "forget",
    "p_i*c_prev": "input",
    "p_o*c": "output",
    "o": "output",
    "tanh(c)": "output",
    "h": "output",
}
"""In which steps of the walk-through each value takes part."""


class Place(NamedTuple):
    """Where a learned layer stands, what it is called, and the step in which it takes part."""

    column: int
    name: str
    step: str


PLACES = {
    "f": Place(FORGET, "forget", "forget"),
    "i": Place(INPUT, "input", "input"),
    "c_tilde": Place(CANDIDATE, "candidate", "input"),
    "o": Place(OUTPUT, "output", "output"),
    "x_tilde": Place(CANDIDATE, "candidate", "input"),
    "r": Place(OUTPUT, "reset", "output"),
}
"""The layers by what they give; a module has one a column at the most."""
FOUR = ("f", "i", "c_tilde", "o")


@dataclass(frozen=True)
class Pieces:
    """Which pieces the module of an LSTM, or of a relative of it, has; by default, an LSTM's.

    Raises ``ValueError`` for a piece that is not known here, and without a candidate.
    """

    layers: tuple[str, ...] = FOUR
    """What the layers give, from left to right. There are ``"f"``, ``"i"``, ``"c_tilde"`` or
    ``"x_tilde"`` for the candidate, and ``"o"`` or ``"r"``."""
    inputs: tuple[str, ...] = ("h_prev", "x")
    """What all layers read."""
    coupled: str = ""
    """The gate that stands for two, "i" or "f"; the other is 1 − i or 1 − f."""
    squashed: tuple[str, ...] = ("c_tilde", "c")
    """What passes through a tanh."""
    peepholes: tuple[str, ...] = ()
    """The gates that see the cell state, o the new one, the others the old one."""
    weight: str = "p"
    """The letter of their weights."""
    highway: bool = False
    """Whether h is r times the cell state plus 1 − r times x. (Without r and o, h is the cell state
    itself, or its tanh.)"""
    projected: bool = False
    """Whether a layer makes h smaller."""
    recurrent: bool = False
    """Whether the gates read what they put out one step before."""
    deep: bool = False
    """Whether the cell state of the layer below comes in, through a gate of its own."""
    usual: tuple[str, ...] = ()
    """The peepholes of the known module, from which the difference is lit."""

    def __post_init__(self):
        for kind, names, known in (
            ("layer", self.layers, PLACES),
            ("coupled gate", [self.coupled] if self.coupled else (), ("f", "i")),
            ("squashed value", self.squashed, (*PLACES, "c")),
            ("gate with a peephole", (*self.peepholes, *self.usual), PLACES),
        ):
            for name in names:
                if name not in known:
                    raise ValueError(unknown_name(kind, name, known))
        if not {"c_tilde", "x_tilde"} & {*self.layers}:
            raise ValueError(f"no candidate among the layers {names_of(self.layers)}")

    @property
    def below(self) -> int:
        """How much longer the sheet is, for what stands below the bus."""
        return 158 if self.deep else 50 if self.recurrent else 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet."""
        return SIZE[0], SIZE[1] + self.below

    @property
    def candidate(self) -> str:
        """The layer whose values are added to the cell state."""
        return next(value for value in self.layers if value.endswith("_tilde"))

    @property
    def keeps(self) -> str:
        """What the old cell state is multiplied by, if by anything."""
        return "1-i" if self.coupled == "i" else "f" if "f" in self.layers else ""

    @property
    def writes(self) -> str:
        """What the candidate is multiplied by, if by anything."""
        return "1-f" if self.coupled == "f" else "i" if "i" in self.layers else ""

    @property
    def kept(self) -> str:
        """What the old cell state has become when the new is added to it."""
        return _product(self.keeps, "c_prev")

    @property
    def written(self) -> str:
        """What is added to the old cell state."""
        return _product(self.writes, self.candidate)

    @property
    def shown(self) -> str:
        """What the output gate multiplies."""
        return "tanh(c)" if "c" in self.squashed else "c"

    def is_new(self, value: str) -> bool:
        """Whether the layer that puts out ``value`` is not as the reader knows it."""
        if value not in FOUR or self.inputs != ("h_prev", "x"):
            return True
        if value == "c_tilde":
            return value not in self.squashed
        return self.recurrent or (value in self.peepholes) != (value in self.usual)

    @property
    def peeks_anew(self) -> bool:
        """Whether the peepholes are something that the reader does not know."""
        return not set(self.peepholes) <= set(self.usual)

    def sees(self, gate: str) -> str:
        """What a gate sees through its peephole."""
        return f"{self.weight}_{gate}*c" + ("" if gate == "o" else "_prev")

    def reads(self, value: str) -> tuple[str, ...]:
        """What the layer reads that gives ``value``."""
        seen = self.inputs
        if value in self.peepholes:
            seen += (self.sees(value),)
        if self.recurrent and value != "c_tilde":
            seen += LAST_GATES
        return seen


def _product(gate: str, value: str) -> str:
    """The name of a product; of ``value`` alone, if there is no gate."""
    return f"({gate})*{value}" if "-" in gate else f"{gate}*{value}" if gate else value


def variant_of_lstm(
    cell: type[Cell],
    key: str,
    title: str,
    pieces: Pieces,
    values: Mapping[str, float] | None,
    lit: str | None,
) -> Drawing:
    """The drawing of a cell that is an LSTM with these ``pieces``; ``key`` starts its ids.

    Raises ``ValueError`` for another ``lit`` than ``None`` and ``"difference"``.
    """
    known = "the LSTM with peepholes" if pieces.usual else "the LSTM"
    settings = {"size": pieces.size, "steps": STEPS}
    if pieces.recurrent:  # f, i and o go on to the next step as well; the words say it
        settings["outputs"] = ("h", "c")
    words = describe(pieces)
    canvas = variant_canvas(cell, key, title, words, values, lit, known, **settings)
    draw(canvas, pieces)
    return canvas.drawing()


def draw(canvas: Canvas, pieces: Pieces) -> None:
    """The whole module."""
    left, top, right, bottom = MODULE
    right = WIDER if pieces.highway else right
    canvas.module(left, top, right, bottom + pieces.below)
    _draw_bus(canvas, pieces)
    if pieces.recurrent:
        _draw_last_gates(canvas)
    _draw_belt(canvas, pieces)
    if pieces.deep:
        _draw_depth(canvas)
    _draw_gates(canvas, pieces)
    _draw_peepholes(canvas, pieces)
    _draw_output(canvas, pieces)
    _draw_layers(canvas, pieces)
    _draw_operations(canvas, pieces)
    _draw_labels(canvas, pieces)
    _draw_chips(canvas, pieces)
    _draw_ghosts(canvas, pieces)


def _draw_bus(canvas: Canvas, pieces: Pieces) -> None:
    """Side by side, h and x, or x alone, pass below the layers; each layer gets a copy."""
    first, *others = (PLACES[value] for value in pieces.layers)
    bus, line = partial(canvas.wire, "x"), BUS
    if "h_prev" in pieces.inputs:
        bus, line = canvas.twin, BUS + STRAND
        canvas.wire("h_prev", (0, BUS - STRAND), (first.column, BUS - STRAND))
    canvas.wire("x", (JOIN, 474 + pieces.below), (JOIN, line), (first.column, line))

    bus((first.column, BUS), (first.column, LAYERS), steps=first.step)
    for before, layer in pairwise((first, *others)):
        start, corner, end = (before.column, BUS), (layer.column, BUS), (layer.column, LAYERS)
        if layer == others[-1] and not pieces.highway:
            bus(start, corner, end, steps=layer.step)
        else:
            for left, right in _split(before.column, layer.column, pieces):
                bus((left, BUS), (right, BUS), steps="input output")
            bus(corner, end, steps=layer.step)

    for layer in (first, *(others if pieces.highway else others[:-1])):
        steps = None if layer.name == "forget" else "input output"
        canvas.dot(pieces.inputs, (layer.column, BUS), steps=steps)


def _split(start: int, end: int, pieces: Pieces) -> list[tuple[int, int]]:
    """The bus from ``start`` to ``end`` in pieces, open where other wires pass over it."""
    gaps = [(column + BESIDE - 14, column + BESIDE + 14) for column in (FORGET, INPUT)]
    if not pieces.recurrent:
        gaps = [(OWN - 9, BELOW + 9)] if pieces.deep else []
    edges = [start, *(edge for gap in gaps if start < gap[0] < end for edge in gap), end]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _draw_last_gates(canvas: Canvas) -> None:
    """The values of f, i and o one step before reach the same three layers, side by side."""
    steps, line = "forget input output", LAST
    f, i, o = line - 5, line, line + 5
    ends = (JOIN - BRIDGE, JOIN + BRIDGE)
    with canvas.difference():
        canvas.wire("f_prev", (0, f), (ends[0], f), steps=steps)
        canvas.wire("i_prev", (0, i + 35), (52, i + 35), (52, i), (ends[0], i), steps=steps)
        canvas.wire("o_prev", (0, o + 70), (60, o + 70), (60, o), (ends[0], o), steps=steps)
        places = [PLACES[gate].column + BESIDE for gate in "fio"]
        _draw_three(canvas, (ends[1], line), (places[0], line), steps=steps)
        _draw_three(canvas, (places[0], line), (places[0], LAYERS), steps="forget")
        _draw_three(canvas, (places[0], line), (places[1], line), steps="input output")
        _draw_three(canvas, (places[1], line), (places[1], LAYERS), steps="input")
        _draw_three(
            canvas, (places[1], line), (places[2], line), (places[2], LAYERS), steps="output"
        )
        canvas.dot(LAST_GATES, (places[0], line), steps, hue="hidden")
        canvas.dot(LAST_GATES, (places[1], line), "input output", hue="hidden")


def _draw_three(canvas: Canvas, *points, steps: str) -> None:
    for value, shift in zip(LAST_GATES, (-5, 0, 5), strict=True):
        canvas.wire(value, *((x + shift, y + shift) for x, y in points), steps=steps)


def _draw_depth(canvas: Canvas) -> None:
    """The cell state of the layer below, multiplied by d, is added to the one on the belt."""
    left, right, top = CANDIDATE - LAYER[0] / 2, CANDIDATE + LAYER[0] / 2, DEPTH - LAYER[1] / 2
    with canvas.difference():
        canvas.wire("x", (JOIN, READ), (CANDIDATE, READ), (CANDIDATE, DEPTH), bridge=BELOW)
        canvas.dot("x", (JOIN, READ))
        canvas.wire("c_below", (BELOW, 628), (BELOW, PASS + RADIUS), arrow=True)
        canvas.wire("d", (CANDIDATE, top), (CANDIDATE, PASS), (BELOW + RADIUS, PASS), arrow=True)
        canvas.wire("d*c_below", (BELOW, PASS), (BELOW, BELT + RADIUS), arrow=True)
        canvas.peephole("l_d*c_below", (BELOW, DEPTH), (left, DEPTH))
        canvas.dot("c_below", (BELOW, DEPTH))
        down = (OWN, ABOVE_FORGET), (OWN, UNDER), (BELOW - BRIDGE, UNDER)
        start = ((OLD, BELT), (OLD, ABOVE_FORGET), down[0])
        canvas.peephole("p_d*c_prev", *start, *down[1:], arrow=False, bridge=FORGET)
        over = ((BELOW + BRIDGE, UNDER), (right + 22, UNDER), (right + 22, DEPTH), (right, DEPTH))
        canvas.peephole("p_d*c_prev", *over)
        canvas.dot("c_prev", (OLD, BELT))
        reads = ("x", "p_d*c_prev", "l_d*c_below")
        canvas.layer("σ", (CANDIDATE, DEPTH), reads, "d", name="depth")
        canvas.operation("×", (BELOW, PASS), ("d", "c_below"), "d*c_below")


def _draw_belt(canvas: Canvas, pieces: Pieces) -> None:
    canvas.belt(0, EDGE, BELT)
    if pieces.keeps:
        canvas.wire("c_prev", (0, BELT), (FORGET, BELT))
        with canvas.difference(pieces.coupled == "i"):
            canvas.wire(pieces.kept, (FORGET, BELT), (BELOW if pieces.deep else CANDIDATE, BELT))
    else:
        with canvas.difference():
            canvas.wire("c_prev", (0, BELT), (CANDIDATE, BELT))
    if pieces.deep:
        with canvas.difference():
            canvas.wire("d*c_below+f*c_prev", (BELOW, BELT), (CANDIDATE, BELT))
    canvas.wire("c", (CANDIDATE, BELT), (EDGE, BELT), arrow=True, bridge=UP)


def _draw_gates(canvas: Canvas, pieces: Pieces) -> None:
    """What the layers give, on its way to the operations."""
    candidate, top = pieces.candidate, (CANDIDATE, LAYER_TOP)
    if "f" in pieces.layers:
        canvas.wire("f", (FORGET, LAYER_TOP), (FORGET, BELT + RADIUS), arrow=True)
    if pieces.coupled:
        _draw_coupling(canvas, pieces.coupled)
    elif "i" in pieces.layers:
        way = ((INPUT, LAYER_TOP), (INPUT, WRITE), (CANDIDATE - RADIUS, WRITE))
        canvas.wire("i", *way, arrow=True)
    if pieces.writes:
        with canvas.difference(candidate not in FOUR):
            canvas.wire(candidate, top, (CANDIDATE, WRITE + RADIUS), arrow=True)
        written = (CANDIDATE, WRITE), (CANDIDATE, BELT + RADIUS)
        with canvas.difference(pieces.coupled == "f"):
            canvas.wire(pieces.written, *written, arrow=True)
    else:
        with canvas.difference():
            canvas.wire(candidate, top, (CANDIDATE, BELT + RADIUS), arrow=True)
    if "o" in pieces.layers:
        canvas.wire("o", (OUTPUT, LAYER_TOP), (OUTPUT, SHOW), (SHOWN - RADIUS, SHOW), arrow=True)


def _draw_coupling(canvas: Canvas, gate: str) -> None:
    """One copy of the gate goes to its own product, and 1 minus the gate to the other product."""
    old, new = (FORGET, BELT + RADIUS), (CANDIDATE - RADIUS, WRITE)
    if gate == "i":
        canvas.wire("i", (INPUT, LAYER_TOP), (INPUT, WRITE))
        canvas.wire("i", (INPUT, WRITE), new, arrow=True)
        start, turn, end = (INPUT, WRITE), (FORGET + PILL[0] / 2, WRITE), old
        rest = (FORGET, WRITE)
    else:
        start, turn, end = (FORGET, WRITE), (INPUT - PILL[0] / 2, WRITE), new
        rest = (INPUT, WRITE)
    with canvas.difference():
        canvas.wire(gate, start, turn, arrow=True, steps="update")
        canvas.wire(f"1-{gate}", rest, end, arrow=True)
        canvas.dot(gate, start, steps="update")


def _draw_peepholes(canvas: Canvas, pieces: Pieces) -> None:
    """From the old cell state to f and i, or r; from the new one to o."""
    f, i, o, r = (gate in pieces.peepholes for gate in "fior")
    line, bridge = (ABOVE_FORGET, FORGET) if "f" in pieces.layers else (NO_FORGET, None)
    start = (OLD, line if f and (i or r) else BELT)
    with canvas.difference(pieces.peeks_anew):
        if f and (i or r):
            canvas.peephole("c_prev", (OLD, BELT), start, arrow=False, steps="forget input")
            canvas.dot("c_prev", start, steps="forget input")
        if f:
            canvas.peephole(pieces.sees("f"), start, (OLD, LAYER_TOP + 1))
        corners = tuple(dict.fromkeys((start, (OLD, line))))
        if i:
            way = (*corners, (PEEK_INPUT, line), (PEEK_INPUT, LAYER_TOP))
            canvas.peephole(pieces.sees("i"), *way, bridge=bridge)
        if r:
            half = (PEEK_INPUT, line)
            canvas.peephole(pieces.sees("r"), *corners, half, arrow=False, bridge=bridge)
            way = (half, (PEEK_OUTPUT, line), (PEEK_OUTPUT, LAYER_TOP))
            canvas.peephole(pieces.sees("r"), *way, bridge=CANDIDATE)
        if f or i or r:
            canvas.dot("c_prev", (OLD, BELT), steps="forget input")
        if o:
            corners = ((NEW, ABOVE_OUTPUT), (PEEK_OUTPUT, ABOVE_OUTPUT))
            canvas.peephole(pieces.sees("o"), (NEW, BELT), *corners, (PEEK_OUTPUT, LAYER_TOP))
            canvas.dot("c", (NEW, BELT), steps="output")


def _draw_output(canvas: Canvas, pieces: Pieces) -> None:
    """The new cell state, squashed and multiplied by o, is the new h."""
    if pieces.highway:
        _draw_highway(canvas)
        return
    squashed, gated = "c" in pieces.squashed, "o" in pieces.layers
    if squashed:
        canvas.wire("c", (SHOWN, BELT), (SHOWN, TANH), steps="output")
    if squashed and gated:
        canvas.wire("tanh(c)", (SHOWN, TANH), (SHOWN, SHOW - RADIUS), arrow=True)
    elif gated:
        with canvas.difference():
            way = ((SHOWN, BELT), (SHOWN, SHOW - RADIUS))
            canvas.wire("c", *way, arrow=True, steps="output")
    if pieces.projected:
        with canvas.difference():
            canvas.wire("o*tanh(c)", (SHOWN, SHOW), (SHOWN, LAYER_TOP), arrow=True)
    with canvas.difference(not gated):
        start = LAYERS if pieces.projected else SHOW if gated else TANH if squashed else BELT
        canvas.wire("h", (SHOWN, start), (SHOWN, BUS), (EDGE, BUS), arrow=True)
    canvas.wire("h", (UP, BUS), (UP, TOP), arrow=True)
    canvas.dot("c", (SHOWN, BELT))
    canvas.dot("h", (UP, BUS))


def _draw_highway(canvas: Canvas) -> None:
    """The new h is r times the cell state plus 1 − r times x, which comes up beside the layers."""
    show, rest, low = 148, 204, HIGHWAY
    with canvas.difference():
        canvas.wire("r", (OUTPUT, LAYER_TOP), (OUTPUT, show), (HIGH - RADIUS, show), arrow=True)
        canvas.wire("r", (OUTPUT, rest), (PAST, rest))
        canvas.wire("1-r", (PAST, rest), (PAST, low - RADIUS), arrow=True)
        canvas.wire("x", (OUTPUT, BUS), (PAST, BUS), (PAST, low + RADIUS), arrow=True)
        canvas.wire("(1-r)*x", (PAST, low), (HIGH - RADIUS, low))
        canvas.wire("c", (HIGH, BELT), (HIGH, show - RADIUS), arrow=True)
        canvas.wire("r*c", (HIGH, show), (HIGH, low - RADIUS), arrow=True)
        canvas.wire("h", (HIGH, low), (EDGE, low), arrow=True)
        canvas.wire("h", (UP, low), (UP, TOP), arrow=True)
        canvas.dot("r", (OUTPUT, rest))
        canvas.dot("c", (HIGH, BELT))
        canvas.dot("h", (UP, low))
        canvas.operation("×", (HIGH, show), ("r", "c"), "r*c")
        canvas.operation("1−", (PAST, rest), "r", "1-r")
        canvas.operation("×", (PAST, low), ("1-r", "x"), "(1-r)*x")
        canvas.operation("+", (HIGH, low), ("r*c", "(1-r)*x"), "h")


def _draw_layers(canvas: Canvas, pieces: Pieces) -> None:
    for value in pieces.layers:
        column, name, step = PLACES[value]
        function = "σ"
        if value == pieces.candidate:
            function = "tanh" if value in pieces.squashed else "linear"
        with canvas.difference(pieces.is_new(value)):
            size = NARROW if pieces.deep and value in "fi" else LAYER
            at, reads = (column, LAYERS), pieces.reads(value)
            canvas.layer(function, at, reads, value, name, size, step)
    if pieces.projected:
        with canvas.difference():
            at = (SHOWN, LAYERS)
            canvas.layer("P", at, "o*tanh(c)", "h", size=PROJECTION, steps="output")


def _draw_operations(canvas: Canvas, pieces: Pieces) -> None:
    kept, written, rest = pieces.kept, pieces.written, pieces.coupled
    if pieces.keeps:
        with canvas.difference(rest == "i"):
            of = (pieces.keeps, "c_prev")
            canvas.operation("×", (FORGET, BELT), of, kept, steps=canvas.steps.get(kept))
    if pieces.deep:
        with canvas.difference():
            both = ("d*c_below", kept)
            kept = "d*c_below+f*c_prev"
            canvas.operation("+", (BELOW, BELT), both, kept, steps="update belt")
    canvas.operation("+", (CANDIDATE, BELT), (kept, written), "c", steps="update belt")
    if rest:
        with canvas.difference():
            at = (FORGET if rest == "i" else INPUT, WRITE)
            canvas.operation("1−", at, rest, f"1-{rest}", steps="update")
    if pieces.writes:
        with canvas.difference(rest == "f"):
            of = (pieces.writes, pieces.candidate)
            canvas.operation("×", (CANDIDATE, WRITE), of, written, steps="update")
    shown, gated = pieces.shown, "o" in pieces.layers
    if "c" in pieces.squashed:
        canvas.operation("tanh", (SHOWN, TANH), "c", shown if gated else "h", steps="output")
    if gated:
        gives = "o*tanh(c)" if pieces.projected else "h"
        canvas.operation("×", (SHOWN, SHOW), ("o", shown), gives, steps="output")


def _draw_labels(canvas: Canvas, pieces: Pieces) -> None:
    canvas.label("c_prev", (2, BELT - 30))
    canvas.label("c", (UP + 11, BELT - 30))
    for value in pieces.layers:
        with canvas.difference(value not in FOUR):
            canvas.label(value, (PLACES[value].column + 11, NAMES))
    if "h_prev" in pieces.inputs:
        canvas.label("h_prev", (2, BUS - 30))
    canvas.label("h", (UP + 11, (HIGHWAY if pieces.highway else BUS) - 30))
    canvas.label("h", (UP, 26), anchor="middle")
    canvas.label("x", (JOIN, 494 + pieces.below), anchor="middle")
    with canvas.difference(pieces.peeks_anew):
        for gate in pieces.peepholes:
            column = {"f": OLD, "i": PEEK_INPUT}.get(gate, PEEK_OUTPUT)
            canvas.label(f"{pieces.weight}_{gate}", (column + 9, NAMES - 3), time=gate)
    with canvas.difference():
        if pieces.recurrent:
            for gate, line in zip("fio", (LAST - 5, LAST + 35, LAST + 75), strict=True):
                canvas.label(f"{gate}_prev", (2, line - 13))
        if pieces.deep:
            canvas.label("c_below", (BELOW - 10, 652))
            canvas.label("d", (CANDIDATE + 11, DEPTH - 40))
            canvas.label("p_d", (CANDIDATE + 79, DEPTH - 40), time="d")
            canvas.label("l_d", (BELOW + 33, DEPTH - 12), time="d")


def _draw_chips(canvas: Canvas, pieces: Pieces) -> None:
    canvas.chip("c_prev", (40, BELT))
    if pieces.deep:
        with canvas.difference():
            canvas.chip("d*c_below+f*c_prev", (268, BELT))
            canvas.chip("d*c_below", (BELOW, 142))
            canvas.chip("d", (278, PASS))
            canvas.chip("c_below", (BELOW, 442 + pieces.below))
    elif pieces.keeps:
        canvas.chip(pieces.kept, (INPUT, BELT))
    if pieces.coupled == "i":
        with canvas.difference():
            canvas.chip("1-i", (FORGET, 147))
    if pieces.writes:
        with canvas.difference(pieces.coupled == "f"):
            canvas.chip(pieces.written, (CANDIDATE, 147 if "r" not in pieces.layers else 143))
    canvas.chip("c", ((CANDIDATE + SHOWN) / 2, BELT))
    for value in pieces.layers:
        with canvas.difference(value not in FOUR):
            canvas.chip(value, (PLACES[value].column, NUMBERS))
    if "c" in pieces.squashed and "o" in pieces.layers:
        canvas.chip("tanh(c)", (SHOWN, 172))
    if "h_prev" in pieces.inputs:
        canvas.chip("h_prev", (40, BUS - STRAND))
    if pieces.projected:
        with canvas.difference():
            canvas.chip("o*tanh(c)", (SHOWN, NUMBERS - 12))
    canvas.chip("x", (JOIN, 442 + pieces.below))
    canvas.chip("h", (UP, 190 if pieces.highway else 238))


def _draw_ghosts(canvas: Canvas, pieces: Pieces) -> None:
    """The outlines of what the known module has and this one has not."""
    columns = [PLACES[value].column for value in pieces.layers]
    for column in (FORGET, INPUT, CANDIDATE, OUTPUT):
        if column not in columns:
            canvas.ghost((column, LAYERS), LAYER)
    if not pieces.keeps:
        canvas.ghost((FORGET, BELT), CIRCLE)
    if not pieces.writes:
        canvas.ghost((CANDIDATE, WRITE), CIRCLE)
    if "o" not in pieces.layers and not pieces.highway:
        canvas.ghost((SHOWN, SHOW), CIRCLE)
    if "c" not in pieces.squashed and not pieces.highway:
        canvas.ghost((SHOWN, TANH), PILL)
    if pieces.usual and not pieces.peepholes:
        with canvas.missing():
            _draw_peepholes(canvas, replace(pieces, peepholes=pieces.usual))


def describe(pieces: Pieces) -> str:
    """The module in words, for those who do not see it."""
    return "".join(
        (
            _describe_belt(pieces),
            _describe_layers(pieces),
            _describe_peepholes(pieces),
            _describe_others(pieces),
            _describe_output(pieces),
        )
    )


def _describe_belt(pieces: Pieces) -> str:
    operations = "two operations" if pieces.keeps else "one operation"
    words = f"The cell state C runs along the top, from left to right, and meets {operations} on"
    words += " its way."
    if "f" in pieces.layers:
        words += " First it is multiplied by f, which the forget layer puts out."
    if pieces.coupled == "i":
        words += " First it is multiplied by one minus i, made of a copy of i; no layer is there"
        words += " for forgetting."
    words += " Then " if pieces.keeps else " "
    if pieces.coupled == "f":
        words += "the product of one minus f, made of a copy of f, and of the new candidate is"
        words += " added; no layer is there for writing."
    elif "i" in pieces.layers:
        words += "the product of i, from the input layer, and of the new candidate is added."
    else:
        words += "the new candidate is added, as it is."
    return words if pieces.keeps else words.replace(" the ", " The ", 1)


def _describe_layers(pieces: Pieces) -> str:
    names = [PLACES[value].name for value in pieces.layers if value != pieces.candidate]
    candidate = "with a tanh" if pieces.candidate in pieces.squashed else "without any function"
    come = " The hidden state h comes from the left and x from below; joined into one vector, they"
    if "h_prev" not in pieces.inputs:
        come = " The input x comes from below; alone, copies of it"
    return (
        f"{come} reach {('two', 'three', 'four')[len(names) - 1]} layers: {_listed(names)} with a"
        f" sigmoid, candidate {candidate}."
    )


def _describe_peepholes(pieces: Pieces) -> str:
    old = [PLACES[gate].name for gate in pieces.peepholes if gate != "o"]
    ways = [f"from the old cell state to the {_listed(old)} layer"] if old else []
    ways += ["from the new cell state to the output layer"] if "o" in pieces.peepholes else []
    if not ways:
        return ""
    return f" Peepholes, dashed and with weights {pieces.weight}, lead {_listed(ways)}."


def _describe_others(pieces: Pieces) -> str:
    words = ""
    if pieces.recurrent:
        words += " What the three gates put out one step before comes from the left as well, and"
        words += " reaches the same three gates; that they go on to the next step is not drawn."
    if pieces.deep:
        words += " The cell state of the layer below comes from below and is multiplied by d, from"
        words += " a depth layer with a sigmoid; the product is added to what was not forgotten,"
        words += " before the candidate. The depth layer reads x and, through dashed wires with a"
        words += " weight for each number, its own old cell state and that of the layer below."
    return words


def _describe_output(pieces: Pieces) -> str:
    if pieces.highway:
        return (
            " On the right, the new cell state is multiplied by r, from the reset layer, and x,"
            " which passes by the cell, by one minus r. Their sum is the new h, which leaves to the"
            " right and, copied, upwards."
        )
    ways = ["passes through tanh"] if "c" in pieces.squashed else []
    ways += ["is multiplied by o, from the output layer"] if "o" in pieces.layers else []
    if pieces.projected:
        ways += ["is made shorter by a learned layer P"]
    ways = ways or ["is copied as it is"]
    return (
        f" On the right, the new cell state {_listed(ways)}."
        " This is the new h, which leaves to the right and, copied, upwards."
    )


def _listed(words: list[str]) -> str:
    """``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
