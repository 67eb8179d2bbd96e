"""Line plots: several seeds as a band, the name of each line at its end."""

import textwrap
from typing import NamedTuple

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ticker import (
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from lstm_lib.cells.checks import positive_integer
from lstm_lib.equations import notation
from lstm_lib.equations.palette import HUES, NETWORKS
from lstm_lib.plotting.figure import MUTED, WIDTH, Figure, short, style


class Look(NamedTuple):
    """The style of a line. Any two differ in dashes and marker as well as in hue."""

    hue: str
    """A hue of the palette."""
    dash: object
    """As matplotlib's ``linestyle``."""
    marker: str
    """As matplotlib's ``marker``."""


_LINES = {
    "RNN": ("-", "s"),
    "LSTM": ("-", "o"),
    "GRU": ((0, (5, 1.5)), "^"),
    "forget bias 0": ((0, (1, 1)), "v"),
    "forget bias 1": ((0, (2.5, 1.2)), "D"),
    "forget bias 3": ((0, (5, 1.2, 1, 1.2)), "X"),
    "chrono": ((0, (8, 1.5)), "P"),
}
LOOKS = {label: Look(NETWORKS[label], *line) for label, line in _LINES.items()}
"""The style of each labelled line, so that a network looks the same in every plot.

``"LSTM, chrono"`` has the style of ``"chrono"``. Other labels get the styles that are left over,
those of the networks last, so that no other line looks like an LSTM's."""

WHOLE_NETWORKS = ("RNN", "LSTM", "GRU")


def looks_of(labels) -> dict:
    """The :class:`Look` of each line.

    Raises:
        ValueError: more lines than there are looks.
    """
    if len(labels) > len(LOOKS):
        raise ValueError(f"{len(labels)} lines in one plot; {len(LOOKS)} can be told apart")
    own = {label: LOOKS.get(label.removeprefix("LSTM, ")) for label in labels}
    networks_last = sorted(LOOKS, key=WHOLE_NETWORKS.__contains__)
    left_over = (LOOKS[name] for name in networks_last if LOOKS[name] not in own.values())
    return {label: look or next(left_over) for label, look in own.items()}


def curves(
    values: dict,
    x=None,
    x_label="step",
    y_label="",
    log="",
    guides=None,
    y_range=None,
    alt_title="Curves",
    height=3.4,
) -> Figure:
    """A line plot: each line has its name at its end, and several seeds become a line in a band.

    The line is the median of the seeds, the band reaches from the lowest to the highest.

    Args:
        values: the numbers of each line by its label, shape ``(points,)`` or ``(seeds, points)``;
            labels with a fixed style are in :data:`~lstm_lib.plotting.lines.LOOKS`.
        x: the horizontal positions, ``(points,)``, for all lines or by label; 1, 2, 3, … if left
            out.
        x_label: what ``x`` is, in the singular, ``"gap"``.
        y_label: what the values are.
        log: the axes that are logarithmic: ``"x"``, ``"y"`` or ``"xy"``.
        guides: dotted lines to compare with, by name: a number, or ``(points,)`` over ``x``.
        y_range: the limits of the vertical axis; chosen from the lines, if left out.
        alt_title: the beginning of the alternative text.
        height: of the figure, in inches; it is 5.6 wide.

    Raises:
        ValueError: no lines, or too many; numbers that do not fit ``x``; on a logarithmic axis, a
            line that is never above zero.
    """
    if not values:
        raise ValueError("values is empty: there is nothing to draw")
    looks, lines = looks_of(values), {}
    for label, numbers in values.items():
        lines[label] = line_of(label, numbers, x[label] if isinstance(x, dict) else x, log)
    all_x = np.concatenate([line.x for line in lines.values()])
    floor = min(np.nanmin(line.middle) for line in lines.values()) if "y" in log else -np.inf
    guides = {name: guide_of(name, y, x, all_x, floor) for name, y in (guides or {}).items()}
    with style():
        figure = matplotlib.figure.Figure(figsize=(WIDTH, height))
        axes = figure.subplots()
        axes.set_xscale("log" if "x" in log else "linear")
        axes.set_yscale("log" if "y" in log else "linear")
        for guide in guides.values():
            axes.plot(*guide, color=MUTED, linewidth=1.6, linestyle=(0, (1, 2)))
        for turn, (label, line) in enumerate(lines.items()):
            draw_line(axes, line, looks[label], turn)
        axes.set_xlabel(x_label)
        axes.set_title(y_label, loc="left", fontsize=12, color=MUTED, pad=9)
        axes.set_ylim(y_range)
        plain_ticks(axes, log)
        ends = {name: (guide[0][-1], guide[1][-1], MUTED) for name, guide in guides.items()}
        for label, line in lines.items():
            ends[label] = (*line.end, HUES[looks[label].hue].light)
        name_ends(figure, axes, ends)
        span = np.diff(axes.get_ylim())[0] if "y" not in log else None
        words = [line.in_words(label, x_label, span) for label, line in lines.items()]
        words += [guide_in_words(name, y, x_label) for name, y in guides.items()]
        return Figure(figure, f"{alt_title}: {'; '.join(words)}.")


class Line(NamedTuple):
    """One line of a plot: positions, medians, lowest and highest values."""

    x: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray
    seeds: int

    @property
    def end(self):
        """The last point that can be drawn."""
        last = np.flatnonzero(np.isfinite(self.middle))[-1]
        return self.x[last], self.middle[last]

    def in_words(self, label, x_label, span):
        """A description: start, end, extremes, and the range of the seeds. ``span`` is the length
        of the vertical axis, if it is not logarithmic."""
        drawn = np.isfinite(self.middle)
        x, y = self.x[drawn], self.middle[drawn]
        at = [
            f"{short(value)} at {x_label} {short(place)}" for place, value in zip(x, y, strict=True)
        ]
        height = y / span if span else np.log10(y)
        moved, steps = height[-1] - height[0], np.diff(height)
        if len(y) == 1:
            text = f"{label} is {at[0]}"
        elif abs(moved) < 0.05:
            text = f"{label} is {at[0]} and {at[-1]}"
        else:
            text = f"{label} {'rises' if moved > 0 else 'falls'} from {at[0]} to {at[-1]}"
            jump = (steps * np.sign(moved)).argmax()
            if len(y) > 2 and abs(steps[jump]) > 0.5 * abs(moved):
                text += f", mostly between {x_label} {short(x[jump])} and {short(x[jump + 1])}"
        for word, place, beyond in (
            ("highest", y.argmax(), height.max() - height[[0, -1]].max()),
            ("lowest", y.argmin(), height[[0, -1]].min() - height.min()),
        ):
            if beyond > 0.1:
                text += f", {word} {at[place]}"
        if self.seeds > 1:
            low, high = self.low[drawn][-1], self.high[drawn][-1]
            text += f" ({self.seeds} seeds, {short(low)} to {short(high)} there)"
        if not drawn.all():
            text += f", not above zero at {np.count_nonzero(~drawn)} of {len(drawn)} points"
        return text


def line_of(label, numbers, x, log):
    numbers = np.asarray(numbers, dtype=float)
    if numbers.ndim not in (1, 2) or numbers.size == 0:
        raise ValueError(
            f"{label} has shape {numbers.shape}; (points,) or (seeds, points) is expected"
        )
    seeds = np.atleast_2d(numbers)
    x = np.arange(1, seeds.shape[1] + 1) if x is None else np.asarray(x)
    if x.shape != seeds.shape[1:]:
        raise ValueError(f"{label} has {seeds.shape[1]} points, and x has shape {x.shape}")
    if not np.isfinite(seeds).all():
        raise ValueError(f"{label} has numbers that are not finite")
    parts = [np.median(seeds, axis=0), seeds.min(axis=0), seeds.max(axis=0)]
    if "y" in log:
        parts = [np.where(part > 0, part, np.nan) for part in parts]
        if np.isnan(parts[0]).all():
            raise ValueError(f"{label} is never above zero, where a logarithmic axis begins")
    return Line(x, *parts, len(seeds))


def guide_of(name, y, x, all_x, floor):
    """The points of a guide; those below ``floor`` are left out, not to stretch the plot."""
    if np.ndim(y) == 0:
        return np.array([all_x.min(), all_x.max()]), np.array([y, y], dtype=float)
    if x is None or isinstance(x, dict) or np.shape(y) != np.shape(x):
        raise ValueError(f"the guide {name} has shape {np.shape(y)}; give a number, or one per x")
    x, y = np.asarray(x), np.asarray(y, dtype=float)
    return x[y >= floor], y[y >= floor]


def guide_in_words(name, guide, x_label):
    x, y = guide
    if np.all(y == y[0]):
        return f"for comparison, {name} is {short(y[0])}"
    return (
        f"for comparison, {name} goes from {short(y[0])} at {x_label} {short(x[0])} "
        f"to {short(y[-1])} at {x_label} {short(x[-1])}"
    )


def draw_line(axes, line, look, turn):
    """A line with its band and its markers, on about eight points where there are many."""
    colour = HUES[look.hue].light
    if line.seeds > 1:
        low = np.where(np.isnan(line.low), np.nanmin(line.middle), line.low)
        axes.fill_between(line.x, low, line.high, color=colour, alpha=0.14, linewidth=0)
    points = len(line.x)
    apart = -(-points // 8) if points > 16 else 1
    marked = range(turn * apart // len(LOOKS), points - apart // 2, apart)
    axes.plot(
        line.x,
        line.middle,
        color=colour,
        linestyle=look.dash,
        marker=look.marker,
        markersize=6,
        markevery=[*marked, points - 1],
    )


def plain_ticks(axes, log):
    """Ticks in plain numbers, 1,000; on a vertical logarithmic axis, which is long, in powers."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    if "x" in log:
        low, high = axes.get_xlim()
        axes.xaxis.set_major_locator(LogLocator(subs=(1,) if high / low > 200 else (1, 3)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if "y" in log:
        axes.yaxis.set_major_locator(LogLocator(numticks=6))
        axes.yaxis.set_major_formatter(FuncFormatter(power_of_ten))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))
        )


def power_of_ten(value, _=None):
    exponent = round(np.log10(value))
    return f"{10**exponent}" if exponent in (0, 1) else notation.power_of_ten(exponent)


def name_ends(figure, axes, ends):
    """Write each line's name to the right of its end, moved up or down where names would overlap.

    ``ends`` has the place and colour of each end by name.
    """
    texts = {
        name: axes.text(0, 0, wrapped(name), color=colour, transform=axes.transAxes, va="center")
        for name, (_, _, colour) in ends.items()
    }
    renderer = FigureCanvasAgg(figure).get_renderer()
    sizes = {name: text.get_window_extent(renderer) for name, text in texts.items()}
    for text in texts.values():
        text.set_in_layout(False)
    room = max(size.width for size in sizes.values()) / figure.bbox.width + 0.075
    figure.tight_layout(rect=(0, 0, 1 - room, 1))
    box, to_axes = axes.get_window_extent(), (axes.transData - axes.transAxes).transform
    places = {name: to_axes((x, y)) for name, (x, y, _) in ends.items()}
    middles = spread(
        {name: place[1] for name, place in places.items()},
        {name: (size.height + 2) / box.height for name, size in sizes.items()},
    )
    gap = 24 / box.width
    for name, (_, _, colour) in ends.items():
        texts[name].set_position((1 + gap, middles[name]))
        x, y = places[name]
        axes.plot(
            (x, 1, 1 + 0.8 * gap),
            (y, y, middles[name]),
            transform=axes.transAxes,
            color=colour,
            linewidth=0.9,
            clip_on=False,
            zorder=1,
        )


def wrapped(name):
    """A name on several lines if it is long, broken at a comma if possible."""
    if len(name) <= NAME_WIDTH:
        return name
    parts = name.replace(", ", ",\n").split("\n")
    return "\n".join(textwrap.fill(p, NAME_WIDTH, break_long_words=False) for p in parts)


NAME_WIDTH = 14


def spread(wanted, heights, low=-0.05, high=1.08):
    """Positions for labels of these heights: as wanted, or, where labels would overlap, stacked
    around the mean of their wanted positions."""
    stacks = [[name] for name in sorted(wanted, key=wanted.get)]

    def ends(stack):
        half = sum(heights[name] for name in stack) / 2
        middle = sum(wanted[name] for name in stack) / len(stack)
        middle = max(low + half, min(middle, high - half))
        return middle - half, middle + half

    k = 1
    while k < len(stacks):
        if ends(stacks[k - 1])[1] > ends(stacks[k])[0]:
            stacks[k - 1 : k + 1] = [stacks[k - 1] + stacks[k]]
            k = max(k - 1, 1)
        else:
            k += 1
    middles = {}
    for stack in stacks:
        bottom = ends(stack)[0]
        for name in stack:
            middles[name] = bottom + heights[name] / 2
            bottom += heights[name]
    return middles


def learning_curves(
    runs: dict, y_label="loss", log="", mean_of=10, guides=None, y_range=None, alt_title=None
) -> Figure:
    """Smoothed curves of training; several seeds become a line in a band.

    A run that stopped before others of its label keeps its last value.

    Args:
        runs: by label, a run's numbers ``(steps,)``, or several runs', which may differ in length.
        y_label: what the numbers are.
        mean_of: how many updates, up to the one drawn, are averaged. Long runs are averaged over
            more, since a plot has room for about 200 points.
        log, guides, y_range, alt_title: as for :func:`curves`.

    Raises:
        ValueError: an empty run; ``mean_of`` below 1; what :func:`curves` refuses.
    """
    mean_of = positive_integer("mean_of", mean_of)
    values, steps = {}, {}
    for label, seeds in runs.items():
        seeds = [seeds] if len(seeds) == 0 or np.ndim(seeds[0]) == 0 else seeds
        longest = max(len(run) for run in seeds)
        window = max(mean_of, longest // 200)
        steps[label] = np.unique(np.r_[1, np.arange(longest, 0, -max(1, longest // 200))])
        smooth = [running_mean(label, run, window) for run in seeds]
        values[label] = [run[np.minimum(steps[label], len(run)) - 1] for run in smooth]
    title = alt_title or f"{y_label} over training".capitalize()
    return curves(values, steps, "update", y_label, log, guides, y_range, title)


def running_mean(label, run, window):
    """At each update, the mean of the last ``window``, or of as many as there were."""
    if len(run) == 0:
        raise ValueError(f"a run of {label} has no steps")
    total = np.cumsum(np.r_[0.0, run])
    step = np.arange(1, len(run) + 1)
    start = np.maximum(step - window, 0)
    return (total[step] - total[start]) / (step - start)


def gradient_against_lag(norms: dict, lags=None, rates=None, alt_title=None) -> Figure:
    """The norm of the gradient so many steps back, on a logarithmic axis.

    A straight line there is exponential decay: the same share is lost at every step.

    Args:
        norms: by label, the gradient's norm at each lag, ``(lags,)`` or ``(seeds, lags)``.
        lags: how many steps back; 0, 1, 2, … if left out.
        rates: by label, the share per step that theory predicts: a dotted line with the same
            start.

    Raises:
        ValueError: what :func:`curves` refuses.
    """
    if lags is None:
        lags = np.arange(max(np.shape(numbers)[-1] for numbers in norms.values()))
    lags, guides = np.asarray(lags), {}
    for label, rate in (rates or {}).items():
        start = np.median(np.atleast_2d(norms[label])[:, 0])
        guides[f"{short(rate)} per step"] = start * float(rate) ** (lags - lags[0])
    title = alt_title or "Gradient norm against lag"
    return curves(norms, lags, "lag", "gradient norm", "y", guides, alt_title=title)


def accuracy_against_gap(
    accuracies: dict, gaps, chance: float, alt_title=None, height=3.4
) -> Figure:
    """The accuracy of recall against the length of the gap, with the level of chance.

    Args:
        accuracies: by label, for each gap, ``(gaps,)`` or ``(seeds, gaps)``.
        gaps: the lengths of the gaps; on a logarithmic axis if they differ a lot.
        chance: the accuracy of guessing.
        height: of the figure, in inches.

    Raises:
        ValueError: what :func:`curves` refuses.
    """
    gaps = np.asarray(gaps)
    log = "x" if gaps.min() > 0 and gaps.max() / gaps.min() > 20 else ""
    title = alt_title or "Accuracy against gap"
    guides = {"chance": chance}
    return curves(accuracies, gaps, "gap", "accuracy", log, guides, (0, 1.04), title, height)
