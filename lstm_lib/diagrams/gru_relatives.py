"""The modules of the GRU's relatives, on the same sheet as the GRU's own."""

from collections.abc import Mapping

from lstm_lib.cells import (
    GRUResetAfterCell,
    MinGRUCell,
    MUT1Cell,
    MUT2Cell,
    MUT3Cell,
    PositiveMinGRUCell,
)
from lstm_lib.diagrams.canvas import LAYER, PILL, RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.gru_module import (
    CANDIDATE,
    DOWN,
    LEFT,
    LOOK,
    MATRIX,
    RESET,
    RESET_LAYER,
    UPDATE,
    draw_candidate,
    draw_looked_at,
    draw_looking,
    draw_mixing,
    draw_state,
    draw_x,
)
from lstm_lib.diagrams.modules import draws, variant_canvas
from lstm_lib.diagrams.sheet import BELT, BUS, CIRCLE, JOIN, LAYERS, MODULE

# Where h and x do not run side by side, the line of each, and the module around them.
H_LINE, X_LINE = 384, 406
DEEPER = (*MODULE[:3], 430)
LAYER_BOTTOM = LAYERS + LAYER[1] / 2

MIXING = (
    "There is one state, h, which runs along the top, from left to right. It is multiplied by one"
    " minus z, from the update layer, and the product of z and of the candidate is added: the new"
    " h, which leaves to the right and, copied, upwards."
)


