"""The repeating module of a GRU, on the grid of the LSTM's."""

from collections.abc import Mapping

from lstm_lib.cells import GRUCell
from lstm_lib.diagrams.canvas import RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.modules import VARIANT_LOOKS, draws, module_canvas
from lstm_lib.diagrams.sheet import (
    BELT,
    BUS,
    EDGE,
    JOIN,
    LAYER_TOP,
    LAYERS,
    MODULE,
    NAMES,
    NUMBERS,
    TOP,
    UP,
)

# Two rows of operations, between the belt and the layers.
WRITE, LOOK = 180, 210
# Columns, from left to right: h on its way down to the bus, the two gates, r × h on its way down,
# the candidate layer.
LEFT, RESET, UPDATE, DOWN, CANDIDATE = 90, 144, 240, 344, 448
RESET_LAYER = (80, 62)
"""So that h has room to pass on its left."""
MATRIX = 144
"""Where h meets its matrix, if that comes before the reset."""
LEFT_OVER = 146
"""Where z is turned into 1 − z."""

BOTH_GATES = "reset update"

STEPS = {
    "x": "reset candidate update",
    "h_prev": "reset update belt",
    "r": "reset",
    "r*h_prev": "reset candidate",
    "h_tilde": "candidate update",
    "z": "update",
    "1-z": "update",
    "z*h_tilde": "update",
    "(1-z)*h_prev": "update belt",
    "h": "update belt",
}
"""In which steps of the walk-through each value takes part."""

DESCRIPTION = (
    "There is one state, h, which runs along the top, from left to right, and meets two operations"
    " on its way. First it is multiplied by one minus z; z comes out of the update layer."
    " Then the product of z and of the new candidate is added. This is the new h, which leaves to"
    " the right and, copied, upwards. On the left, the old h is copied and goes down."
    " Joined with x, which comes from below, it reaches the reset layer and the update layer, both"
    " with a sigmoid. Another copy is multiplied by r, from the reset layer; joined with x, the"
    " product reaches the candidate layer, which has a tanh."
)
LIT = {
    None: ("", ""),
    "reset": (
        ", choosing what to look at",
        " Lit: h and x reach the reset layer, r comes out of it, and the old h is multiplied by r.",
    ),
    "candidate": (
        ", making a candidate",
        " Lit: the product of r and the old h, joined with x, reaches the candidate layer, and the"
        " candidate comes out of it.",
    ),
    "update": (
        ", mixing the old with the new",
        " Lit: h and x reach the update layer; the old h is multiplied by one minus z, and the"
        " product of z and the candidate is added.",
    ),
    "belt": (
        ", the state",
        " Lit: the state alone, running straight through the module.",
    ),
    "difference": (", what differs from the LSTM", " Lit: what differs from the LSTM."),
}
"""What is lit: the end of the title, and a sentence for the description."""


