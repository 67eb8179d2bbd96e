"""The peephole LSTM's diagram with live values, with a switch for each peephole."""

from lstm_lib import diagrams
from lstm_lib.cells import LSTMCell, PeepholeLSTMCell
from lstm_lib.equations.graph import Graph, Symbol, rebuild, trace
from lstm_lib.equations.notation import weight
from lstm_lib.widgets import step_by_step
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import beside, choice, frame, live, slider, toggle, written

GATES = {"f": "forget", "i": "input", "o": "output"}
"""The gates that have a peephole."""

SEEN = {"f": "p_f*c_prev", "i": "p_i*c_prev", "o": "p_o*c"}
"""The product by which each gate reads the cell state."""

START = step_by_step.START | {"c_prev": 1.2, "p_f": 1.5, "p_i": -2.0, "p_o": 1.0}


class Peepholes(EquationWidget):
    """One step of a peephole LSTM of one unit, with a switch for each of its three peepholes.

    The sliders set its input, its state and the peepholes ``p_f``, ``p_i`` and ``p_o``. With
    ``peephole_f`` at 1 the forget gate sees the cell state through its peephole; at 0 it does
    not, its wire is drawn pale, and ``p_f`` counts as 0. The same holds for
    ``peephole_i`` and ``peephole_o``.

    Args:
        values: initial inputs and weights, ``x=1.0``, ``peephole_o=0``; the others have defaults,
            with all peepholes on.

    Raises:
        TypeError: a value that the step does not have as an input.
    """

    def __init__(self, **values):
        step = switched(trace(PeepholeLSTMCell))
        start = START | dict.fromkeys(map("peephole_{}".format, GATES), 1.0) | values
        step.evaluate(**start)  # raises if a name is not an input
        super().__init__(
            graphs={"step": step},
            markup=markup(),
            start=start,
            choices={"written": ("letters", "numbers")},
        )


def switched(step):
    """The step with each peephole multiplied by an input, ``peephole_f``, which is 1 or 0."""
    copies = {}
    for gate, seen in SEEN.items():
        switch = Symbol("input", name=f"peephole_{gate}")
        copies[step[seen]] = rebuild(step[seen], copies) * switch
    return Graph({name: rebuild(sym, copies) for name, sym in step.outputs.items()})


def markup():
    step, without = trace(PeepholeLSTMCell), trace(LSTMCell)
    drawing = live(diagrams.peephole(values=dict.fromkeys(step.symbols, 0.0)), "peepholes")
    return frame(
        "peepholes",
        "An LSTM step with and without peepholes",
        beside(
            drawing,
            step_by_step.inputs()
            + '<p class="switches">Peephole of the</p><div class="holes">'
            + "".join(peephole(gate, name) for gate, name in GATES.items())
            + "</div>",
            choice("written", "Equations", letters="In letters", numbers="In numbers")
            + f'<div class="written">{written(step, without)}</div>',
        ),
        results={"c": "new cell state C", "h": "output h"},
        written="letters",
    )


def peephole(gate, name):
    return (
        f'<div class="hole hole-{gate}">'
        + toggle(f"peephole_{gate}", f"peephole of the {name} gate", f"{name} gate", hue=name)
        + slider(
            weight("p", gate), f"weight of the {name} peephole", -3, 3, says=(gate, f"{name} gate")
        )
        + "</div>"
    )
