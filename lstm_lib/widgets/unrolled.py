"""The loop of a recurrent network, opened into a chain one step at a time."""

from lstm_lib import equations
from lstm_lib.cells import RNNCell
from lstm_lib.equations import notation, trace
from lstm_lib.equations.notation import weight
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import choice, frame, slider

STEPS = 5
START = {"W_h": 1.5, "U_h": 0.8, "b_h": 0.0, "h_prev": 0.0}
INPUTS = (1.0, 0.0, 0.0, -1.0, 0.0)


class Unroll(EquationWidget):
    """A plain recurrent unit, as a loop and as a chain of up to five steps with the same weights.

    ``length`` chooses how far the loop is opened: ``"loop"``, or ``"1"`` to ``"5"``. Modules that
    are not unrolled lie folded on the last one, and its wire back to itself is the loop. The inputs
    are ``x_1`` to ``x_5``; the outputs ``h_1`` to ``h_5``; the weights ``W_h``, ``U_h`` and
    ``b_h`` are one set for all the steps, so that moving one changes every step at once. The
    equation is :class:`~lstm_lib.cells.RNNCell`'s.

    (The function :func:`~lstm_lib.sequences.unroll` is another thing: it runs a cell over a
    sequence and returns an :class:`~lstm_lib.sequences.Unrolled`.)
    """

    def __init__(self):
        step = trace(RNNCell)
        chain = step.part("h").repeat(STEPS, shared=("W_h", "U_h", "b_h"), carry={"h_prev": "h"})
        start = START | {f"x_{k}": x for k, x in enumerate(INPUTS, start=1)}
        lengths = ("loop", *(str(k) for k in range(1, STEPS + 1)))
        super().__init__({"chain": chain}, markup(step), start, choices={"length": lengths})


def markup(step):
    options = {"loop": "The loop"} | {str(k): f"{k} step{'s'[: k - 1]}" for k in range(1, 6)}
    return frame(
        "unroll",
        "A recurrent network, as a loop and unrolled",
        choice("length", "How far to unroll", **options)
        + '<div class="chain">'
        + "".join(column(k) for k in range(1, STEPS + 1))
        + "</div>"
        + f'<p class="equation letters">{equations.html(step, "h")}</p>'
        + '<p class="shared">one set of weights, in every module</p><div class="weights">'
        + setting("W", "weight W of the input")
        + setting("U", "weight U of the previous output")
        + setting("b", "the bias b")
        + "</div>",
        results={f"h_{k}": f"output {k}" for k in range(1, STEPS + 1)},
        length="loop",
    )


def column(k):
    says = (f"h_{k}", f"output {k}")
    weights = "".join(
        f'<small class="of-{kind}_h"><i>{kind}</i>'
        f' <span data-value="{kind}_h" data-digits="1"></span></small>'
        for kind in "WUb"
    )
    return (
        f'<div class="step" style="--k: {k}"><span class="out q-hidden">'
        f'{notation.html(f"h_{k}")} <b data-value="h_{k}"></b></span>'
        '<span class="rise" aria-hidden="true"></span>'
        f'<div class="module"><i class="message"></i><b>tanh</b>{weights}</div>'
        '<span class="rise" aria-hidden="true"></span>'
        + slider(f"x_{k}", f"input {k}", -1, 1, step=0.1, says=says, row="x", digits=1)
        + "</div>"
    )


def setting(kind, label):
    return slider(
        weight(kind, "h"), label, -2, 2, step=0.1, says=(f"h_{STEPS}", "last output"), digits=1
    )
