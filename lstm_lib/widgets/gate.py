"""One gate, set by the reader or computed by its layer."""

from lstm_lib import equations
from lstm_lib.cells import LSTMCell
from lstm_lib.cells.functions import sigmoid
from lstm_lib.equations import trace
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import choice, frame, preset, slider

WEIGHTS = ((3.0, 0.0, 0.0), (-3.0, 0.0, 0.0), (0.0, 3.0, 0.0), (1.5, 1.5, 3.0))
"""``W_f``, ``U_f`` and ``b_f`` of four units: the first opens with x, the second closes with x, the
third depends on h only, and the fourth is open unless both are negative."""


class Gate(EquationWidget):
    r"""A vector of four numbers is multiplied by a gate: :math:`f_t \odot C_{t-1}`.

    In ``mode`` ``"hand"`` the sliders are the gate's values, ``f_1`` to ``f_4``. In ``mode``
    ``"layer"`` the sliders are the gate's own inputs, ``x`` and ``h_prev``, and each unit
    computes its value from its own weights:
    :math:`f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)`. What comes out is ``kept_1`` to ``kept_4``.
    Both are taken from :class:`~lstm_lib.cells.LSTMCell`.

    Args:
        vector: the four numbers that go in, each from -1 to 1.
        weights: each unit's ``(W_f, U_f, b_f)``.
    """

    def __init__(self, vector=(0.9, -0.6, 0.4, -1.0), weights=WEIGHTS):
        step = trace(LSTMCell)
        hand = step.part(kept="f*c_prev", given=("f", "c_prev"))
        layer = step.part(kept="f*c_prev", a="a_f", f="f", given=("c_prev",))
        start = {"x": 0.5, "h_prev": -0.2}
        for k, (number, (w, u, b), f) in enumerate(
            zip(vector, weights, (1.0, 0.5, 0.0, 0.75), strict=True), start=1
        ):
            start |= {f"c_prev_{k}": number, f"f_{k}": f}
            start |= {f"W_f_{k}": w, f"U_f_{k}": u, f"b_f_{k}": b}
        copies = range(1, len(vector) + 1)
        super().__init__(
            graphs={
                "hand": hand.repeat(len(vector)),
                "layer": layer.repeat(len(vector), shared=("x", "h_prev")),
            },
            markup=markup(copies, equations.html(step, "f")),
            start=start,
        )


def markup(copies, equation):
    modes = choice("mode", "Who sets the gate?", hand="Your hand", layer="Its own layer")
    return frame(
        "gate",
        "A gate of four units",
        modes,
        '<div class="units"><b>goes in</b><b>the gate</b><b>comes out</b>',
        *(unit(k) for k in copies),
        '</div><div class="deciding"><div class="by-hand"><p>0 lets nothing through, '
        "1 lets everything through.</p>",
        settings(copies),
        f'</div><div class="by-layer"><div class="inputs"><p class="equation">{equation}</p>',
        slider("x", "input x", -2, 2, says=("kept_1", "the first comes out as")),
        slider(
            "h_prev", "previous hidden state h", -1, 1, says=("kept_2", "the second comes out as")
        ),
        f"</div>{curve(copies)}</div></div>",
        results={f"kept_{k}": f"{k} comes out as" for k in copies},
        mode="hand",
    )


def settings(copies):
    every = {
        "Open": [1.0] * len(copies),
        "Closed": [0.0] * len(copies),
        "Half open": [0.5] * len(copies),
        "Only the first": [1.0] + [0.0] * (len(copies) - 1),
    }
    buttons = (
        preset(text, {f"f_{k}": f for k, f in zip(copies, gate, strict=True)})
        for text, gate in every.items()
    )
    return f'<div class="choice" role="group" aria-label="Settings">{"".join(buttons)}</div>'


def unit(k):
    says = (f"kept_{k}", "comes out as")
    return (
        signed(f"c_prev_{k}") + f'<div class="opening q-forget" data-bind="f_{k}">'
        f'<div class="by-hand">{slider(f"f_{k}", f"gate {k}", 0, 1, says=says)}</div>'
        f'<div class="by-layer meter"><i></i><span data-value="f_{k}"></span></div></div>'
        + signed(f"kept_{k}")
    )


def signed(name):
    """A number as a bar to the right or left of zero."""
    value = f'<span data-value="{name}"></span>'
    return f'<div class="signed q-cell" data-bind="{name}">{value}</div>'


def curve(copies):
    """The sigmoid from -8 to 8, and each unit's place on it: 15 pixels a unit, 80 high."""
    points = " ".join(f"{7.5 * a:.1f},{-80 * sigmoid(a / 2):.1f}" for a in range(-16, 17))
    dots = "".join(
        f'<g class="dot" data-bind="a_{k} f_{k}"><circle r="9"/><text y="4">{k}</text></g>'
        for k in copies
    )
    return (
        '<svg class="curve" viewBox="-136 -96 272 120" role="img" '
        'aria-label="The sigmoid curve, with the four units at their places on it">'
        '<path class="axis" d="M-128 0H128M0 0V-86"/><path class="limit" d="M-128 -80H128"/>'
        f'<polyline points="{points}"/>'
        '<text x="-132" y="-84">1</text><text x="-132" y="-4">0</text>'
        '<text x="0" y="18" class="middle">0</text>'
        f'<text x="128" y="18" class="end">pre-activation</text>{dots}</svg>'
    )
