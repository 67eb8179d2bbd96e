"""Values over time, one small plot for each."""

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.ticker import MaxNLocator

from lstm_lib.equations import notation
from lstm_lib.equations.notation import number
from lstm_lib.equations.palette import HUES, NEUTRALS
from lstm_lib.plotting.figure import LETTER, WIDTH, Figure, style


def over_time(values: dict, title_for=None, x_label="step", alt_title="Over time") -> Figure:
    """Values over time as curves, one small plot below the other, each in its hue.

    (:func:`gate_map` draws many units over time as a heat map.)

    Args:
        values: for each value's name (``"c"``, ``"f"``) its numbers over time, shape
            ``(seq_len,)``.
        title_for: titles of the small plots by name, ``{"x": "noise"}``.
        x_label: the label of the horizontal axis.
        alt_title: the beginning of the alternative text.

    Raises:
        ValueError: values that are not one number a step.
    """
    values = {name: np.asarray(numbers, dtype=float) for name, numbers in values.items()}
    for name, numbers in values.items():
        if numbers.ndim != 1:
            raise ValueError(f"{name} has shape {numbers.shape}; one number a step is expected")
    title_for = title_for or {}
    with style():
        figure = matplotlib.figure.Figure(figsize=(WIDTH, 1.1 * len(values) + 0.5))
        strips = figure.subplots(len(values), 1, sharex=True, squeeze=False)
        for axes, (name, numbers) in zip(strips[:, 0], values.items(), strict=True):
            colour = HUES[notation.quantity(name)].light
            steps = np.arange(1, len(numbers) + 1)
            axes.axhline(0, color=NEUTRALS["line"].light, linewidth=1)
            axes.plot(steps, numbers, color=colour, marker="o", markersize=3.5)
            letter = f"${notation.tex(name)}$"
            axes.set_ylabel(letter, color=colour, fontsize=LETTER, rotation=0, labelpad=14)
            axes.set_title(title_for.get(name, ""), loc="left", fontsize=12, color=colour)
            axes.margins(y=0.25)
        strips[-1, 0].set_xlabel(x_label)
        strips[-1, 0].xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.tight_layout()
        return Figure(figure, f"{alt_title}: {'; '.join(in_words(values))}.")


def in_words(values):
    for name, numbers in values.items():
        low, high, last = (number(v) for v in (numbers.min(), numbers.max(), numbers[-1]))
        yield f"{name} lies between {low} and {high} and ends at {last}"
