"""The cell state over time, drawn as a conveyor belt."""

from lstm_lib.cells import LSTMCell
from lstm_lib.equations import trace
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import MORE, PLAY, frame, preset, slider

STEPS = 12


class ConveyorBelt(EquationWidget):
    r"""One unit's cell state over twelve steps: what is carried, what is forgotten, what is added.

    .. math:: C_t = f_t \odot C_{t-1} + i_t \odot \tilde{C}_t

    At each step ``k`` the reader sets the forget gate ``f_k``, the input gate ``i_k`` and the
    candidate ``c_tilde_k``; the belt shows ``kept_k``, ``added_k`` and their sum ``c_k``. *Play*
    lets them ride from step to step. The input gate and the candidate have a knob where something
    is written; a button shows all of them. The equation is :class:`~lstm_lib.cells.LSTMCell`'s,
    twelve times.
    """

    def __init__(self):
        update = trace(LSTMCell).part(
            "c", kept="f*c_prev", added="i*c_tilde", given=("f", "i", "c_tilde", "c_prev")
        )
        belt = update.repeat(STEPS, carry={"c_prev": "c"})
        super().__init__({"belt": belt}, markup(), start=settings(write={2: 1.0}))


def settings(keep=1.0, write=None, forget=()):
    """Values of all sliders: what is written at which steps, and at which steps it is forgotten."""
    write, values = write or {}, {"c_prev": 0.0}
    for k in range(1, STEPS + 1):
        values[f"f_{k}"] = 0.0 if k in forget else keep
        values[f"i_{k}"] = 1.0 if k in write else 0.0
        values[f"c_tilde_{k}"] = write.get(k, 0.5)
    return values


STORIES = {
    "Remember": settings(write={2: 1.0}),
    "Forget at 8": settings(write={2: 1.0}, forget=(8,)),
    "Fade": settings(keep=0.8, write={2: 1.0}),
    "Replace at 7": settings(write={2: 1.0, 7: -0.8}, forget=(7,)),
    "Count": settings(write={2: 0.5, 4: 0.5, 5: 0.5, 9: 0.5, 11: 0.5}),
}
"""Preset values, one button each."""


def markup():
    buttons = "".join(preset(name, values) for name, values in STORIES.items())
    rows = (
        '<b class="row-name state">the belt <i>C</i></b>'
        '<b class="row-name q-forget">forget gate <i>f</i></b>'
        '<b class="row-name q-input">input gate <i>i</i></b>'
        '<b class="row-name q-candidate">candidate <i>C\u0303</i></b>'
    )
    steps = "".join(column(k) for k in range(1, STEPS + 1))
    return frame(
        "belt",
        "Conveyor belt: the cell state over twelve steps",
        f'<div class="bar"><div class="choice" role="group" aria-label="Stories">{buttons}</div>'
        f'<div class="choice">{PLAY}{MORE}</div></div>',
        f'<div class="steps">{rows}{steps}</div>',
        '<p class="key"><span class="kept"></span> carried <span class="added"></span> added '
        '<span class="ghost"></span> what was there before</p>',
        results={f"c_{STEPS}": "memory at the end"},
    )


def column(k):
    before = f"c_{k - 1}" if k > 1 else "c_prev"
    says = (f"c_{k}", "state")

    def knob(name, label, low):
        words = f"{label}, step {k}"
        return slider(f"{name}_{k}", words, low, 1, step=0.1, says=says, row=name, digits=1)

    return (
        f'<div class="step" style="--k: {k}" data-turn="{k}">'
        f'<div class="load"><div class="ghost" data-bind="{before}"></div>'
        f'<div class="kept" data-bind="kept_{k} {before}"></div>'
        f'<div class="added" data-bind="kept_{k} added_{k}"></div>'
        f'<span class="total" data-value="c_{k}" data-digits="1"></span></div>'
        + knob("f", "forget gate", 0)
        + f'<div class="writes" data-used="i_{k}">'
        + knob("i", "input gate", 0)
        + knob("c_tilde", "candidate", -1)
        + f'</div><span class="number">{k}</span></div>'
    )
