"""The LSTM's module with pieces there, missing or added: what all drawings of its family share."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from lstm_lib.diagrams.canvas import LAYER, RADIUS, STRAND, Canvas

SIZE = (640, 506)
# Lines of the page, from top to bottom: the belt, two rows of operations, the names and the
# numbers of what the layers put out, the layers, and the bus that brings them h and x.
BELT, WRITE, SHOW, NAMES, NUMBERS, LAYERS, BUS = 92, 196, 226, 248, 276, 331, 384
# Columns, from left to right: where x joins, one column a layer, the output, and h on its way up.
JOIN, FORGET, INPUT, CANDIDATE, OUTPUT, SHOWN, UP = 100, 136, 240, 344, 448, 522, 600
# Of the peepholes: the columns where they leave the old and the new cell state and where they come
# down beside the number of their gate; the lines on which they go right.
OLD, NEW, PEEK_INPUT, PEEK_OUTPUT = 94, 385, 198, 406
ABOVE_FORGET, NO_FORGET, ABOVE_OUTPUT = 168, 240, 190
LAYER_TOP = LAYERS - LAYER[1] / 2
TANH = 130
PILL = (60, 34)
CIRCLE = (2 * RADIUS, 2 * RADIUS)

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
    usual: tuple[str, ...] = ()
    """Of these gates, the reader knows that they do: what is lit is the difference from that."""

    @property
    def kept(self) -> str:
        """What the old cell state has become when the new is added to it."""
        if self.coupled:
            return "(1-i)*c_prev"
        return "f*c_prev" if "f" in self.layers else "c_prev"

    @property
    def written(self) -> str:
        """What is added to the cell state."""
        return "i*c_tilde" if "i" in self.layers else "c_tilde"

    @property
    def peeks_anew(self) -> bool:
        """Whether the peepholes are something that the reader does not know."""
        return not set(self.peepholes) <= set(self.usual)

    @property
    def forgets(self) -> bool:
        return self.kept != "c_prev"


def draw(canvas: Canvas, pieces: Pieces) -> None:
    """The whole module."""
    canvas.module(80, 48, 562, 414)
    _draw_bus(canvas, pieces)
    _draw_belt(canvas, pieces)
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
    canvas.wire("x", (JOIN, 474), (JOIN, BUS + STRAND), (first.column, BUS + STRAND))

    canvas.twin((first.column, BUS), (first.column, LAYERS), steps=first.step)
    for before, layer in pairwise((first, *others)):
        start, corner, end = (before.column, BUS), (layer.column, BUS), (layer.column, LAYERS)
        if layer == others[-1]:
            canvas.twin(start, corner, end, steps=layer.step)
        else:
            canvas.twin(start, corner, steps="input output")
            canvas.twin(corner, end, steps=layer.step)

    for layer in (first, *others[:-1]):
        steps = None if layer.name == "forget" else "input output"
        canvas.dot("h_prev", (layer.column, BUS), steps=steps)


def _draw_belt(canvas: Canvas, pieces: Pieces) -> None:
    canvas.belt(0, 636, BELT)
    if pieces.forgets:
        canvas.wire("c_prev", (0, BELT), (FORGET, BELT))
        with canvas.difference(pieces.coupled):
            canvas.wire(pieces.kept, (FORGET, BELT), (CANDIDATE, BELT))
    else:
        with canvas.difference():
            canvas.wire("c_prev", (0, BELT), (CANDIDATE, BELT))
    canvas.wire("c", (CANDIDATE, BELT), (636, BELT), arrow=True, bridge=UP)


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
    with canvas.difference("o" not in pieces.layers):
        start = SHOW if "o" in pieces.layers else TANH
        canvas.wire("h", (SHOWN, start), (SHOWN, BUS), (636, BUS), arrow=True)
    canvas.wire("h", (UP, BUS), (UP, 38), arrow=True)
    canvas.dot("c", (SHOWN, BELT))
    canvas.dot("h", (UP, BUS))


def _draw_layers(canvas: Canvas, pieces: Pieces) -> None:
    for value in pieces.layers:
        column, name, step = FOUR[value]
        function = "σ"
        if value == "c_tilde":
            function = "tanh" if value in pieces.squashed else "linear"
        peeks = value in pieces.peepholes
        with canvas.difference(peeks != (value in pieces.usual) or function == "linear"):
            canvas.layer(function, (column, LAYERS), name, name=name, steps=step)


def _draw_operations(canvas: Canvas, pieces: Pieces) -> None:
    if pieces.forgets:
        hue = "input" if pieces.coupled else "forget"
        with canvas.difference(pieces.coupled):
            canvas.operation("×", (FORGET, BELT), hue, steps="update belt")
    canvas.operation("+", (CANDIDATE, BELT), "cell", steps="update belt")
    if pieces.coupled:
        with canvas.difference():
            canvas.operation("1−", (FORGET, WRITE), "input", steps="update")
    if "i" in pieces.layers:
        canvas.operation("×", (CANDIDATE, WRITE), "input", steps="update")
    if "c" in pieces.squashed:
        canvas.operation("tanh", (SHOWN, TANH), "cell", steps="output")
    if "o" in pieces.layers:
        canvas.operation("×", (SHOWN, SHOW), "output", steps="output")


def _draw_labels(canvas: Canvas, pieces: Pieces) -> None:
    canvas.label("c_prev", (2, BELT - 30))
    canvas.label("c", (UP + 11, BELT - 30))
    for value in pieces.layers:
        canvas.label(value, (FOUR[value].column + 11, NAMES))
    canvas.label("h_prev", (2, BUS - 30))
    canvas.label("h", (UP + 11, BUS - 30))
    canvas.label("h", (UP, 26), anchor="middle")
    canvas.label("x", (JOIN, 494), anchor="middle")
    with canvas.difference(pieces.peeks_anew):
        for gate in pieces.peepholes:
            column = {"f": OLD, "i": PEEK_INPUT, "o": PEEK_OUTPUT}[gate]
            canvas.label(f"p_{gate}", (column + 9, NAMES - 3), time=gate)


def _draw_chips(canvas: Canvas, pieces: Pieces) -> None:
    canvas.chip("c_prev", (40, BELT))
    if pieces.forgets:
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
    canvas.chip("x", (JOIN, 442))
    canvas.chip("h", (UP, 238))


def _draw_ghosts(canvas: Canvas, pieces: Pieces) -> None:
    """The places of what the LSTM has and this module has not."""
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


def describe(pieces: Pieces) -> str:
    """The module in words, for those who do not see it."""
    return "".join(
        (
            _describe_belt(pieces),
            _describe_layers(pieces),
            _describe_peepholes(pieces),
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


def _describe_output(pieces: Pieces) -> str:
    ways = ["passes through tanh"] if "c" in pieces.squashed else []
    ways += ["is multiplied by o, from the output layer"] if "o" in pieces.layers else []
    return (
        f" On the right, the new cell state {_listed(ways)}."
        " This is the new h, which leaves to the right and, copied, upwards."
    )


def _listed(words: list[str]) -> str:
    """``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
