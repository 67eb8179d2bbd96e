"""The module of a Grid LSTM in two dimensions: two LSTMs that cross."""

from collections.abc import Mapping

from lstm_lib.cells import GridLSTMCell
from lstm_lib.diagrams.canvas import STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.modules import draws, variant_canvas

SIZE = (640, 592)
# Lines: the belt and h along time, and the bus. Columns: where x joins, the belt and h along depth.
BELT, SHOW, BUS = 105, 175, 330
JOIN, SHAFT, UP = 130, 405, 480
TIME, DEPTH = (230, 140), (440, BUS)
BOX = (150, 120)
LEFT, RIGHT = TIME[0] - BOX[0] / 2, TIME[0] + BOX[0] / 2
TOP, BOTTOM = DEPTH[1] - BOX[1] / 2, DEPTH[1] + BOX[1] / 2


@draws(GridLSTMCell)
def grid(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The Grid LSTM in two dimensions: one LSTM along time and one along depth, each as one box.

    ``values`` are numbers by name, as ``trace(GridLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        GridLSTMCell,
        "grid",
        "Grid LSTM module",
        "Two LSTMs, each drawn as one box, cross. The cell state C and the hidden state h of the"
        " first come from the left, from the step before, and leave to the right. The cell state"
        " and the hidden state of the second come from below, from the layer below, where the"
        " hidden state is the input x, and leave upwards. Joined into one vector, h from the left"
        " and x from below reach both boxes.",
        values,
        lit,
        size=SIZE,
    )
    canvas.module(92, 56, 552, 460)
    canvas.belt(0, 636, BELT)
    with canvas.difference():
        canvas.shaft(SHAFT, 38, 545, "c_below")
    _draw_inputs(canvas)
    _draw_time(canvas)
    with canvas.difference():
        _draw_depth(canvas)
    return canvas.drawing()


def _draw_inputs(canvas: Canvas) -> None:
    """h from the left and x from below, joined, for both boxes."""
    canvas.wire("h_prev", (0, BUS - STRAND), (JOIN, BUS - STRAND))
    canvas.wire("x", (JOIN, 545), (JOIN, BUS + STRAND), (TIME[0], BUS + STRAND))
    canvas.wire("h_prev", (JOIN, BUS - STRAND), (TIME[0], BUS - STRAND))
    canvas.twin((TIME[0], BUS), TIME)
    with canvas.difference():
        canvas.twin((TIME[0], BUS), DEPTH)
        canvas.dot(("h_prev", "x"), (TIME[0], BUS))
    canvas.label("h_prev", (2, BUS - 30))
    canvas.label("x", (JOIN, 577), anchor="middle")
    canvas.chip("h_prev", (40, BUS - STRAND))
    canvas.chip("x", (JOIN, 500))


def _draw_time(canvas: Canvas) -> None:
    """The LSTM whose state comes from the left and leaves to the right."""
    canvas.wire("c_prev", (0, BELT), (LEFT, BELT), arrow=True)
    middle = (SHAFT + UP) / 2
    for value, line in (("c", BELT), ("h", SHOW)):
        canvas.wire(value, (RIGHT, line), (middle, line), bridge=SHAFT)
        canvas.wire(value, (middle, line), (636, line), arrow=True, bridge=UP)
        canvas.label(value, (600, line - 30))
        canvas.chip(value, (586, line))
    canvas.layer("LSTM", TIME, ("h_prev", "x", "c_prev"), ("c", "h"), "along time", BOX)
    canvas.label("c_prev", (2, BELT - 30))
    canvas.chip("c_prev", (40, BELT))


def _draw_depth(canvas: Canvas) -> None:
    """The LSTM whose state comes from below and leaves upwards."""
    canvas.wire("c_below", (SHAFT, 545), (SHAFT, BOTTOM), arrow=True)
    canvas.label("c_below", (SHAFT, 577), anchor="middle")
    canvas.chip("c_below", (SHAFT, 500))
    for value, column in (("c_up", SHAFT), ("h_up", UP)):
        canvas.wire(value, (column, TOP), (column, 38), arrow=True)
        canvas.label(value, (column, 26), anchor="middle")
        canvas.chip(value, (column, 226))
    reads = ("h_prev", "x", "c_below")
    canvas.layer("LSTM", DEPTH, reads, ("c_up", "h_up"), "along depth", BOX)
