"""The repeating module of an LSTM, and the four steps in which the book walks through it."""

from collections.abc import Mapping

from lstm_lib.diagrams.canvas import LAYER, RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing

SIZE = (640, 506)
# Lines of the page, from top to bottom: the belt, two rows of operations, the names and the
# numbers of what the layers put out, the layers, and the bus that brings them h and x.
BELT, WRITE, SHOW, NAMES, NUMBERS, LAYERS, BUS = 92, 196, 226, 248, 276, 331, 384
# Columns, from left to right: where x joins, one column a layer, the output, and h on its way up.
JOIN, FORGET, INPUT, CANDIDATE, OUTPUT, SHOWN, UP = 100, 136, 240, 344, 448, 522, 600
LAYER_TOP = LAYERS - LAYER[1] / 2

STEPS = {
    "x": "forget input output",
    "h_prev": "forget input output",
    "c_prev": "update belt",
    "f": "forget update",
    "i": "input update",
    "c_tilde": "input update",
    "f*c_prev": "update belt",
    "i*c_tilde": "update",
    "c": "update output belt",
    "o": "output",
    "tanh(c)": "output",
    "h": "output",
}
"""In which steps of the walk-through each value takes part."""

DESCRIPTION = (
    "The cell state C runs along the top, from left to right, and meets two operations on its way."
    " First it is multiplied by f, which the forget layer puts out."
    " Then the product of i, from the input layer, and of the new candidate is added."
    " The hidden state h comes from the left and x from below; joined into one vector, they reach"
    " four layers: forget, input and output with a sigmoid, candidate with a tanh."
    " On the right, the new cell state passes through tanh and is multiplied by o, from the output"
    " layer. This is the new h, which leaves to the right and, copied, upwards."
)
LIT = {
    None: ("", ""),
    "forget": (
        ", forgetting",
        " Lit: h and x reach the forget layer, and f comes out of it.",
    ),
    "input": (
        ", choosing what to write",
        " Lit: h and x reach the input layer and the candidate layer, and i and the candidate"
        " come out of them.",
    ),
    "update": (
        ", updating the cell state",
        " Lit: the old state is multiplied by f, and the product of i and the candidate is added.",
    ),
    "output": (
        ", choosing what to show",
        " Lit: h and x reach the output layer; the new cell state passes through tanh and is"
        " multiplied by o, which gives the new h.",
    ),
    "belt": (
        ", the cell state",
        " Lit: the cell state alone, running straight through the module.",
    ),
}
"""What is lit: the end of the title, and a sentence for the description."""


