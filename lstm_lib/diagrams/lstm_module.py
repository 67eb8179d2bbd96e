"""The repeating module of an LSTM, the four steps in which the book walks through it, and the
stages in which it builds it up."""

from collections.abc import Mapping

from lstm_lib.cells import LSTMCell
from lstm_lib.diagrams.drawing import Drawing, style_sheet
from lstm_lib.diagrams.lstm_family import STEPS, Pieces, describe, draw
from lstm_lib.diagrams.modules import draws, module_canvas

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
    "kept": (
        ", built up to the forget gate",
        " Lit: h and x reach the forget layer, and the old cell state is multiplied by f.",
    ),
    "memory": (
        ", built up to the new cell state",
        " Lit: all but the output layer and what makes the new h.",
    ),
}
"""What is lit: the end of the title, and a sentence for the description."""

STAGES = {"kept": STEPS | {"c_prev": "kept", "f": "kept", "f*c_prev": "kept"}, "memory": STEPS}
"""The stages in which the module is built up, before it is whole; for each, in which steps each
value takes part."""
STAGE_LOOKS = style_sheet("stages.css")


@draws(LSTMCell)
def lstm(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The LSTM module: the cell state on its belt, four layers, five pointwise operations.

    ``values`` are numbers by name, as ``trace(LSTMCell).evaluate(…)`` returns them; a wire whose
    value is among them shows its number.  ``lit`` lights one step of the walk-through ("forget",
    "input", "update", "output"), or the "belt" alone, or the module as far as it is built up: what
    is "kept" of the old cell state, then the whole "memory".  The rest steps back.

    Raises ``ValueError`` for a step that does not exist.
    """
    pieces = Pieces()
    words = describe(pieces)
    look = {"steps": STAGES.get(lit, STEPS), "looks": STAGE_LOOKS if lit in STAGES else ""}
    canvas = module_canvas(LSTMCell, "lstm", "LSTM module", words, values, lit, LIT, **look)
    draw(canvas, pieces)
    return canvas.drawing()
