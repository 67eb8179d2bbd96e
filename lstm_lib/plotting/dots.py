"""One dot for each seed: how soon each network got there, and which did not."""

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lstm_lib.equations.palette import HUES, NEUTRALS
from lstm_lib.plotting.figure import MUTED, WIDTH, Figure, short, style
from lstm_lib.plotting.lines import looks_of, wrapped

ROW, ABOVE_AND_BELOW = 0.38, 0.85
"""The height of a row, and that of titles and axis together, in inches."""


def dots(values: dict, most, x_label="updates", alt_title="Dots") -> Figure:
    """A dot for each seed, a row for each network, and side by side a panel for each task.

    Runs that did not get there are hollow dots behind a dotted line at the right. A bar marks the
    median, if more than half of the seeds got there.

    Args:
        values: by panel and row, for each seed the number that it needed, ``(seeds,)``; NaN if it
            did not get there. Every panel has the same rows.
        most: the end of the axis, the largest number that there could be: one for all panels, or
            by panel.
        x_label: what the numbers are, in the plural.
        alt_title: the beginning of the alternative text.

    Raises:
        ValueError: no panels; panels with different rows; a number above ``most``.
    """
    if not values:
        raise ValueError("values is empty: there is nothing to draw")
    rows = list(next(iter(values.values())))
    ends = {panel: most[panel] if isinstance(most, dict) else most for panel in values}
    for panel, by_row in values.items():
        if list(by_row) != rows:
            raise ValueError(f"panel {panel} has the rows {', '.join(by_row)}, not {rows}")
        for row, numbers in by_row.items():
            if np.nanmax(np.append(numbers, 0)) > ends[panel]:
                raise ValueError(f"{row} has numbers above {ends[panel]} in panel {panel}")
    looks = looks_of(rows)
    with style():
        size = WIDTH, ROW * len(rows) + ABOVE_AND_BELOW
        figure = matplotlib.figure.Figure(figsize=size)
        panels = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
        for axes, (panel, by_row) in zip(panels, values.items(), strict=True):
            draw_panel(axes, by_row.values(), list(looks.values()), ends[panel])
            axes.set_title(panel, loc="left", fontsize=12, color=MUTED, pad=9)
        panels[0].set_yticks(range(len(rows)), map(wrapped, rows))
        for label, look in zip(panels[0].get_yticklabels(), looks.values(), strict=True):
            label.set_color(HUES[look.hue].light)
            label.set_linespacing(1.05)
        panels[0].set_ylim(len(rows) - 0.45, -0.55)
        panels[len(panels) // 2].set_xlabel(x_label)
        figure.tight_layout(w_pad=0.8)
        words = [in_words(panel, by_row, x_label) for panel, by_row in values.items()]
        return Figure(figure, f"{alt_title}: {'; '.join(words)}.")


def draw_panel(axes, by_row, looks, most):
    """The dots of one panel; seeds with equal numbers stand a little apart."""
    axes.axvline(most, color=MUTED, linewidth=1.2, linestyle=(0, (1, 2)))
    for place, (numbers, look) in enumerate(zip(by_row, looks, strict=True)):
        numbers, colour = np.asarray(numbers, dtype=float), HUES[look.hue].light
        there = np.isfinite(numbers)
        heights = place + np.linspace(-0.22, 0.22, len(numbers))
        how = {"linestyle": "none", "marker": look.marker, "markersize": 5, "color": colour}
        axes.plot(numbers[there], heights[there], alpha=0.75, markeredgewidth=0, **how)
        if not there.all():
            outside = np.full(np.count_nonzero(~there), 1.08 * most)
            axes.plot(outside, heights[~there], fillstyle="none", clip_on=False, **how)
        if (middle := median(numbers)) is not None:
            axes.plot([middle] * 2, [place - 0.32, place + 0.32], color=colour, linewidth=2.5)
    axes.set_xlim(0, 1.14 * most)
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True, steps=[1, 2, 3, 4, 5, 10]))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,g}" if value <= most else "")
    )
    axes.grid(axis="x", color=NEUTRALS["line"].light, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def median(numbers):
    """The median of all seeds, where those that did not get there count as the last; None if it
    is one of these."""
    middle = np.median(np.nan_to_num(numbers, nan=np.inf))
    return middle if np.isfinite(middle) else None


def in_words(panel, by_row, x_label):
    rows = []
    for row, numbers in by_row.items():
        there, middle = np.isfinite(numbers).sum(), median(numbers)
        text = f"{row} {there} of {len(numbers)} seeds"
        if middle is not None:
            text += f", median {short(middle)} {x_label}"
        rows.append(text)
    return f"{panel}, " + ", ".join(rows)
