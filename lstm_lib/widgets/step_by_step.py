"""The LSTM's diagram with live values on every wire, one part highlighted at a time."""

from lstm_lib import diagrams, equations
from lstm_lib.cells import LSTMCell
from lstm_lib.equations import trace
from lstm_lib.equations.notation import meaning, pre_activation, weight
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import beside, choice, frame, slider

STEPS = {
    "forget": ("Forget", ("f",)),
    "input": ("Input", ("i", "c_tilde")),
    "update": ("Update", ("c",)),
    "output": ("Output", ("o", "h")),
}
"""The four parts of a step: the title of each, and the values it computes."""

START = {
    **{"x": 1.0, "h_prev": 0.5, "c_prev": 0.8},
    **{"W_f": -1.0, "U_f": 1.0, "b_f": 1.0},
    **{"W_i": 2.0, "U_i": 0.0, "b_i": -1.0},
    **{"W_c_tilde": -1.0, "U_c_tilde": 1.0, "b_c_tilde": 0.0},
    **{"W_o": 1.0, "U_o": 1.0, "b_o": 0.0},
}


class StepByStep(EquationWidget):
    """One step of an LSTM of one unit: sliders for its inputs, its state and all its weights.

    Every wire shows its value. ``lit`` chooses the part that is highlighted: ``"all"``, or
    ``"forget"``, ``"input"``, ``"update"`` or ``"output"``, whose equations then stand below in
    letters and in numbers, with the sliders of the weights they use.

    Args:
        equations: whether the equations and the weights' sliders stand below the drawing.
        values: initial inputs and weights, ``x=1.0``, ``W_f=-1.0``; the others have defaults.

    Raises:
        TypeError: a value that the step does not have as an input.
    """

    def __init__(self, equations=True, **values):
        step = trace(LSTMCell)
        start = START | values
        step.evaluate(**start)  # raises if a name is not an input
        super().__init__(
            graphs={"step": step},
            markup=markup(step, equations),
            start=start,
            choices={"lit": ("all", *STEPS)},
        )


def markup(step, equations):
    options = {"all": "The whole step"}
    options |= {name: f"{k}. {title}" for k, (name, (title, _)) in enumerate(STEPS.items(), 1)}
    drawing = diagrams.lstm(values=dict.fromkeys(step.symbols, 0.0)).svg
    drawing = drawing.replace("<svg ", '<svg data-lit="all" ', 1).replace(
        "lstm-module", "lstm-live"
    )
    return frame(
        "step-by-step",
        "One step of an LSTM with numbers",
        beside(
            drawing,
            choice("lit", "Light up", **options) + inputs(),
            panels(step) if equations else "",
        ),
        results={"c": "new cell state C", "h": "output h"},
        lit="all",
    )


def inputs():
    """The sliders of the input and the old state of one LSTM step."""
    return (
        '<div class="inputs">'
        + slider("x", "input x", -2, 2, says=("h", "output h"))
        + slider("h_prev", "last output h", -1, 1, says=("h", "output h"))
        + slider("c_prev", "old cell state C", -2, 2, says=("c", "new cell state C"))
        + "</div>"
    )


def panels(step):
    """One panel for the whole step and one for each part of it, all in the same place."""
    names = [name for _, names in STEPS.values() for name in names]
    whole = "".join(equation(step, name, numbers=True) for name in names)
    return (
        f'<div class="panels"><div class="panel for-all">{whole}</div>'
        + "".join(panel(step, name, values) for name, (_, values) in STEPS.items())
        + "</div>"
    )


def panel(step, name, values):
    equations = "".join(
        equation(step, value) + equation(step, value, numbers=True) for value in values
    )
    gates = [value for value in values if pre_activation(value) in step]
    sliders = "".join(weight_sliders(gate) for gate in gates)
    return f'<div class="panel for-{name}">{equations}<div class="weights">{sliders}</div></div>'


def equation(step, value, numbers=False):
    kind = "numbers" if numbers else "letters"
    return f'<p class="equation {kind}">{equations.html(step, value, numbers)}</p>'


def weight_sliders(gate):
    title = meaning(gate)
    says = (gate, title)
    return "".join(
        slider(weight(kind, gate), f"{kind} of the {title}", -limit, limit, says=says)
        for kind, limit in (("W", 3), ("U", 3), ("b", 5))
    )
