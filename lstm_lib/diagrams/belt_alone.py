"""The belt alone: what is multiplied into the cell state, and what is added to it."""

from collections.abc import Mapping

from lstm_lib.cells import LSTMCell
from lstm_lib.diagrams.canvas import RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing

SIZE = (640, 296)
# The belt, the product that is added to it, the layers, the bus that brings them h and x.
BELT, WRITE, LAYERS, BUS = 52, 112, 180, 226
JOIN, FORGET, INPUT, CANDIDATE = 124, 196, 320, 424
LAYER = (76, 46)

DESCRIPTION = (
    "The cell state C comes from the left, and two things happen to it on its way to the right."
    " First it is multiplied by the forget gate f. Then the product of the input gate i and the"
    " candidate is added. f, i and the candidate come from three layers below, which read h and x,"
    " joined into one vector."
)


def belt(values: Mapping[str, float] | None = None) -> Drawing:
    """The path of the cell state through one module, without the output gate.

    ``values`` are numbers by name, as ``trace(LSTMCell).evaluate(…)`` returns them; a wire whose
    value is among them shows its number.
    """
    shown = {"cell": LSTMCell, "outputs": ("c",)}
    canvas = Canvas("belt", "The belt", DESCRIPTION, SIZE, values, **shown)
    top = LAYERS - LAYER[1] / 2
    canvas.module(86, 14, 540, 250)
    canvas.belt(0, 636, BELT)
    canvas.wire("c_prev", (0, BELT), (FORGET, BELT))
    canvas.wire("f*c_prev", (FORGET, BELT), (CANDIDATE, BELT))
    canvas.wire("c", (CANDIDATE, BELT), (636, BELT), arrow=True)
    canvas.wire("f", (FORGET, top), (FORGET, BELT + RADIUS), arrow=True)
    canvas.wire("i", (INPUT, top), (INPUT, WRITE), (CANDIDATE - RADIUS, WRITE), arrow=True)
    canvas.wire("c_tilde", (CANDIDATE, top), (CANDIDATE, WRITE + RADIUS), arrow=True)
    canvas.wire("i*c_tilde", (CANDIDATE, WRITE - RADIUS), (CANDIDATE, BELT + RADIUS), arrow=True)

    canvas.wire("h_prev", (0, BUS - STRAND), (FORGET, BUS - STRAND))
    canvas.wire("x", (JOIN, 268), (JOIN, BUS + STRAND), (FORGET, BUS + STRAND))
    canvas.twin((FORGET, BUS), (INPUT, BUS))
    canvas.twin((INPUT, BUS), (CANDIDATE, BUS), (CANDIDATE, LAYERS))
    for column in (FORGET, INPUT):
        canvas.twin((column, BUS), (column, LAYERS))
        canvas.dot(("h_prev", "x"), (column, BUS))
    reads = ("h_prev", "x")
    canvas.layer("σ", (FORGET, LAYERS), reads, "f", size=LAYER)
    canvas.layer("σ", (INPUT, LAYERS), reads, "i", size=LAYER)
    canvas.layer("tanh", (CANDIDATE, LAYERS), reads, "c_tilde", size=LAYER)
    canvas.operation("×", (FORGET, BELT), ("f", "c_prev"), "f*c_prev")
    canvas.operation("×", (CANDIDATE, WRITE), ("i", "c_tilde"), "i*c_tilde")
    canvas.operation("+", (CANDIDATE, BELT), ("f*c_prev", "i*c_tilde"), "c")

    canvas.label("c_prev", (2, BELT - 24))
    canvas.label("c", (632, BELT - 24), anchor="end")
    canvas.label("f", (FORGET + 12, 132))
    canvas.label("i", (INPUT + 12, 144))
    canvas.label("c_tilde", (CANDIDATE + 24, 148))
    canvas.label("h_prev", (2, BUS - 24))
    canvas.label("x", (JOIN, 286), anchor="middle")
    return canvas.drawing()
