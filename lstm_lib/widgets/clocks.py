"""The clocks of a Clockwork RNN, one for each module, and which module reads which."""

import numpy as np
import traitlets

from lstm_lib.cells import ClockworkRNNCell
from lstm_lib.equations.notation import number
from lstm_lib.sequences import unroll
from lstm_lib.widgets.base import PaintedWidget, script
from lstm_lib.widgets.markup import frame


class Clocks(PaintedWidget):
    """The clocks of a Clockwork RNN: which modules compute at a step, and which copy their state.

    A clock face for each module, with its period and the number that it holds; beside them the
    recurrent matrix, whose rows are computed only where a clock ticks. The values are those of a
    :class:`~lstm_lib.cells.ClockworkRNNCell` with one unit in each module, run once on a slow
    sine; the script looks them up. ``t``, the step, can be read, observed and set.

    Args:
        periods: the period of each module, in steps.
        t: the initial step, from 0 to twice the longest period, less one.

    Raises:
        ValueError: a step beyond the last; periods that the cell refuses.
    """

    _esm = script("clocks.js")

    t = traitlets.Int().tag(sync=True)
    steps = traitlets.List().tag(sync=True)

    def __init__(self, periods=(1, 2, 4, 8), t: int = 0):
        cell = ClockworkRNNCell(1, len(periods), seed=1, periods=periods)
        self.periods, self._reads = cell.periods, cell.slower
        super().__init__(steps=steps_of(cell), t=t, settings=["t"])
        self._paint()
        self.observe(self._paint_again, names="t")

    @traitlets.validate("t")
    def _is_a_step(self, proposal):
        last = len(self.steps) - 1
        if not 0 <= proposal.value <= last:
            raise ValueError(f"t is {proposal.value}; the steps here are 0 to {last}")
        return proposal.value

    def _paint(self):
        self.static_html = markup(self.periods, self._reads, self.steps, self.t)


def steps_of(cell):
    """What is shown at each step: which modules compute, how far the hands have turned, the state
    of each module, and a description."""
    length = 2 * max(cell.periods)
    x = np.sin(2 * np.pi * np.arange(length) / length)[:, None]
    ticks = cell.clock(range(length), x).astype(bool)
    held = unroll(cell, x).outputs
    return [
        {
            "ticks": ticks[t].tolist(),
            "turns": [t / period for period in cell.periods],
            "held": [number(h) for h in held[t]],
            "counted": f"{ticks[t].sum()} of {len(ticks[t])}",
            "said": f"{t}: {in_words(cell.periods, ticks[t])}",
        }
        for t in range(length)
    ]


def in_words(periods, ticks):
    def those(wanted):
        named = [str(p) for p, tick in zip(periods, ticks, strict=True) if tick == wanted]
        return ", ".join(named) or "none"

    return f"periods that compute {those(True)}; that copy {those(False)}"


def markup(periods, reads, steps, t):
    now, last = steps[t], len(steps) - 1
    per_module = zip(periods, now["ticks"], now["turns"], now["held"], strict=True)
    average = number(sum(sum(step["ticks"]) for step in steps) / len(steps))
    return frame(
        "clocks",
        "The clocks of a Clockwork RNN",
        '<div class="controls">'
        '<label class="slider"><span class="name" aria-hidden="true"><i>t</i></span>'
        f'<input type="range" data-input="t" min="0" max="{last}" step="1" value="{t}"'
        f' aria-label="the step t" aria-valuetext="{now["said"]}">'
        f'<span class="value" aria-hidden="true">{t}</span></label>'
        '<button type="button" class="next">Next step</button>'
        '<button type="button" class="play">Play</button></div>'
        '<div class="parts"><div class="faces">'
        + "".join(face(*part) for part in per_module)
        + "</div>"
        + matrix(periods, reads, now["ticks"])
        + '</div><p class="key">rows computed at this step: '
        + f'<b class="counted">{now["counted"]}</b>; on average {average}</p>',
    )


def face(period, ticks, turn, held):
    return (
        f'<div class="clock" data-ticks="{str(ticks).lower()}"'
        f' style="--period: {period}; --turn: {turn:g}"><b>every {period}</b>'
        '<div class="face" aria-hidden="true"><i class="hand"></i></div>'
        '<span class="does"><span>computes</span><span>copies</span></span>'
        f'<span class="held">{held}</span></div>'
    )


def matrix(periods, reads, ticks):
    """The blocks of U: a row for each module that reads, a column for each that is read."""
    head = "".join(f"<th>{period}</th>" for period in periods)
    rows = "".join(
        f'<tr data-ticks="{str(tick).lower()}"><th>{period}</th>'
        + "".join(f'<td class="reads">{period}←{of}</td>' if r else "<td>0</td>" for of, r in row)
        + "</tr>"
        for period, tick, row in (
            (period, tick, list(zip(periods, row, strict=True)))
            for period, tick, row in zip(periods, ticks, reads, strict=True)
        )
    )
    return (
        '<table class="who" aria-label="who reads whom: a row reads the columns">'
        f"<tbody><tr><th><i>U</i></th>{head}</tr>{rows}</tbody></table>"
    )
