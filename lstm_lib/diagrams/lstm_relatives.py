"""Modules that share the LSTM's belt, and not its gates: minimal LSTM and memory-only cell."""

from collections.abc import Mapping

from lstm_lib.cells import MemoryOnlyCell, MinLSTMCell, PositiveMinLSTMCell
from lstm_lib.diagrams.canvas import PILL, RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.modules import draws, variant_canvas
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
    TANH,
    TOP,
    UP,
    WRITE,
)

DOWN = 90
"""The column in which the memory of the memory-only cell comes down."""


@draws(MinLSTMCell)
def min_lstm(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The minimal LSTM: no layer reads the previous state, and f and i add up to one.

    ``values`` are numbers by name, as ``trace(MinLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    words = "has no function, only its weights."
    name = (MinLSTMCell, "min-lstm", "Minimal LSTM module")
    return _minimal(name, "linear", words, values, lit)


@draws(PositiveMinLSTMCell)
def positive_min_lstm(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The minimal LSTM whose candidate is positive: the function of its layer is g.

    ``values`` are numbers by name, as ``trace(PositiveMinLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    words = "has a function g, which is always positive."
    name = (PositiveMinLSTMCell, "positive-min-lstm", "Positive minimal LSTM module")
    return _minimal(name, "g", words, values, lit)


def _minimal(name: tuple, function: str, words: str, values, lit) -> Drawing:
    """A minimal LSTM by its cell, key and title; ``words`` say what its ``function`` is."""
    canvas = variant_canvas(
        *name,
        "There is one state, h, which runs along the top, from left to right. Forget and input"
        " layer, each with a sigmoid, read x alone; what they put out is divided by their sum, so"
        " that f and i together are one. The old h is multiplied by f, and the product of i and"
        " the candidate is added: the new h, which leaves to the right and, copied, upwards. The"
        f" candidate layer reads x alone and {words}",
        values,
        lit,
    )
    share, write, candidate = 236, 180, OUTPUT
    shares = ("log_sigmoid(a_f)", "log_sigmoid(a_i)")
    canvas.module(*MODULE)
    canvas.ghost((SHOWN, TANH), PILL)
    canvas.ghost((SHOWN, SHOW), CIRCLE)
    with canvas.difference():
        canvas.belt(0, EDGE, BELT, "h_prev")
        canvas.wire("h_prev", (0, BELT), (FORGET, BELT))
        canvas.wire("f*h_prev", (FORGET, BELT), (candidate, BELT))
        canvas.wire("h", (candidate, BELT), (EDGE, BELT), arrow=True)
        canvas.wire("h", (UP, BELT), (UP, TOP), arrow=True)
        canvas.dot("h", (UP, BELT))

        canvas.wire("x", (JOIN, 474), (JOIN, BUS), (candidate, BUS), (candidate, LAYERS))
        for column in (FORGET, INPUT):
            canvas.wire("x", (column, BUS), (column, LAYERS))
            canvas.dot("x", (column, BUS))
        canvas.wire(shares[0], (FORGET, LAYER_TOP), (FORGET, share), like="f")
        canvas.wire(shares[1], (INPUT, LAYER_TOP), (INPUT, share), like="i")
        canvas.wire("h_tilde", (candidate, LAYER_TOP), (candidate, write + RADIUS), arrow=True)
        canvas.wire("i*h_tilde", (candidate, write), (candidate, BELT + RADIUS), arrow=True)
    canvas.wire("f", (FORGET, share), (FORGET, BELT + RADIUS), arrow=True)
    canvas.wire("i", (INPUT, share), (INPUT, write), (candidate - RADIUS, write), arrow=True)

    for value, column, name in zip(shares, (FORGET, INPUT), ("forget", "input"), strict=True):
        # The cell divides by way of logarithms, which keeps more digits.
        canvas.layer("σ", (column, LAYERS), "x", value, name, hue=name, hides="log_sigmoid")
    canvas.operation("×", (FORGET, BELT), ("f", "h_prev"), "f*h_prev")
    canvas.operation("×", (candidate, write), ("i", "h_tilde"), "i*h_tilde")
    with canvas.difference():
        canvas.layer(function, (candidate, LAYERS), "x", "h_tilde", name="candidate")
        canvas.operation("+", (candidate, BELT), ("f*h_prev", "i*h_tilde"), "h")
        middle = ((FORGET + INPUT) / 2, share)
        canvas.shorthand("÷ sum of both", middle, shares, ("f", "i"), "hidden", width=184)

        canvas.label("h_prev", (2, BELT - 30))
        canvas.label("h", (UP + 11, BELT - 30))
        canvas.label("h", (UP, 26), anchor="middle")
    canvas.label("f", (FORGET + 11, 206))
    canvas.label("i", (INPUT + 11, 211))
    canvas.label("h_tilde", (candidate + 11, NAMES))
    canvas.label("x", (JOIN, 494), anchor="middle")
    canvas.chip("h_prev", (40, BELT))
    canvas.chip("f*h_prev", (292, BELT))
    canvas.chip("h", (524, BELT))
    canvas.chip("f", (FORGET, 150))
    canvas.chip("i", (340, write))
    canvas.chip("h_tilde", (candidate, NUMBERS))
    canvas.chip("i*h_tilde", (candidate, 143))
    canvas.chip("x", (JOIN, 448))
    return canvas.drawing()


@draws(MemoryOnlyCell)
def memory_only(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The memory-only cell: its gates read the last cell state C, not the last output h.

    ``values`` are numbers by name, as ``trace(MemoryOnlyCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        MemoryOnlyCell,
        "memory-only",
        "Memory-only module",
        "The memory C runs along the top, from left to right. First it is multiplied by f, from"
        " the forget layer; then the product of i, from the input layer, and of the candidate is"
        " added. On the left, the old memory is copied and goes down; joined with x, which comes"
        " from below, it reaches the forget, input and output layers, all with a sigmoid. The"
        " candidate layer reads x alone and has no function. On the right, the new memory is"
        " multiplied by o, from the output layer. The product, h, goes upwards, and no further"
        " step reads it.",
        values,
        lit,
    )
    canvas.module(*MODULE)
    canvas.belt(0, EDGE, BELT)
    canvas.wire("c_prev", (0, BELT), (FORGET + 8, BELT))
    _draw_memory_bus(canvas)
    _draw_memory(canvas)
    return canvas.drawing()


def _draw_memory_bus(canvas: Canvas) -> None:
    """C from above and x from below pass under the layers; the candidate layer takes x alone."""
    forget, joined = FORGET + 8, {"values": ("c_prev", "x")}
    upper, lower = BUS - STRAND, BUS + STRAND
    canvas.wire("x", (JOIN, 474), (JOIN, lower), (forget, lower))
    canvas.wire("x", (INPUT, lower), (OUTPUT + STRAND, lower), (OUTPUT + STRAND, LAYERS))
    with canvas.difference():
        canvas.wire("c_prev", (DOWN, BELT), (DOWN, upper), (forget, upper))
        canvas.dot("c_prev", (DOWN, BELT))
        canvas.twin((forget, BUS), (forget, LAYERS), **joined)
        canvas.twin((forget, BUS), (INPUT, BUS), **joined)
        canvas.twin((INPUT, BUS), (INPUT, LAYERS), **joined)
        canvas.wire("c_prev", (INPUT, upper), (OUTPUT - 40, upper), bridge=CANDIDATE)
        canvas.wire(
            "c_prev", (OUTPUT - 40, upper), (OUTPUT - STRAND, upper), (OUTPUT - STRAND, LAYERS)
        )
        canvas.wire("x", (CANDIDATE, lower), (CANDIDATE, LAYERS))
        canvas.dot(("c_prev", "x"), (forget, BUS))
        canvas.dot(("c_prev", "x"), (INPUT, BUS))
    canvas.dot("x", (CANDIDATE, lower))


def _draw_memory(canvas: Canvas) -> None:
    forget = FORGET + 8
    canvas.wire("f*c_prev", (forget, BELT), (CANDIDATE, BELT))
    canvas.wire("c", (CANDIDATE, BELT), (EDGE, BELT), arrow=True, bridge=UP)
    canvas.wire("f", (forget, LAYER_TOP), (forget, BELT + RADIUS), arrow=True)
    canvas.wire("i", (INPUT, LAYER_TOP), (INPUT, WRITE), (CANDIDATE - RADIUS, WRITE), arrow=True)
    canvas.wire("c_tilde", (CANDIDATE, LAYER_TOP), (CANDIDATE, WRITE + RADIUS), arrow=True)
    canvas.wire("i*c_tilde", (CANDIDATE, WRITE), (CANDIDATE, BELT + RADIUS), arrow=True)
    canvas.wire("o", (OUTPUT, LAYER_TOP), (OUTPUT, SHOW), (SHOWN - RADIUS, SHOW), arrow=True)
    canvas.dot("c", (SHOWN, BELT))
    with canvas.difference():
        canvas.wire("c", (SHOWN, BELT), (SHOWN, SHOW - RADIUS), arrow=True)
        canvas.wire("h", (SHOWN + RADIUS, SHOW), (UP, SHOW), (UP, TOP), arrow=True)
        reads = ("c_prev", "x")
        canvas.layer("linear", (CANDIDATE, LAYERS), "x", "c_tilde", name="candidate")
        canvas.layer("σ", (forget, LAYERS), reads, "f", name="forget", size=(80, 62))
        canvas.layer("σ", (INPUT, LAYERS), reads, "i", name="input")
        canvas.layer("σ", (OUTPUT, LAYERS), reads, "o", name="output")
    canvas.ghost((SHOWN, TANH), PILL)
    canvas.operation("×", (forget, BELT), ("f", "c_prev"), "f*c_prev")
    canvas.operation("+", (CANDIDATE, BELT), ("f*c_prev", "i*c_tilde"), "c")
    canvas.operation("×", (CANDIDATE, WRITE), ("i", "c_tilde"), "i*c_tilde")
    canvas.operation("×", (SHOWN, SHOW), ("o", "c"), "h")

    canvas.label("c_prev", (2, BELT - 30))
    canvas.label("c", (UP + 11, BELT - 30))
    canvas.label("h", (UP, 26), anchor="middle")
    canvas.label("f", (forget + 11, NAMES))
    canvas.label("i", (INPUT + 11, NAMES))
    canvas.label("c_tilde", (CANDIDATE + 11, NAMES))
    canvas.label("o", (OUTPUT + 11, NAMES))
    canvas.label("x", (JOIN, 494), anchor="middle")
    canvas.chip("c_prev", (40, BELT))
    canvas.chip("f*c_prev", (INPUT, BELT))
    canvas.chip("i*c_tilde", (CANDIDATE, 147))
    canvas.chip("c", ((CANDIDATE + SHOWN) / 2, BELT))
    canvas.chip("f", (forget, NUMBERS))
    canvas.chip("i", (INPUT, NUMBERS))
    canvas.chip("c_tilde", (CANDIDATE, NUMBERS))
    canvas.chip("o", (OUTPUT, NUMBERS))
    canvas.chip("h", (UP, 160))
    canvas.chip("x", (JOIN, 442))
