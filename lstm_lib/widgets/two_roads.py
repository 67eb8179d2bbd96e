"""The gradient going back through an LSTM by two paths: along the cell state, and through h."""

from lstm_lib import equations
from lstm_lib.cells import LSTMCell
from lstm_lib.equations import notation
from lstm_lib.equations.graph import Graph, Symbol, rebuild, symbol, trace
from lstm_lib.equations.notation import weight
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import PLAY, frame, preset, slider

STEPS = 5
START = {"b_f": 0.0, "U_h": 0.5, "x": 1.0, "c_prev": 0.0, "h_prev": 0.0}
ONE_WEIGHT = {"W_f": 0, "W_i": 1, "W_c_tilde": 1, "W_o": 0, "b_i": 0, "b_c_tilde": 0, "b_o": 0}
"""The weights that are not on a slider."""

STORIES = {
    "Gate half open": START,
    "Gate open": START | {"b_f": 5.0},
    "Gate shut": START | {"b_f": -5.0},
    "Strong loop": START | {"b_f": 0.0, "U_h": 2.0, "x": 0.0},
}
"""Preset values, one button each."""


class TwoRoads(EquationWidget):
    r"""The gradient of :math:`C_5` by each state before it, drawn as wires of that width.

    .. math:: \frac{\partial C_5}{\partial C_t} = f_{t+1} \frac{\partial C_5}{\partial C_{t+1}}
              + o_t (1 - \tanh^2 C_t) \frac{\partial C_5}{\partial h_t}

    For an LSTM of one unit, from step ``k + 1`` to step ``k``: ``belt_k`` comes along the cell
    state, ``gates_k`` comes through the gates to the last output, and ``output_k`` is the part of
    it that goes on to the cell state; ``all_k`` is their sum there. Of the gradient at step 1,
    ``straight`` went along the cell state only, and ``detour`` went through an output at least
    once. *Play* sends a pulse back along both. The reader sets the forget gate's bias
    ``b_f``, the recurrent weight ``U_h`` of all four layers, and the input ``x`` of all steps.
    """

    def __init__(self):
        step = trace(LSTMCell)
        super().__init__({"chain": roads(step)}, markup(step), start=START)


def roads(step):
    """The derivatives of the last cell state, split by path, from the graph's own gradient."""
    recurrent = Symbol("input", name=weight("U", "h"))
    fixed = {step[weight("U", gate)]: recurrent for gate in ("f", "i", "c_tilde", "o")}
    fixed |= {step[name]: symbol(weight) for name, weight in ONE_WEIGHT.items()}
    unit = Graph({name: rebuild(sym, fixed) for name, sym in step.outputs.items()})
    carry = {"c_prev": "c", "h_prev": "h"}
    chain = unit.repeat(STEPS, shared=("U_h", "b_f", "x"), carry=carry)
    slope = chain.gradient(f"c_{STEPS}")

    outputs = {f"f_{k}": chain[f"f_{k}"] for k in range(2, STEPS + 1)}
    straight = symbol(1)
    for k in reversed(range(1, STEPS)):
        straight = straight * chain[f"f_{k + 1}"]
        belt = chain[f"f_{k + 1}"] * slope[f"dc_{STEPS}/dc_{k + 1}"]
        everything = slope[f"dc_{STEPS}/dc_{k}"]
        outputs[f"belt_{k}"], outputs[f"all_{k}"] = belt, everything
        outputs[f"output_{k}"] = everything - belt
        outputs[f"gates_{k}"] = slope[f"dc_{STEPS}/dh_{k}"]
    return Graph(outputs | {"straight": straight, "detour": everything - straight})


def markup(step):
    buttons = "".join(preset(name, values) for name, values in STORIES.items())
    columns = "".join(module(k) + (between(k) if k < STEPS else "") for k in range(1, STEPS + 1))
    return frame(
        "two-roads",
        "The gradient's two paths back through an LSTM",
        f'<div class="bar"><div class="choice" role="group" aria-label="Settings">{buttons}</div>'
        f'<div class="choice">{PLAY}</div></div>'
        '<p class="way">\u2190 the gradient travels back from the last cell state</p>'
        f'<div class="chain">{columns}</div>'
        '<p class="key"><span class="belt"></span> along the belt '
        '<span class="gates"></span> through the gates '
        '<span class="output"></span> <i>h</i> to <i>C</i></p>'
        '<p class="sum">Of <b data-value="all_1"></b> at the first cell state, '
        '<b class="q q-cell" data-value="straight"></b> never left the belt, '
        '<b data-value="detour"></b> went through <i>h</i>.</p>'
        f'<p class="equation letters">{equations.html(step, "c")}</p>'
        '<div class="weights">'
        + setting(weight("b", "f"), "bias of the forget gate", 5)
        + setting(weight("U", "h"), "recurrent weight U of all four layers", 2)
        + setting("x", "input x at every step", 1)
        + "</div>",
        results={"straight": "along the cell state", "detour": "through h"},
    )


def module(k):
    """One step: its cell state with the whole gradient there, and its output below."""
    if k == STEPS:
        arrives = '<b class="number">1</b>'
        rise = '<span class="rise"></span><span class="number"></span>'
    else:
        arrives = f'<b class="number" data-value="all_{k}"></b>'
        rise = (
            f'<span class="rise"><span class="wire" data-bind="output_{k}"></span></span>'
            f'<span class="number q-output" data-value="output_{k}"></span>'
        )
    return (
        f'<div class="module" data-turn="{STEPS - k}">'
        f'<span class="state q-cell">{notation.html(f"c_{k}")}</span>{arrives}'
        f'{rise}<span class="state">{notation.html(f"h_{k}")}</span></div>'
    )


def between(k):
    """The two paths from step k + 1 to step k."""
    return (
        f'<div class="between" data-turn="{STEPS - k}">'
        f'<span class="number q-cell" data-value="belt_{k}"></span>'
        + road("belt", k)
        + '<span class="factor q-forget">\u00d7<i>f</i> '
        f'<span data-value="f_{k + 1}"></span></span>'
        + road("gates", k)
        + f'<span class="number" data-value="gates_{k}"></span></div>'
    )


def road(kind, k):
    """A wire as wide as what comes back on it, and the pulse that comes."""
    name = f"{kind}_{k}"
    return (
        f'<span class="road {kind}"><span class="wire" data-bind="{name}"></span>'
        f'<span class="pulse" data-bind="{name}"></span></span>'
    )


def setting(name, label, limit):
    says = ("all_1", "gradient at step 1")
    return slider(name, label, -limit, limit, step=limit / 20, says=says)