def lstm(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The LSTM module: the cell state on its belt, four layers, five pointwise operations.

    ``values`` are numbers by name, as ``trace(LSTMCell).evaluate(…)`` returns them; a wire whose
    value is among them shows its number.  ``lit`` lights one step of the walk-through ("forget",
    "input", "update", "output"), or the "belt" alone, and the rest steps back.

    Raises ``ValueError`` for a step that does not exist.
    """
    if lit not in LIT:
        raise ValueError(f"lit is {lit!r}, expected one of {', '.join(map(repr, LIT))}")
    title, sentence = LIT[lit]
    canvas = Canvas(
        key=f"lstm-{lit or 'module'}",
        title=f"LSTM module{title}",
        description=DESCRIPTION + sentence,
        size=SIZE,
        values=values,
        steps=STEPS,
        lit=lit,
    )
    canvas.module(80, 48, 562, 414)
    _draw_bus(canvas)
    _draw_wires(canvas)
    _draw_layers_and_operations(canvas)
    _draw_labels(canvas)
    _draw_chips(canvas)
    return canvas.drawing()


def _draw_bus(canvas: Canvas) -> None:
    """Side by side, h and x pass below the layers; each layer gets a copy."""
    canvas.wire("h_prev", (0, BUS - STRAND), (FORGET, BUS - STRAND))
    canvas.wire("x", (JOIN, 474), (JOIN, BUS + STRAND), (FORGET, BUS + STRAND))

    canvas.twin((FORGET, BUS), (FORGET, LAYERS), steps="forget")
    canvas.twin((FORGET, BUS), (INPUT, BUS), steps="input output")
    canvas.twin((INPUT, BUS), (INPUT, LAYERS), steps="input")
    canvas.twin((INPUT, BUS), (CANDIDATE, BUS), steps="input output")
    canvas.twin((CANDIDATE, BUS), (CANDIDATE, LAYERS), steps="input")
    canvas.twin((CANDIDATE, BUS), (OUTPUT, BUS), (OUTPUT, LAYERS), steps="output")

    canvas.dot("h_prev", (FORGET, BUS))
    canvas.dot("h_prev", (INPUT, BUS), steps="input output")
    canvas.dot("h_prev", (CANDIDATE, BUS), steps="input output")


def _draw_wires(canvas: Canvas) -> None:
    canvas.belt(0, 636, BELT)
    canvas.wire("c_prev", (0, BELT), (FORGET, BELT))
    canvas.wire("f*c_prev", (FORGET, BELT), (CANDIDATE, BELT))
    canvas.wire("c", (CANDIDATE, BELT), (636, BELT), arrow=True, bridge=UP)

    canvas.wire("f", (FORGET, LAYER_TOP), (FORGET, BELT + RADIUS), arrow=True)
    canvas.wire("i", (INPUT, LAYER_TOP), (INPUT, WRITE), (CANDIDATE - RADIUS, WRITE), arrow=True)
    canvas.wire("c_tilde", (CANDIDATE, LAYER_TOP), (CANDIDATE, WRITE + RADIUS), arrow=True)
    canvas.wire("i*c_tilde", (CANDIDATE, WRITE), (CANDIDATE, BELT + RADIUS), arrow=True)
    canvas.wire("o", (OUTPUT, LAYER_TOP), (OUTPUT, SHOW), (SHOWN - RADIUS, SHOW), arrow=True)

    canvas.wire("c", (SHOWN, BELT), (SHOWN, 130), steps="output")
    canvas.wire("tanh(c)", (SHOWN, 130), (SHOWN, SHOW - RADIUS), arrow=True)
    canvas.wire("h", (SHOWN, SHOW), (SHOWN, BUS), (636, BUS), arrow=True)
    canvas.wire("h", (UP, BUS), (UP, 38), arrow=True)
    canvas.dot("c", (SHOWN, BELT))
    canvas.dot("h", (UP, BUS))


def _draw_layers_and_operations(canvas: Canvas) -> None:
    canvas.layer("σ", (FORGET, LAYERS), "forget", name="forget", steps="forget")
    canvas.layer("σ", (INPUT, LAYERS), "input", name="input", steps="input")
    canvas.layer("tanh", (CANDIDATE, LAYERS), "candidate", name="candidate", steps="input")
    canvas.layer("σ", (OUTPUT, LAYERS), "output", name="output", steps="output")

    canvas.operation("×", (FORGET, BELT), "forget", steps="update belt")
    canvas.operation("+", (CANDIDATE, BELT), "cell", steps="update belt")
    canvas.operation("×", (CANDIDATE, WRITE), "input", steps="update")
    canvas.operation("tanh", (SHOWN, 130), "cell", steps="output")
    canvas.operation("×", (SHOWN, SHOW), "output", steps="output")


def _draw_labels(canvas: Canvas) -> None:
    canvas.label("c_prev", (2, BELT - 30))
    canvas.label("c", (UP + 11, BELT - 30))
    canvas.label("f", (FORGET + 11, NAMES))
    canvas.label("i", (INPUT + 11, NAMES))
    canvas.label("c_tilde", (CANDIDATE + 11, NAMES))
    canvas.label("o", (OUTPUT + 11, NAMES))
    canvas.label("h_prev", (2, BUS - 30))
    canvas.label("h", (UP + 11, BUS - 30))
    canvas.label("h", (UP, 26), anchor="middle")
    canvas.label("x", (JOIN, 494), anchor="middle")


def _draw_chips(canvas: Canvas) -> None:
    canvas.chip("c_prev", (40, BELT))
    canvas.chip("f*c_prev", (INPUT, BELT))
    canvas.chip("i*c_tilde", (CANDIDATE, 147))
    canvas.chip("c", ((CANDIDATE + SHOWN) / 2, BELT))
    canvas.chip("f", (FORGET, NUMBERS))
    canvas.chip("i", (INPUT, NUMBERS))
    canvas.chip("c_tilde", (CANDIDATE, NUMBERS))
    canvas.chip("o", (OUTPUT, NUMBERS))
    canvas.chip("tanh(c)", (SHOWN, 172))
    canvas.chip("h_prev", (40, BUS - STRAND))
    canvas.chip("x", (JOIN, 442))
    canvas.chip("h", (UP, 238))
