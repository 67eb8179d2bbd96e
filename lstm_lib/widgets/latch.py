"""One unit that stores a bit: the value it keeps, and the gradient that is lost for that."""

from lstm_lib import equations
from lstm_lib.cells import RNNCell
from lstm_lib.equations.graph import Graph, trace
from lstm_lib.equations.notation import power_of_ten, weight
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import frame, preset, slider

STEPS = 30
PUSHED = 12


class Latch(EquationWidget):
    """A tanh unit that stores a 1 over 30 steps: how firmly, and how much of the gradient is left.

    The unit starts at ``h_prev`` = 0 and reads ``x_1`` = 1, then zeros, but for a push of any size
    at step 12, ``x_12``. Its recurrent weight is ``U_h``. Its values are ``h_1`` to ``h_30``, and
    ``d_1`` to ``d_30`` are the derivatives of the last one with respect to each. The equations are
    :class:`~lstm_lib.cells.RNNCell`'s, thirty times, and the gradient comes from their graph.
    """

    def __init__(self):
        step = trace(RNNCell)
        chain = step.part("h").repeat(STEPS, shared=("U_h", "W_h", "b_h"), carry={"h_prev": "h"})
        back = chain.gradient(f"h_{STEPS}")
        outputs = {f"h_{k}": chain[f"h_{k}"] for k in range(1, STEPS + 1)}
        outputs |= {f"d_{k}": back[f"dh_{STEPS}/dh_{k}"] for k in range(1, STEPS + 1)}
        read = {f"x_{k}": float(k == 1) for k in range(1, STEPS + 1)}
        start = {"U_h": 2.0, "W_h": 1.0, "b_h": 0.0, "h_prev": 0.0} | read
        super().__init__({"latch": Graph(outputs)}, markup(step), start)


def markup(step):
    weights = "".join(preset(f"<i>U</i> = {w}", {"U_h": w}) for w in (0.9, 1, 1.1, 1.5, 2))
    ends = (f"h_{STEPS}", "value at the end")
    powers = ("1", power_of_ten(-12), power_of_ten(-24))
    return frame(
        "w-rec latch",
        "A latch over thirty steps",
        f'<p class="equation letters">{equations.html(step, "h")}</p>'
        + track("value", "the value, going forward", "h", f"h_{STEPS}", ("1", "0", "\u22121"))
        + track("gradient", "the gradient, going back", "d", "d_1", powers)
        + f'<div class="choice" role="group" aria-label="Weights worth seeing">{weights}</div>'
        + slider(weight("U", "h"), "recurrent weight", 0.5, 2.5, says=ends)
        + slider(f"x_{PUSHED}", f"push at step {PUSHED}", -3, 3, step=0.1, says=ends),
        results={f"h_{STEPS}": "value at the end", "d_1": "gradient at step 1"},
    )


def track(kind, title, letter, result, marks):
    columns = "".join(f'<i data-bind="{letter}_{k}"></i>' for k in range(1, STEPS + 1))
    where = "\u2192 at the end" if kind == "value" else "\u2190 at step 1"
    scale = "".join(f"<small>{mark}</small>" for mark in marks)
    return (
        f'<div class="track {kind}"><p><b>{title}</b>'
        f'<span>{where}: <span class="left" data-two-figures="{result}"></span></span></p>'
        f'<div class="plot" aria-hidden="true"><span class="scale">{scale}</span>'
        f'<div class="bars">{columns}</div></div></div>'
    )
