"""One recurrent weight and its effect on a signal going forward and on a gradient going back."""

from lstm_lib import equations
from lstm_lib.cells import RNNCell
from lstm_lib.equations.graph import Graph, trace
from lstm_lib.equations.notation import power_of_ten, weight
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import choice, frame, preset, slider

STEPS = 30
SILENCE = ("W_h", "x", "b_h")


class WRec(EquationWidget):
    """One recurrent unit over 30 steps: the signal going forward, the gradient going back.

    All inputs are zero; the unit starts at ``h_prev`` = 1 and has one weight, ``U_h``. Its values
    are ``h_1`` to ``h_30``, and ``d_0`` to ``d_30`` are the derivatives of the last one with
    respect to each; ``d_0`` is for the start. ``mode`` is ``"linear"``, where a step only
    multiplies, or ``"tanh"``. The equations are :class:`~lstm_lib.cells.RNNCell`'s, thirty times,
    and the gradient comes from their graph.
    """

    def __init__(self):
        step = trace(RNNCell)
        modes = {"linear": there_and_back(step, "a_h"), "tanh": there_and_back(step, "h")}
        start = dict.fromkeys(SILENCE, 0.0) | {"U_h": 0.9, "h_prev": 1.0}
        super().__init__(modes, markup(step), start, choices={"scale": ("plain", "log")})


def there_and_back(step, carried):
    """The chain of steps in which ``carried`` is the state, and the chain's gradient."""
    chain = step.part(carried).repeat(STEPS, shared=("U_h", *SILENCE), carry={"h_prev": carried})
    last = f"{carried}_{STEPS}"
    back = chain.gradient(last)
    outputs = {"d_0": back[f"d{last}/dh_prev"]}
    for k in range(1, STEPS + 1):
        outputs[f"h_{k}"] = chain[f"{carried}_{k}"]
        outputs[f"d_{k}"] = back[f"d{last}/d{carried}_{k}"]
    return Graph(outputs)


def markup(step):
    signal = ["h_prev", *(f"h_{k}" for k in range(1, STEPS + 1))]
    gradient = [f"d_{k}" for k in range(STEPS + 1)]
    presets = "".join(preset(f"<i>U</i> = {w}", {"U_h": w}) for w in (0.9, 1, 1.1, 1.5))
    product = equations.html(step.part(h="U_h*h_prev"), "h")
    return frame(
        "w-rec",
        "One recurrent weight over thirty steps",
        '<div class="choices">'
        + choice("mode", "What a step does", linear="Multiply", tanh="Multiply, then tanh")
        + choice("scale", "How tall a bar is", plain="Plain scale", log="Powers of ten")
        + "</div>"
        f'<p class="equation letters by-linear">{product}</p>'
        f'<p class="equation letters by-tanh">{equations.html(step, "h")}</p>'
        + bars("the signal, going forward", signal, f"h_{STEPS}", "\u2192 after 30 steps")
        + bars("the gradient, going back", gradient, "d_0", "\u2190 after 30 steps")
        + f'<div class="choice" role="group" aria-label="Weights worth seeing">{presets}</div>'
        + slider(
            weight("U", "h"), "recurrent weight", 0.5, 1.5, says=("d_0", "gradient after 30 steps")
        ),
        results={f"h_{STEPS}": "signal after 30 steps", "d_0": "gradient after 30 steps"},
        mode="linear",
        scale="plain",
    )


def bars(title, names, result, where):
    columns = "".join(f'<i data-bind="{name}"></i>' for name in names)
    return (
        f'<div class="track"><p><b>{title}</b>'
        f'<span>{where}: <span class="left" data-two-figures="{result}"></span></span></p>'
        f'<div class="plot" aria-hidden="true">{scale("plain", "2", "1", "0")}'
        f"{scale('log', power_of_ten(6), '1', power_of_ten(-6))}"
        f'<div class="bars">{columns}</div></div></div>'
    )


def scale(name, *marks):
    return f'<span class="scale {name}">{"".join(f"<small>{m}</small>" for m in marks)}</span>'
