"""The forget bias and what it leaves of a memory after so many steps."""

from lstm_lib.cells import LSTMCell
from lstm_lib.equations.graph import Graph, trace
from lstm_lib.equations.notation import html, power_of_ten, weight
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import choice, frame, preset, slider

STEPS = 30
SILENCE = ("W_f", "x", "U_f", "h_prev")
DECADES = 10
"""How many powers of ten the logarithmic scale has."""


class ForgetBias(EquationWidget):
    """One unit of an LSTM over 30 steps: what a forget bias leaves of a memory of 1.

    The forget layer reads nothing, so its gate ``f`` is the sigmoid of its bias ``b_f``; nothing
    is written. The cell state starts at ``c_prev`` = 1, and ``c_1`` to ``c_30`` are what is left
    of it. The gradient on its way back along the belt meets the same factors.
    """

    def __init__(self):
        step = trace(LSTMCell)
        kept = step.part("f", c="f*c_prev")
        chain = kept.repeat(STEPS, shared=("b_f", *SILENCE), carry={"c_prev": "c"})
        outputs = {"f": chain["f_1"]} | {f"c_{k}": chain[f"c_{k}"] for k in range(1, STEPS + 1)}
        start = dict.fromkeys(SILENCE, 0.0) | {"b_f": 0.0, "c_prev": 1.0}
        graph = Graph(outputs)
        super().__init__({"line": graph}, markup(), start, choices={"scale": ("plain", "log")})


def markup():
    last = f"c_{STEPS}"
    columns = "".join(
        f'<i data-bind="{name}"></i>' for name in ("c_prev", *(f"c_{k}" for k in range(1, 31)))
    )
    presets = "".join(
        preset(words, {"b_f": bias})
        for words, bias in (("0: PyTorch\u2019s start", 0), ("1", 1), ("3", 3), ("5", 5))
    )
    title = f"left after {STEPS} steps"
    return frame(
        "forget-bias",
        "What a forget bias leaves on the belt",
        f'<p class="equation numbers q-forget"><span class="q">{html("f")}</span> = \u03c3('
        f'<span class="q">{html(weight("b", "f"))}</span>) = '
        '<span class="q q-forget" data-value="f" data-digits="3"></span></p>'
        "<p><b>a memory of 1, step by step</b>"
        f'<span>{title}: <span class="left" data-two-figures="{last}"></span></span></p>'
        '<div class="plot" aria-hidden="true">'
        '<span class="scale plain"><small>1</small><small>0</small></span>'
        f'<span class="scale log"><small>1</small><small>{power_of_ten(-DECADES)}</small></span>'
        f'<div class="bars">{columns}</div></div>'
        + slider(weight("b", "f"), "forget bias", -2, 7, says=(last, title))
        + f'<div class="choice" role="group" aria-label="Worth seeing">{presets}</div>'
        + choice("scale", "How tall a bar is", plain="Plain scale", log="Powers of ten"),
        results={last: title},
        mode="line",
        scale="plain",
    )
