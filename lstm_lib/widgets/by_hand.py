"""One LSTM unit over twelve steps, whose weights the reader sets by hand."""

from functools import reduce
from itertools import accumulate

from lstm_lib.cells import LSTMCell
from lstm_lib.cells.functions import tanh
from lstm_lib.equations.graph import Graph, trace
from lstm_lib.equations.notation import number, weight
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import beside, choice, frame, preset, slider, verdict

INPUTS = (0, 1, 0, 0, 1, 1, 0, 0, -1, 0, 1, 0)
"""The input at each step: 1 is an event, -1 a reset, 0 nothing."""

UNSET = {
    **{"W_f": 0.0, "U_f": 0.0, "b_f": 0.0, "W_i": 0.0, "U_i": 0.0, "b_i": 0.0},
    **{"W_c_tilde": 0.0, "U_c_tilde": 0.0, "b_c_tilde": 1.0},
    **{"W_o": 0.0, "U_o": 0.0, "b_o": 6.0},
}
COUNTER = UNSET | {"b_f": 6.0, "W_i": 12.0, "b_i": -6.0}
RESETTABLE = COUNTER | {"W_f": 12.0}
LATCH = RESETTABLE | {"U_i": -18.0}

GOALS = {
    "counter": (
        "A counter",
        COUNTER,
        "Goes up by one block at each event, and never forgets. A reset means nothing to it.",
        lambda count, x: count + (x == 1),
    ),
    "resettable": (
        "A counter with a reset",
        RESETTABLE,
        "Goes up by one block at each event; a reset clears it.",
        lambda count, x: 0 if x == -1 else count + (x == 1),
    ),
    "latch": (
        "A latch",
        LATCH,
        "The first event sets it to one block; more events change nothing; a reset clears it.",
        lambda count, x: 0 if x == -1 else max(count, int(x == 1)),
    ),
}
"""The goals: title, weights that reach it, what the unit should do, and the rule for that."""

CLOSE = 0.08
"""A goal is reached if the cell state is as close at every step: a tenth of a block."""


class MemoryByHand(EquationWidget):
    """A unit whose memory behaves as its weights say: a counter, a counter with a reset, a latch.

    One :class:`~lstm_lib.cells.LSTMCell` unit runs over twelve inputs with the same weights at
    each step; the picture shows its cell state ``c_1`` to ``c_12`` against
    the chosen ``goal``. The sliders are the weights of its forget and input gates and its
    candidate's bias; its output gate is open.
    """

    def __init__(self):
        step = trace(LSTMCell)
        weights = [name for name in step.inputs if name.kind == "weight"]
        chain = step.part("c", "h").repeat(
            len(INPUTS), shared=weights, carry={"c_prev": "c", "h_prev": "h"}
        )
        start = UNSET | {"c_prev": 0.0, "h_prev": 0.0}
        start |= {f"x_{k}": float(x) for k, x in enumerate(INPUTS, start=1)}
        unit = Graph(chain.outputs | {f"miss_{name}": miss(chain, name) for name in GOALS})
        super().__init__({"unit": unit}, markup(), start=start, choices={"goal": tuple(GOALS)})


def miss(chain, name):
    """How far the cell state is from the goal at most, over all steps."""
    off = [abs(chain[f"c_{k}"] - wanted) for k, wanted in enumerate(goal(GOALS[name][-1]), 1)]
    return reduce(lambda one, other: one.maximum(other), off)


def markup():
    titles = {name: title for name, (title, *_) in GOALS.items()}
    return frame(
        "by-hand-built",
        "A memory built by hand",
        choice("goal", "What to build", **titles)
        + '<div class="panels">'
        + "".join(
            f'<p class="panel for-{name}">{text} {preset("Show me the weights", weights)}</p>'
            for name, (_, weights, text, _) in GOALS.items()
        )
        + "</div>"
        + beside(
            '<div class="chart">'
            + "".join(column(k) for k in range(1, len(INPUTS) + 1))
            + '</div><p class="key"><span class="state"></span> the cell state '
            '<span class="goal"></span> the goal \u00b7 below: the input, 1 an event, '
            "\u22121 a reset</p>"
            + verdict("miss_{goal}", CLOSE, "Solved: it does what was asked.", "Not yet."),
            '<div class="weights">'
            + "".join(f"<div>{weight_sliders(gate)}</div>" for gate in ("f", "i", "c_tilde"))
            + "</div>",
        ),
        results={"miss_{goal}": "from the goal at most"},
        goal="counter",
    )


def column(k):
    goals = "".join(
        f'<div class="goal for-{name}" style="--v: {goal(rule)[k - 1]:.4f}"></div>'
        for name, (*_, rule) in GOALS.items()
    )
    x = INPUTS[k - 1]
    arrives = {1: "event", 0: "silence", -1: "reset"}[x]
    return (
        f'<div class="step"><div class="load">{goals}<div class="state" data-bind="c_{k}"></div>'
        f'<span class="total" data-value="c_{k}" data-digits="1"></span></div>'
        f'<span class="input of-{arrives}" title="{arrives}">{number(x, 0)}</span></div>'
    )


def goal(rule):
    """The goal's cell state after each step: blocks of what one event adds, tanh(1)."""
    return [float(count * tanh(1.0)) for count in accumulate(INPUTS, rule, initial=0)][1:]


def weight_sliders(gate):
    says = ("miss_{goal}", "from the goal at most")
    title, weights = {
        "f": ("forget gate", (("W", 20), ("b", 10))),
        "i": ("input gate", (("W", 20), ("U", 20), ("b", 10))),
        "c_tilde": ("candidate", (("b", 2),)),
    }[gate]
    return f"<b>{title}</b>" + "".join(
        slider(
            weight(kind, gate), f"{kind} of the {title}", -limit, limit, limit / 20, says, digits=1
        )
        for kind, limit in weights
    )
