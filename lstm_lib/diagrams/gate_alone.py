"""A gate: a sigmoid layer and a pointwise product."""

from collections.abc import Mapping

from lstm_lib.cells import LSTMCell
from lstm_lib.diagrams.canvas import LAYER, RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing

SIZE = (480, 396)
# The belt, the layer, the bus that brings it h and x; the columns of x and of the gate.
BELT, LAYERS, BUS = 76, 216, 292
JOIN, GATE = 112, 236

DESCRIPTION = (
    "The cell state C comes from the left and is multiplied, number by number, by f."
    " f comes from below, out of a sigmoid layer, so each of its numbers lies between zero and one:"
    " zero lets nothing through, one lets everything through."
    " What passes leaves to the right. The layer reads h and x, joined into one vector."
)


def gate(values: Mapping[str, float] | None = None) -> Drawing:
    """One gate, the forget gate for example: a sigmoid layer whose values multiply the cell state.

    ``values`` are numbers by name, as ``trace(LSTMCell).evaluate(…)`` returns them; a wire whose
    value is among them shows its number.
    """
    shown = {"cell": LSTMCell, "outputs": ("f*c_prev",)}
    canvas = Canvas("gate", "Gate", DESCRIPTION, SIZE, values, **shown)
    top = LAYERS - LAYER[1] / 2
    canvas.module(148, 36, 324, 268)
    canvas.belt(0, 476, BELT)
    canvas.wire("c_prev", (0, BELT), (GATE, BELT))
    canvas.wire("f*c_prev", (GATE, BELT), (476, BELT), arrow=True)
    canvas.wire("f", (GATE, top), (GATE, BELT + RADIUS), arrow=True)
    left, right = GATE - STRAND, GATE + STRAND
    upper, lower = BUS - STRAND, BUS + STRAND
    canvas.wire("h_prev", (0, upper), (left, upper), (left, LAYERS))
    canvas.wire("x", (JOIN, 364), (JOIN, lower), (right, lower), (right, LAYERS))
    canvas.layer("σ", (GATE, LAYERS), ("h_prev", "x"), "f", name="forget")
    canvas.operation("×", (GATE, BELT), ("f", "c_prev"), "f*c_prev")

    canvas.label("c_prev", (2, BELT - 30))
    canvas.label("f", (GATE + 12, 132))
    canvas.label("f*c_prev", (476, BELT - 30), anchor="end")
    canvas.label("h_prev", (2, BUS - 30))
    canvas.label("x", (JOIN, 384), anchor="middle")

    canvas.chip("c_prev", (74, BELT))
    canvas.chip("f", (GATE, 160))
    canvas.chip("f*c_prev", (394, BELT))
    canvas.chip("h_prev", (40, BUS - STRAND))
    canvas.chip("x", (JOIN, 334))
    return canvas.drawing()
