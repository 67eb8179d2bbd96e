"""Modules that share the LSTM's belt, and not its gates: minimal LSTM and memory-only cell."""

from collections.abc import Mapping

from lstm_lib.diagrams.canvas import LAYER, RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.variant import canvas_of

# The lines and columns of the LSTM, and the column in which the memory comes down.
BELT, TANH, WRITE, SHOW, NAMES, NUMBERS, LAYERS, BUS = 92, 130, 196, 226, 248, 276, 331, 384
JOIN, FORGET, INPUT, CANDIDATE, OUTPUT, SHOWN, UP = 100, 136, 240, 344, 448, 522, 600
DOWN = 90
LAYER_TOP = LAYERS - LAYER[1] / 2
CIRCLE, PILL = (2 * RADIUS, 2 * RADIUS), (60, 34)


def min_lstm(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The minimal LSTM: no gate looks back, and forget and input gate share out the new state.

    ``values`` are numbers by name, as ``trace(MinLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    words = "has no function, only its weights."
    return _minimal(("min-lstm", "Minimal LSTM module"), "linear", words, values, lit)


def positive_min_lstm(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The minimal LSTM whose candidate is positive: the function of its layer is g.

    ``values`` are numbers by name, as ``trace(PositiveMinLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    words = "has a function g, which is always positive."
    name = ("positive-min-lstm", "Positive minimal LSTM module")
    return _minimal(name, "g", words, values, lit)


def _minimal(name: tuple[str, str], function: str, words: str, values, lit) -> Drawing:
    """A minimal LSTM by its key and title; ``words`` say what the candidate's ``function`` is."""
    canvas = canvas_of(
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
    canvas.module(80, 48, 562, 414)
    canvas.ghost((SHOWN, TANH), PILL)
    canvas.ghost((SHOWN, SHOW), CIRCLE)
    with canvas.difference():
        canvas.belt(0, 636, BELT, "h_prev")
        canvas.wire("h_prev", (0, BELT), (FORGET, BELT))
        canvas.wire("f*h_prev", (FORGET, BELT), (candidate, BELT))
        canvas.wire("h", (candidate, BELT), (636, BELT), arrow=True)
        canvas.wire("h", (UP, BELT), (UP, 38), arrow=True)
        canvas.dot("h", (UP, BELT))

        canvas.wire("x", (JOIN, 474), (JOIN, BUS), (candidate, BUS), (candidate, LAYERS))
        for column in (FORGET, INPUT):
            canvas.wire("x", (column, BUS), (column, LAYERS))
            canvas.dot("x", (column, BUS))
        canvas.wire("f", (FORGET, LAYER_TOP), (FORGET, share), named=False)
        canvas.wire("i", (INPUT, LAYER_TOP), (INPUT, share), named=False)
        canvas.wire("h_tilde", (candidate, LAYER_TOP), (candidate, write + RADIUS), arrow=True)
        canvas.wire("i*h_tilde", (candidate, write), (candidate, BELT + RADIUS), arrow=True)
    canvas.wire("f", (FORGET, share), (FORGET, BELT + RADIUS), arrow=True)
    canvas.wire("i", (INPUT, share), (INPUT, write), (candidate - RADIUS, write), arrow=True)

    canvas.layer("σ", (FORGET, LAYERS), "forget", name="forget")
    canvas.layer("σ", (INPUT, LAYERS), "input", name="input")
    canvas.operation("×", (FORGET, BELT), "forget")
    canvas.operation("×", (candidate, write), "input")
    with canvas.difference():
        canvas.layer(function, (candidate, LAYERS), "candidate", name="candidate")
        canvas.operation("+", (candidate, BELT), "hidden")
        canvas.operation("÷ sum of both", ((FORGET + INPUT) / 2, share), "hidden", width=184)

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


def memory_only(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The memory-only cell: its gates read the memory, not what was last shown of it.

    ``values`` are numbers by name, as ``trace(MemoryOnlyCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = canvas_of(
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
    canvas.module(80, 48, 562, 414)
    canvas.belt(0, 636, BELT)
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
        canvas.dot("c_prev", (forget, BUS))
        canvas.dot("c_prev", (INPUT, BUS))
    canvas.dot("x", (CANDIDATE, lower))


def _draw_memory(canvas: Canvas) -> None:
    forget = FORGET + 8
    canvas.wire("f*c_prev", (forget, BELT), (CANDIDATE, BELT))
    canvas.wire("c", (CANDIDATE, BELT), (636, BELT), arrow=True, bridge=UP)
    canvas.wire("f", (forget, LAYER_TOP), (forget, BELT + RADIUS), arrow=True)
    canvas.wire("i", (INPUT, LAYER_TOP), (INPUT, WRITE), (CANDIDATE - RADIUS, WRITE), arrow=True)
    canvas.wire("c_tilde", (CANDIDATE, LAYER_TOP), (CANDIDATE, WRITE + RADIUS), arrow=True)
    canvas.wire("i*c_tilde", (CANDIDATE, WRITE), (CANDIDATE, BELT + RADIUS), arrow=True)
    canvas.wire("o", (OUTPUT, LAYER_TOP), (OUTPUT, SHOW), (SHOWN - RADIUS, SHOW), arrow=True)
    canvas.dot("c", (SHOWN, BELT))
    with canvas.difference():
        canvas.wire("c", (SHOWN, BELT), (SHOWN, SHOW - RADIUS), arrow=True)
        canvas.wire("h", (SHOWN + RADIUS, SHOW), (UP, SHOW), (UP, 38), arrow=True)
        canvas.layer("linear", (CANDIDATE, LAYERS), "candidate", name="candidate")
        canvas.layer("σ", (forget, LAYERS), "forget", name="forget", size=(80, 62))
        canvas.layer("σ", (INPUT, LAYERS), "input", name="input")
        canvas.layer("σ", (OUTPUT, LAYERS), "output", name="output")
    canvas.ghost((SHOWN, TANH), PILL)
    canvas.operation("×", (forget, BELT), "forget")
    canvas.operation("+", (CANDIDATE, BELT), "cell")
    canvas.operation("×", (CANDIDATE, WRITE), "input")
    canvas.operation("×", (SHOWN, SHOW), "output")

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
