"""The repeating module of a Clockwork RNN: a plain one with a switch that a clock turns."""

from collections.abc import Mapping

from lstm_lib.cells import ClockworkRNNCell
from lstm_lib.diagrams.canvas import STRAND
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.modules import draws, variant_canvas

# The line of the module and, above it, the one on which the old h passes by.
LINE, PAST = 226, 146
# Columns: where h is copied, where x joins, the layer, the two contacts and the pivot of the
# switch, the clock above it, and h on its way up.
COPY, JOIN, LAYER, CONTACT, PIVOT, CLOCK, UP = 98, 118, 212, 362, 424, 394, 512


@draws(ClockworkRNNCell)
def clockwork(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The Clockwork RNN module: when the clock ticks it updates, otherwise it copies the old h.

    The switch stands as ``values["clock"]`` says: 1, or nothing, for the new h, 0 for the old.

    ``values`` are numbers by name, as ``trace(ClockworkRNNCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the RNN is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        ClockworkRNNCell,
        "clockwork",
        "Clockwork RNN module",
        "The hidden state h comes from the left and x from below. Joined into one vector, they"
        " reach a tanh layer. A copy of the old h passes above the layer. Both end at a switch,"
        " which a clock turns: when it ticks, the switch takes what the layer puts out, otherwise"
        " the old h as it is. What it takes is the new h, which leaves to the right and, copied,"
        " upwards. Each group of units has its own clock, from fast to slow.",
        values,
        lit,
        known="the RNN",
        size=(560, 384),
    )
    canvas.module(80, 24, 470, 288)
    upper = LINE - STRAND
    canvas.wire("h_prev", (0, upper), (LAYER, upper))
    canvas.wire("x", (JOIN, 352), (JOIN, LINE + STRAND), (LAYER, LINE + STRAND))
    canvas.wire("h", (PIVOT, LINE), (556, LINE), arrow=True)
    canvas.wire("h", (UP, LINE), (UP, 38), arrow=True)
    canvas.dot("h", (UP, LINE))
    with canvas.difference():
        canvas.wire("h_prev", (COPY, upper), (COPY, PAST), (CONTACT, PAST))
        canvas.dot("h_prev", (COPY, upper))
        canvas.wire("tanh(a_h)", (LAYER, LINE), (CONTACT, LINE))
        ticks = canvas.values.get("clock", 1) > 0
        lever = (CLOCK, LINE if ticks else (LINE + PAST) / 2)
        canvas.wire("clock", (CLOCK, 66), lever)
        contacts = {"h_prev": (CONTACT, PAST), "tanh(a_h)": (CONTACT, LINE)}
        taken = "tanh(a_h)" if ticks else "h_prev"
        canvas.switch(contacts, taken, pivot=(PIVOT, LINE), by=lever, gives="h")
        canvas.clock((CLOCK, 66))
        canvas.caption((250, PAST - 18), "copy")
        canvas.caption((CONTACT + 30, LINE + 28), "update")
    canvas.layer("tanh", (LAYER, LINE), ("h_prev", "x"), "tanh(a_h)", name="hidden")

    canvas.label("h_prev", (2, LINE - 30))
    canvas.label("x", (JOIN, 372), anchor="middle")
    canvas.label("h", (UP, 26), anchor="middle")
    canvas.label("h", (UP + 11, LINE - 30))
    canvas.label("clock", (CLOCK - 34, 74), anchor="end")
    canvas.chip("h_prev", (40, upper))
    canvas.chip("x", (JOIN, 318))
    canvas.chip("tanh(a_h)", (312, LINE))
    canvas.chip("clock", (CLOCK, 116))
    canvas.chip("h", (UP, 120))
    return canvas.drawing()