@draws(GRUResetAfterCell)
def gru_reset_after(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The GRU module as libraries compute it: the matrix of h first, then the reset.

    ``values`` are numbers by name, as ``trace(GRUResetAfterCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the GRU is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        GRUResetAfterCell,
        "gru-reset-after",
        "GRU module, reset after the matrix",
        "There is one state, h, which runs along the top, from left to right. It is multiplied by"
        " z, from the update layer, and the product of one minus z and of the candidate is added:"
        " the new h, which leaves to the right and, copied, upwards. A copy of the old h first"
        " passes a layer of its own, the matrix U, and is then multiplied by r, from the reset"
        " layer; the product goes to the candidate layer, where it is added as it is. Reset and"
        " update layer read h and x, the candidate layer has a matrix for x alone.",
        values,
        lit,
        known="the GRU",
    )
    canvas.module(*MODULE)
    draw_state(canvas)
    canvas.wire("h_prev", (LEFT, BELT), (LEFT, BUS - STRAND), (RESET, BUS - STRAND))
    canvas.wire("x", (JOIN, 474), (JOIN, BUS + STRAND), (RESET, BUS + STRAND))
    canvas.dot("h_prev", (LEFT, BELT))
    canvas.twin((RESET, BUS), (RESET, LAYERS))
    canvas.twin((RESET, BUS), (UPDATE, BUS))
    canvas.twin((UPDATE, BUS), (UPDATE, LAYERS))
    canvas.wire("x", (UPDATE, BUS + STRAND), (CANDIDATE, BUS + STRAND), (CANDIDATE, LAYERS))
    canvas.dot(("h_prev", "x"), (RESET, BUS))
    canvas.dot("x", (UPDATE, BUS + STRAND))
    draw_x(canvas)

    before, looked_at = "U_h_tilde*h_prev+d_h_tilde", "r*(U_h_tilde*h_prev+d_h_tilde)"
    draw_looking(canvas, before, looked_at)
    with canvas.difference():
        canvas.layer("U", (RESET, MATRIX), "h_prev", before, size=PILL, hue="candidate")
        canvas.wire(
            before,
            (RESET, MATRIX + PILL[1] / 2),
            (RESET, LOOK - RADIUS),
            arrow=True,
            like="h_tilde",
        )
        turn = (UPDATE + 40, LOOK)
        canvas.wire(looked_at, (RESET + RADIUS, LOOK), turn, bridge=UPDATE, like="h_tilde")
        side = ((DOWN, LOOK), (DOWN, LAYERS), (CANDIDATE - LAYER[0] / 2, LAYERS))
        canvas.wire(looked_at, turn, *side, arrow=True, like="h_tilde")
    draw_mixing(canvas, keeps=True, new=True)
    draw_candidate(canvas, (looked_at, "x"))
    return canvas.drawing()


@draws(MUT1Cell)
def mut1(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """MUT1: the update layer reads x alone, and x passes a tanh before it meets the candidate.

    ``values`` are numbers by name, as ``trace(MUT1Cell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the GRU is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        MUT1Cell,
        "mut1",
        "MUT1 module",
        MIXING + " The update layer reads x alone. The reset layer reads h and x, and the old h is"
        " multiplied by r, which it puts out. The candidate layer reads this product; x passes a"
        " tanh layer of its own and is added there as it is.",
        values,
        lit,
        known="the GRU",
    )
    canvas.module(*DEEPER)
    draw_state(canvas)
    left, into, line = RESET - STRAND, RESET + STRAND, CANDIDATE + 100
    canvas.wire("h_prev", (LEFT, BELT), (LEFT, H_LINE), (left, H_LINE), (left, LAYERS))
    canvas.dot("h_prev", (LEFT, BELT))
    canvas.wire("x", (JOIN, 474), (JOIN, X_LINE), (UPDATE, X_LINE))
    canvas.wire("x", (into, X_LINE), (into, LAYERS))
    canvas.dot("x", (into, X_LINE))
    draw_looking(canvas)
    draw_looked_at(canvas, H_LINE, side=0)
    with canvas.difference():
        canvas.wire("x", (UPDATE, X_LINE), (UPDATE, LAYERS))
        canvas.wire("x", (UPDATE, X_LINE), (500, X_LINE))
        canvas.dot("x", (UPDATE, X_LINE))
        side = ((line, X_LINE), (line, LAYERS), (CANDIDATE + LAYER[0] / 2, LAYERS))
        canvas.wire("tanh(a_h_tilde)", (500, X_LINE), *side, arrow=True)
        canvas.layer("tanh", (496, X_LINE), "x", "tanh(a_h_tilde)", size=(64, 36))
    draw_x(canvas)
    draw_mixing(canvas, reads=("x",))
    draw_candidate(canvas, ("r*h_prev", "tanh(a_h_tilde)"))
    return canvas.drawing()


@draws(MUT2Cell)
def mut2(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """MUT2: x is added in the reset layer as it is, without a matrix.

    So it is in the paper; the cell of this library keeps a matrix there, which may be the identity.

    ``values`` are numbers by name, as ``trace(MUT2Cell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the GRU is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        MUT2Cell,
        "mut2",
        "MUT2 module",
        MIXING + " The update layer reads h and x. The reset layer reads h; x reaches it with an"
        " arrow of its own and is added as it is. The old h is multiplied by r, which the reset"
        " layer puts out, and the product, joined with x, reaches the candidate layer.",
        values,
        lit,
        known="the GRU",
    )
    canvas.module(*DEEPER)
    draw_state(canvas)
    left, right, end = RESET - 18, RESET + 20, UPDATE - STRAND
    canvas.wire("h_prev", (LEFT, BELT), (LEFT, H_LINE), (left, H_LINE))
    canvas.dot("h_prev", (LEFT, BELT))
    canvas.wire("h_prev", (left, H_LINE), (left, LAYERS))
    canvas.wire("h_prev", (left, H_LINE), (UPDATE - 50, H_LINE), bridge=right)
    canvas.wire("h_prev", (UPDATE - 50, H_LINE), (end, H_LINE), (end, LAYERS))
    canvas.dot("h_prev", (left, H_LINE))
    canvas.wire("x", (JOIN, 474), (JOIN, X_LINE), (right, X_LINE))
    with canvas.difference():
        canvas.wire("x", (right, X_LINE), (right, LAYER_BOTTOM), arrow=True)
        canvas.dot("x", (right, X_LINE))
    _draw_x_onwards(canvas, right)
    draw_looking(canvas)
    draw_looked_at(canvas, H_LINE)
    draw_x(canvas)
    draw_mixing(canvas)
    draw_candidate(canvas, ("r*h_prev", "x"))
    return canvas.drawing()


@draws(MUT3Cell)
def mut3(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """MUT3: h passes a tanh before it reaches the update layer.

    ``values`` are numbers by name, as ``trace(MUT3Cell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the GRU is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        MUT3Cell,
        "mut3",
        "MUT3 module",
        MIXING + " The update layer reads x, and h after it has passed a tanh. The reset layer"
        " reads h and x. The old h is multiplied by r, which the reset layer puts out, and the"
        " product, joined with x, reaches the candidate layer.",
        values,
        lit,
        known="the GRU",
    )
    canvas.module(*DEEPER)
    draw_state(canvas)
    left, right, end = RESET - STRAND, RESET + STRAND, UPDATE - STRAND
    middle = (RESET + UPDATE) / 2
    canvas.wire("h_prev", (LEFT, BELT), (LEFT, H_LINE), (left, H_LINE))
    canvas.dot("h_prev", (LEFT, BELT))
    canvas.wire("h_prev", (left, H_LINE), (left, LAYERS))
    with canvas.difference():
        canvas.wire("h_prev", (left, H_LINE), (middle, H_LINE))
        canvas.wire("tanh(h_prev)", (middle, H_LINE), (end, H_LINE), (end, LAYERS))
        canvas.operation("tanh", (middle, H_LINE), "h_prev", "tanh(h_prev)")
    canvas.wire("x", (JOIN, 474), (JOIN, X_LINE), (right, X_LINE))
    canvas.wire("x", (right, X_LINE), (right, LAYERS))
    canvas.dot("h_prev", (left, H_LINE))
    canvas.dot("x", (right, X_LINE))
    _draw_x_onwards(canvas, right)
    draw_looking(canvas)
    draw_looked_at(canvas, H_LINE)
    draw_x(canvas)
    draw_mixing(canvas, reads=("tanh(h_prev)", "x"))
    draw_candidate(canvas, ("r*h_prev", "x"))
    return canvas.drawing()


@draws(MinGRUCell)
def min_gru(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The minimal GRU: no reset, and both layers read x alone.

    ``values`` are numbers by name, as ``trace(MinGRUCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the GRU is lit, with the places of what
    is missing, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    words = "has no function, only its weights."
    name = (MinGRUCell, "min-gru", "Minimal GRU module")
    return _minimal(name, "linear", words, values, lit)


@draws(PositiveMinGRUCell)
def positive_min_gru(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The minimal GRU whose candidate is positive: the function of its layer is g.

    ``values`` are numbers by name, as ``trace(PositiveMinGRUCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the GRU is lit, with the places of what
    is missing, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    words = "has a function g, which is always positive."
    name = (PositiveMinGRUCell, "positive-min-gru", "Positive minimal GRU module")
    return _minimal(name, "g", words, values, lit)


def _minimal(name: tuple, function: str, words: str, values, lit) -> Drawing:
    """A minimal GRU by its cell, key and title; ``words`` say what its ``function`` is."""
    canvas = variant_canvas(
        *name,
        f"{MIXING} Both layers read x alone, and the candidate layer {words} Nothing goes down"
        " from the state.",
        values,
        lit,
        known="the GRU",
    )
    canvas.module(*MODULE)
    draw_state(canvas)
    canvas.ghost((RESET, LAYERS), RESET_LAYER)
    canvas.ghost((RESET, LOOK), CIRCLE)
    with canvas.difference():
        canvas.wire("x", (JOIN, 474), (JOIN, BUS), (CANDIDATE, BUS), (CANDIDATE, LAYERS))
        canvas.wire("x", (UPDATE, BUS), (UPDATE, LAYERS))
        canvas.dot("x", (UPDATE, BUS))
    draw_x(canvas)
    draw_mixing(canvas, reads=("x",))
    with canvas.difference():
        draw_candidate(canvas, ("x",), function=function)
    return canvas.drawing()


def _draw_x_onwards(canvas: Canvas, start: float) -> None:
    """x goes on, below h, to the update layer and to the candidate layer."""
    update, candidate = UPDATE + STRAND, CANDIDATE + STRAND
    canvas.wire("x", (update, X_LINE), (update, LAYERS))
    canvas.wire("x", (start, X_LINE), (candidate, X_LINE), (candidate, LAYERS))
    canvas.dot("x", (update, X_LINE))
