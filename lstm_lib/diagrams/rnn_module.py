"""The repeating module of a plain recurrent network, with tanh or with ReLU: one layer."""

from collections.abc import Mapping

from lstm_lib.cells import ReLURNNCell, RNNCell
from lstm_lib.diagrams.canvas import STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.modules import draws, variant_canvas

SIZE = (480, 340)
# The one line of the module; the columns of x, of the layer, and of h on its way up.
LINE = 154
JOIN, LAYER, UP = 112, 224, 440

DESCRIPTION = (
    "The hidden state h comes from the left and x from below."
    " Joined into one vector, they reach a single {} layer."
    " What it puts out is the new h, which leaves to the right and, copied, upwards."
)


@draws(RNNCell)
def rnn(values: Mapping[str, float] | None = None) -> Drawing:
    """The RNN module: one tanh layer.

    ``values`` are numbers by name, as ``trace(RNNCell).evaluate(…)`` returns them; a wire whose
    value is among them shows its number.
    """
    canvas = Canvas(
        "rnn-module", "RNN module", DESCRIPTION.format("tanh"), SIZE, values, cell=RNNCell
    )
    _draw(canvas, "tanh")
    return canvas.drawing()


@draws(ReLURNNCell)
def relu_rnn(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The RNN module with ReLU in its layer.

    ``values`` are numbers by name, as ``trace(ReLURNNCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the RNN is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        ReLURNNCell,
        "relu-rnn",
        "ReLU RNN module",
        DESCRIPTION.format("ReLU"),
        values,
        lit,
        known="the RNN",
        size=SIZE,
    )
    _draw(canvas, "ReLU")
    return canvas.drawing()


def _draw(canvas: Canvas, function: str) -> None:
    """The whole module; another ``function`` than tanh is a difference."""
    canvas.module(80, 92, 402, 216)

    canvas.wire("h_prev", (0, LINE - STRAND), (LAYER, LINE - STRAND))
    canvas.wire("x", (JOIN, 308), (JOIN, LINE + STRAND), (LAYER, LINE + STRAND))
    canvas.wire("h", (LAYER, LINE), (476, LINE), arrow=True)
    canvas.wire("h", (UP, LINE), (UP, 38), arrow=True)
    canvas.dot("h", (UP, LINE))
    with canvas.difference(function != "tanh"):
        canvas.layer(function, (LAYER, LINE), ("h_prev", "x"), "h", name="hidden")

    canvas.label("h_prev", (2, LINE - 30))
    canvas.label("x", (JOIN, 328), anchor="middle")
    canvas.label("h", (UP, 26), anchor="middle")
    canvas.label("h", (UP + 11, LINE - 30))

    canvas.chip("h_prev", (40, LINE - STRAND))
    canvas.chip("x", (JOIN, 262))
    canvas.chip("h", (336, LINE))
