"""The LSTM's module with pieces there, missing or added: what all drawings of its family share."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from lstm_lib.diagrams.canvas import BRIDGE, LAYER, PILL, RADIUS, STRAND, Canvas
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


class Layer(NamedTuple):
    """One of the four learned layers."""

    column: int
    name: str
    step: str


FOUR = {
    "f": Layer(FORGET, "forget", "forget"),
    "i": Layer(INPUT, "input", "input"),
    "c_tilde": Layer(CANDIDATE, "candidate", "input"),
    "o": Layer(OUTPUT, "output", "output"),
}


@dataclass(frozen=True)
class Pieces:
    """What is there; without arguments, the LSTM."""

    layers: tuple[str, ...] = tuple(FOUR)
    """The layers, by what they put out."""
    coupled: bool = False
    """Whether 1 − i takes the place of f."""
    squashed: tuple[str, ...] = ("c_tilde", "c")
    """What passes through a tanh."""
    peepholes: tuple[str, ...] = ()
    """The gates that see the cell state."""
    projected: bool = False
    """Whether a layer makes h smaller."""
    recurrent: bool = False
    """Whether the gates read what they put out one step before."""
    deep: bool = False
    """Whether the cell state of the layer below comes in, through a gate of its own."""
    usual: tuple[str, ...] = ()
    """Of these gates, the reader knows that they do: what is lit is the difference from that."""

    @property
    def storey(self) -> int:
        """How much is needed below the bus."""
        return 158 if self.deep else 50 if self.recurrent else 0

    @property
    def size(self) -> tuple[int, int]:
        """Of the sheet."""
        return SIZE[0], SIZE[1] + self.storey

    @property
    def kept(self) -> str:
        """What the old cell state has become when the new is added to it."""
        if self.coupled:
            return "(1-i)*c_prev"
        return "f*c_prev" if "f" in self.layers else "c_prev"

    @property
    def written(self) -> str:
        """What is added to the old cell state."""
        return "i*c_tilde" if "i" in self.layers else "c_tilde"

    @property
    def shown(self) -> str:
        """What the output gate multiplies."""
        return "tanh(c)" if "c" in self.squashed else "c"

    def is_new(self, value: str) -> bool:
        """Whether the layer that puts out ``value`` is not as the reader knows it."""
        if value == "c_tilde":
            return value not in self.squashed
        return self.recurrent or (value in self.peepholes) != (value in self.usual)

    @property
    def peeks_anew(self) -> bool:
        """Whether the peepholes are something that the reader does not know."""
        return not set(self.peepholes) <= set(self.usual)

    def reads(self, value: str) -> tuple[str, ...]:
        """What the layer reads that puts out ``value``."""
        seen = ("h_prev", "x")
        if value in self.peepholes:
            seen += ("p_o*c",) if value == "o" else (f"p_{value}*c_prev",)
        if self.recurrent and value != "c_tilde":
            seen += LAST_GATES
        return seen

    @property
    def forgets(self) -> bool:
        """Whether anything is multiplied with the old cell state."""
        return self.kept != "c_prev"


def draw(canvas: Canvas, pieces: Pieces) -> None:
    """The whole module."""
    *sides, bottom = MODULE
    canvas.module(*sides, bottom + pieces.storey)
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
    """Side by side, h and x pass below the layers; each layer gets a copy."""
    first, *others = (FOUR[value] for value in pieces.layers)
    canvas.wire("h_prev", (0, BUS - STRAND), (first.column, BUS - STRAND))
    bottom = (JOIN, 474 + pieces.storey)
    canvas.wire("x", bottom, (JOIN, BUS + STRAND), (first.column, BUS + STRAND))

    canvas.twin((first.column, BUS), (first.column, LAYERS), steps=first.step)
    for before, layer in pairwise((first, *others)):
        start, corner, end = (before.column, BUS), (layer.column, BUS), (layer.column, LAYERS)
        if layer == others[-1]:
            canvas.twin(start, corner, end, steps=layer.step)
        else:
            for left, right in _split(before.column, layer.column, pieces):
                canvas.twin((left, BUS), (right, BUS), steps="input output")
            canvas.twin(corner, end, steps=layer.step)

    for layer in (first, *others[:-1]):
        steps = None if layer.name == "forget" else "input output"
        canvas.dot(("h_prev", "x"), (layer.column, BUS), steps=steps)


def _split(start: int, end: int, pieces: Pieces) -> list[tuple[int, int]]:
    """The bus from ``start`` to ``end`` in pieces, open where other wires pass over it."""
    gaps = [(column + BESIDE - 14, column + BESIDE + 14) for column in (FORGET, INPUT)]
    if not pieces.recurrent:
        gaps = [(OWN - 9, BELOW + 9)] if pieces.deep else []
    edges = [start, *(edge for gap in gaps if start < gap[0] < end for edge in gap), end]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _draw_last_gates(canvas: Canvas) -> None:
    """What the three gates put out one step before, side by side, to the same three gates."""
    steps, line = "forget input output", LAST
    f, i, o = line - 5, line, line + 5
    ends = (JOIN - BRIDGE, JOIN + BRIDGE)
    with canvas.difference():
        canvas.wire("f_prev", (0, f), (ends[0], f), steps=steps)
        canvas.wire("i_prev", (0, i + 35), (52, i + 35), (52, i), (ends[0], i), steps=steps)
        canvas.wire("o_prev", (0, o + 70), (60, o + 70), (60, o), (ends[0], o), steps=steps)
        places = [FOUR[gate].column + BESIDE for gate in "fio"]
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
    """From below comes the cell state of the layer below; what d lets pass goes to the belt."""
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
    if pieces.forgets:
        canvas.wire("c_prev", (0, BELT), (FORGET, BELT))
        with canvas.difference(pieces.coupled):
            canvas.wire(pieces.kept, (FORGET, BELT), (BELOW if pieces.deep else CANDIDATE, BELT))
    else:
        with canvas.difference():
            canvas.wire("c_prev", (0, BELT), (CANDIDATE, BELT))
    if pieces.deep:
        with canvas.difference():
            canvas.wire("d*c_below+f*c_prev", (BELOW, BELT), (CANDIDATE, BELT))
    canvas.wire("c", (CANDIDATE, BELT), (EDGE, BELT), arrow=True, bridge=UP)


def _draw_gates(canvas: Canvas, pieces: Pieces) -> None:
    """What the layers put out, on its way to the operations."""
    if "f" in pieces.layers:
        canvas.wire("f", (FORGET, LAYER_TOP), (FORGET, BELT + RADIUS), arrow=True)
    if pieces.coupled:
        _draw_coupling(canvas)
    if "i" in pieces.layers:
        if not pieces.coupled:
            way = ((INPUT, LAYER_TOP), (INPUT, WRITE), (CANDIDATE - RADIUS, WRITE))
            canvas.wire("i", *way, arrow=True)
        canvas.wire("c_tilde", (CANDIDATE, LAYER_TOP), (CANDIDATE, WRITE + RADIUS), arrow=True)
        canvas.wire("i*c_tilde", (CANDIDATE, WRITE), (CANDIDATE, BELT + RADIUS), arrow=True)
    else:
        with canvas.difference():
            top = (CANDIDATE, LAYER_TOP)
            canvas.wire("c_tilde", top, (CANDIDATE, BELT + RADIUS), arrow=True)
    if "o" in pieces.layers:
        canvas.wire("o", (OUTPUT, LAYER_TOP), (OUTPUT, SHOW), (SHOWN - RADIUS, SHOW), arrow=True)


def _draw_coupling(canvas: Canvas) -> None:
    """One copy of i goes to the candidate; of the other, 1 − i goes to the old cell state."""
    canvas.wire("i", (INPUT, LAYER_TOP), (INPUT, WRITE))
    canvas.wire("i", (INPUT, WRITE), (CANDIDATE - RADIUS, WRITE), arrow=True)
    with canvas.difference():
        canvas.wire("i", (INPUT, WRITE), (FORGET + PILL[0] / 2, WRITE), arrow=True, steps="update")
        canvas.wire("1-i", (FORGET, WRITE), (FORGET, BELT + RADIUS), arrow=True)
        canvas.dot("i", (INPUT, WRITE), steps="update")


def _draw_peepholes(canvas: Canvas, pieces: Pieces) -> None:
    """From the old cell state to the forget and the input layer, from the new to the output."""
    f, i, o = (gate in pieces.peepholes for gate in "fio")
    line, bridge = (ABOVE_FORGET, FORGET) if "f" in pieces.layers else (NO_FORGET, None)
    start = (OLD, line if f and i else BELT)
    with canvas.difference(pieces.peeks_anew):
        if f and i:
            canvas.peephole("c_prev", (OLD, BELT), start, arrow=False, steps="forget input")
            canvas.dot("c_prev", start, steps="forget input")
        if f:
            canvas.peephole("p_f*c_prev", start, (OLD, LAYER_TOP + 1))
        if i:
            corners = ((OLD, line), (PEEK_INPUT, line))
            way = (*dict.fromkeys((start, *corners)), (PEEK_INPUT, LAYER_TOP))
            canvas.peephole("p_i*c_prev", *way, bridge=bridge)
        if f or i:
            canvas.dot("c_prev", (OLD, BELT), steps="forget input")
        if o:
            corners = ((NEW, ABOVE_OUTPUT), (PEEK_OUTPUT, ABOVE_OUTPUT))
            canvas.peephole("p_o*c", (NEW, BELT), *corners, (PEEK_OUTPUT, LAYER_TOP))
            canvas.dot("c", (NEW, BELT), steps="output")


def _draw_output(canvas: Canvas, pieces: Pieces) -> None:
    """The new cell state, squashed and multiplied by o, is the new h."""
    if "c" in pieces.squashed:
        canvas.wire("c", (SHOWN, BELT), (SHOWN, TANH), steps="output")
        if "o" in pieces.layers:
            canvas.wire("tanh(c)", (SHOWN, TANH), (SHOWN, SHOW - RADIUS), arrow=True)
    else:
        with canvas.difference():
            way = ((SHOWN, BELT), (SHOWN, SHOW - RADIUS))
            canvas.wire("c", *way, arrow=True, steps="output")
    if pieces.projected:
        with canvas.difference():
            canvas.wire("o*tanh(c)", (SHOWN, SHOW), (SHOWN, LAYER_TOP), arrow=True)
    with canvas.difference("o" not in pieces.layers):
        start = LAYERS if pieces.projected else SHOW if "o" in pieces.layers else TANH
        canvas.wire("h", (SHOWN, start), (SHOWN, BUS), (EDGE, BUS), arrow=True)
    canvas.wire("h", (UP, BUS), (UP, TOP), arrow=True)
    canvas.dot("c", (SHOWN, BELT))
    canvas.dot("h", (UP, BUS))


def _draw_layers(canvas: Canvas, pieces: Pieces) -> None:
    for value in pieces.layers:
        column, name, step = FOUR[value]
        function = "σ"
        if value == "c_tilde":
            function = "tanh" if value in pieces.squashed else "linear"
        with canvas.difference(pieces.is_new(value)):
            size = NARROW if pieces.deep and value in "fi" else LAYER
            canvas.layer(function, (column, LAYERS), pieces.reads(value), value, name, size, step)
    if pieces.projected:
        with canvas.difference():
            at = (SHOWN, LAYERS)
            canvas.layer("P", at, "o*tanh(c)", "h", size=PROJECTION, steps="output")


def _draw_operations(canvas: Canvas, pieces: Pieces) -> None:
    kept, written = pieces.kept, pieces.written
    if pieces.forgets:
        with canvas.difference(pieces.coupled):
            gate = "1-i" if pieces.coupled else "f"
            canvas.operation("×", (FORGET, BELT), (gate, "c_prev"), kept, steps="update belt")
    if pieces.deep:
        with canvas.difference():
            both = ("d*c_below", kept)
            kept = "d*c_below+f*c_prev"
            canvas.operation("+", (BELOW, BELT), both, kept, steps="update belt")
    canvas.operation("+", (CANDIDATE, BELT), (kept, written), "c", steps="update belt")
    if pieces.coupled:
        with canvas.difference():
            canvas.operation("1−", (FORGET, WRITE), "i", "1-i", steps="update")
    if "i" in pieces.layers:
        canvas.operation("×", (CANDIDATE, WRITE), ("i", "c_tilde"), written, steps="update")
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
        canvas.label(value, (FOUR[value].column + 11, NAMES))
    canvas.label("h_prev", (2, BUS - 30))
    canvas.label("h", (UP + 11, BUS - 30))
    canvas.label("h", (UP, 26), anchor="middle")
    canvas.label("x", (JOIN, 494 + pieces.storey), anchor="middle")
    with canvas.difference(pieces.peeks_anew):
        for gate in pieces.peepholes:
            column = {"f": OLD, "i": PEEK_INPUT, "o": PEEK_OUTPUT}[gate]
            canvas.label(f"p_{gate}", (column + 9, NAMES - 3), time=gate)
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
            canvas.chip("c_below", (BELOW, 442 + pieces.storey))
    elif pieces.forgets:
        canvas.chip(pieces.kept, (INPUT, BELT))
    if pieces.coupled:
        with canvas.difference():
            canvas.chip("1-i", (FORGET, 147))
    if "i" in pieces.layers:
        canvas.chip("i*c_tilde", (CANDIDATE, 147))
    canvas.chip("c", ((CANDIDATE + SHOWN) / 2, BELT))
    for value in pieces.layers:
        canvas.chip(value, (FOUR[value].column, NUMBERS))
    if "c" in pieces.squashed and "o" in pieces.layers:
        canvas.chip("tanh(c)", (SHOWN, 172))
    canvas.chip("h_prev", (40, BUS - STRAND))
    if pieces.projected:
        with canvas.difference():
            canvas.chip("o*tanh(c)", (SHOWN, NUMBERS - 12))
    canvas.chip("x", (JOIN, 442 + pieces.storey))
    canvas.chip("h", (UP, 238))


def _draw_ghosts(canvas: Canvas, pieces: Pieces) -> None:
    """The places of what the reader knows and this module has not."""
    for value in FOUR.keys() - set(pieces.layers):
        canvas.ghost((FOUR[value].column, LAYERS), LAYER)
    if not pieces.forgets:
        canvas.ghost((FORGET, BELT), CIRCLE)
    if "i" not in pieces.layers:
        canvas.ghost((CANDIDATE, WRITE), CIRCLE)
    if "o" not in pieces.layers:
        canvas.ghost((SHOWN, SHOW), CIRCLE)
    if "c" not in pieces.squashed:
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
    operations = "two operations" if pieces.forgets else "one operation"
    words = f"The cell state C runs along the top, from left to right, and meets {operations} on"
    words += " its way."
    if "f" in pieces.layers:
        words += " First it is multiplied by f, which the forget layer puts out."
    if pieces.coupled:
        words += " First it is multiplied by one minus i, made of a copy of i; no layer is there"
        words += " for forgetting."
    words += " Then " if pieces.forgets else " "
    if "i" in pieces.layers:
        words += "the product of i, from the input layer, and of the new candidate is added."
    else:
        words += "the new candidate is added, as it is."
    return words if pieces.forgets else words.replace(" the ", " The ", 1)


def _describe_layers(pieces: Pieces) -> str:
    names = [FOUR[value].name for value in pieces.layers if value != "c_tilde"]
    candidate = "with a tanh" if "c_tilde" in pieces.squashed else "without any function"
    return (
        " The hidden state h comes from the left and x from below; joined into one vector, they"
        f" reach {('two', 'three', 'four')[len(names) - 1]} layers: {_listed(names)} with a"
        f" sigmoid, candidate {candidate}."
    )


def _describe_peepholes(pieces: Pieces) -> str:
    old = [FOUR[gate].name for gate in pieces.peepholes if gate in "fi"]
    ways = [f"from the old cell state to the {_listed(old)} layer"] if old else []
    ways += ["from the new cell state to the output layer"] if "o" in pieces.peepholes else []
    if not ways:
        return ""
    return f" Peepholes, dashed and with weights p, lead {_listed(ways)}."


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
    ways = ["passes through tanh"] if "c" in pieces.squashed else []
    ways += ["is multiplied by o, from the output layer"] if "o" in pieces.layers else []
    if pieces.projected:
        ways += ["is made shorter by a learned layer P"]
    return (
        f" On the right, the new cell state {_listed(ways)}."
        " This is the new h, which leaves to the right and, copied, upwards."
    )


def _listed(words: list[str]) -> str:
    """``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