@draws(GRUCell)
def gru(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The GRU module: one state on the belt, three layers, and the reset before the matrix.

    It has the size and the grid of the LSTM's drawing: the state ``h`` runs where the cell state
    does, and the update gate ``z`` stands in the place of the input gate.  Whatever an LSTM does
    not have is marked ``data-new``.

    ``values`` are numbers by name, as ``trace(GRUCell).evaluate(…)`` returns them; a wire whose
    value is among them shows its number.  ``lit`` lights one step of the walk-through ("reset",
    "candidate", "update"), the "belt" alone, or the "difference" from the LSTM, and the rest steps
    back.

    Raises ``ValueError`` for a step that does not exist.
    """
    settings = {"steps": STEPS, "looks": VARIANT_LOOKS}
    canvas = module_canvas(GRUCell, "gru", "GRU module", DESCRIPTION, values, lit, LIT, **settings)
    canvas.module(*MODULE)
    draw_state(canvas)
    _draw_bus(canvas)
    with canvas.difference():
        draw_looking(canvas)
    draw_mixing(canvas, new=True)
    draw_candidate(canvas, ("r*h_prev", "x"))
    return canvas.drawing()


def _draw_bus(canvas: Canvas) -> None:
    """h from above and x from below pass under both gates; then r × h takes the place of h."""
    canvas.wire("x", (JOIN, 474), (JOIN, BUS + STRAND), (RESET, BUS + STRAND))
    canvas.twin((RESET, BUS), (RESET, LAYERS), steps="reset")
    canvas.wire("h_prev", (RESET, BUS - STRAND), (UPDATE, BUS - STRAND), steps="update")
    canvas.wire("x", (RESET, BUS + STRAND), (UPDATE, BUS + STRAND), steps="candidate update")
    canvas.twin((UPDATE, BUS), (UPDATE, LAYERS), steps="update")
    canvas.wire(
        "x",
        (UPDATE, BUS + STRAND),
        (CANDIDATE + STRAND, BUS + STRAND),
        (CANDIDATE + STRAND, LAYERS),
        steps="candidate",
    )
    with canvas.difference():
        draw_looked_at(canvas, BUS - STRAND)
        canvas.wire(
            "h_prev", (LEFT, BELT), (LEFT, BUS - STRAND), (RESET, BUS - STRAND), steps=BOTH_GATES
        )
        canvas.dot("h_prev", (LEFT, BELT))
    canvas.dot(("h_prev", "x"), (RESET, BUS), steps=BOTH_GATES)
    canvas.dot("x", (UPDATE, BUS + STRAND), steps="update candidate")
    draw_x(canvas)


def draw_candidate(canvas: Canvas, reads: tuple[str, ...], function: str = "tanh") -> None:
    """The candidate layer."""
    at, steps = (CANDIDATE, LAYERS), canvas.steps and "candidate"
    canvas.layer(function, at, reads, "h_tilde", "candidate", steps=steps)


def draw_x(canvas: Canvas) -> None:
    """The name and the number of x."""
    canvas.label("x", (JOIN, 494), anchor="middle")
    canvas.chip("x", (JOIN, 448))


def draw_looked_at(canvas: Canvas, bus: float, side: float = STRAND) -> None:
    """r × h comes down to the ``bus`` and reaches the candidate layer from below."""
    canvas.wire("r*h_prev", (RESET + RADIUS, LOOK), (UPDATE + 40, LOOK), bridge=UPDATE)
    canvas.wire(
        "r*h_prev",
        (UPDATE + 40, LOOK),
        (DOWN, LOOK),
        (DOWN, bus),
        (CANDIDATE - side, bus),
        (CANDIDATE - side, LAYERS),
    )
    canvas.chip("r*h_prev", (DOWN, NUMBERS))


def draw_looking(canvas: Canvas, seen: str = "h_prev", gives: str = "r*h_prev") -> None:
    """The old h, copied, is multiplied by r, from the reset layer.

    If something else is ``seen``, the copy ends where that is made of it.
    """
    if seen == "h_prev":
        canvas.wire("h_prev", (RESET, BELT), (RESET, LOOK - RADIUS), arrow=True, steps="reset")
    else:
        canvas.wire("h_prev", (RESET, BELT), (RESET, MATRIX), steps="reset")
    canvas.dot("h_prev", (RESET, BELT))
    canvas.wire("r", (RESET, LAYER_TOP), (RESET, LOOK + RADIUS), arrow=True)
    reads = ("h_prev", "x")
    canvas.layer("σ", (RESET, LAYERS), reads, "r", "reset", size=RESET_LAYER, steps="reset")
    canvas.operation("×", (RESET, LOOK), ("r", seen), gives, steps="reset")
    canvas.label("r", (RESET + 11, NAMES))
    canvas.chip("r", (RESET, NUMBERS))


def draw_state(canvas: Canvas) -> None:
    """The old state and the new one, on the belt and upwards."""
    canvas.belt(0, EDGE, BELT, "h_prev")
    canvas.wire("h_prev", (0, BELT), (UPDATE, BELT))
    canvas.wire("h", (CANDIDATE, BELT), (EDGE, BELT), arrow=True)
    canvas.wire("h", (UP, BELT), (UP, TOP), arrow=True)
    canvas.dot("h", (UP, BELT))
    canvas.label("h_prev", (2, BELT - 30))
    canvas.label("h", (UP + 11, BELT - 30))
    canvas.label("h", (UP, 26), anchor="middle")
    canvas.chip("h_prev", (40, BELT))
    canvas.chip("h", (524, BELT))


def draw_mixing(
    canvas: Canvas,
    keeps: bool = False,
    new: bool = False,
    reads: tuple[str, ...] = ("h_prev", "x"),
) -> None:
    """The old state is mixed with the candidate by z, from the update layer, which ``reads``.

    If z ``keeps``, the old state is multiplied by z itself, and the candidate by what is left.
    """
    old, fresh = ("z*h_prev", "(1-z)*h_tilde") if keeps else ("(1-z)*h_prev", "z*h_tilde")
    with canvas.difference(keeps):
        canvas.wire(old, (UPDATE, BELT), (CANDIDATE, BELT))
    canvas.wire("z", (UPDATE, LAYER_TOP), (UPDATE, WRITE))
    canvas.wire("h_tilde", (CANDIDATE, LAYER_TOP), (CANDIDATE, WRITE + RADIUS), arrow=True)
    with canvas.difference(keeps):
        canvas.wire(fresh, (CANDIDATE, WRITE), (CANDIDATE, BELT + RADIUS), arrow=True)
    _draw_shares(canvas, keeps, new)
    canvas.dot("z", (UPDATE, WRITE))

    canvas.layer("σ", (UPDATE, LAYERS), reads, "z", name="update", steps="update")
    keep, write = ("z", "1-z") if keeps else ("1-z", "z")
    with canvas.difference(keeps):
        canvas.operation("×", (UPDATE, BELT), (keep, "h_prev"), old, steps="update belt")
    canvas.operation("+", (CANDIDATE, BELT), (old, fresh), "h", steps="update belt")
    with canvas.difference(keeps):
        canvas.operation("×", (CANDIDATE, WRITE), (write, "h_tilde"), fresh, steps="update")

    canvas.label("z", (UPDATE + 11, NAMES))
    canvas.label("h_tilde", (CANDIDATE + 11, NAMES))
    with canvas.difference(keeps):
        canvas.chip(old, (DOWN, BELT))
        canvas.chip(fresh, (CANDIDATE, 143))
    canvas.chip("z", (UPDATE, NUMBERS))
    canvas.chip("h_tilde", (CANDIDATE, NUMBERS))


def _draw_shares(canvas: Canvas, keeps: bool, new: bool) -> None:
    """z goes up to the old state and right to the candidate, one of the two as 1 − z."""
    above, right = (UPDATE, BELT + RADIUS), (CANDIDATE - RADIUS, WRITE)
    turn = (290, WRITE) if keeps else (UPDATE, LEFT_OVER)
    with canvas.difference(keeps):
        canvas.wire("z", (UPDATE, WRITE), above if keeps else right, arrow=True)
    with canvas.difference(new):
        canvas.wire("z", (UPDATE, WRITE), turn)
        canvas.wire("1-z", turn, right if keeps else above, arrow=True)
        canvas.operation("1−", turn, "z", "1-z", steps="update")
        if keeps:
            canvas.chip("1-z", (379, WRITE))
