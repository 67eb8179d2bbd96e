"""Heat maps of gates and states over a sequence."""

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from lstm_lib.equations import notation
from lstm_lib.equations.notation import number
from lstm_lib.equations.palette import HUES, NEUTRALS
from lstm_lib.plotting.figure import INK, LETTER, MUTED, WIDTH, Figure, short, style


def gate_map(values: dict, words=None, alt_title="Gates over a sequence") -> Figure:
    """A heat map of gates and states over a sequence: a row for each unit, a column for each step.

    The deepest tint stands for 1, or for the largest absolute value if that is above 1. A line
    through a field marks a negative value. (:func:`over_time` draws each value as a curve.)

    Args:
        values: the numbers by the value's name, ``"f"``, or name and a word for the unit,
            ``("f", "number")``; shape ``(seq_len,)`` or ``(seq_len, units)``.
        words: what was read at each step; a phone shows about 40 letters or 20 words.
        alt_title: the beginning of the alternative text.

    Raises:
        ValueError: shapes that do not fit each other; numbers that are not finite.
    """
    blocks = {key: block_of(key, numbers) for key, numbers in values.items()}
    lengths = {len(block) for block in blocks.values()} | {len(words or [])} - {0}
    if len(lengths) != 1:
        raise ValueError(f"one number for each step is expected; there are {sorted(lengths)} steps")
    (seq_len,) = lengths
    tall = {key: max(1.0, ROW * block.shape[1]) for key, block in blocks.items()}
    tops = np.cumsum([0, *(height + 0.3 for height in tall.values())])
    with style():
        figure = matplotlib.figure.Figure(figsize=(WIDTH, 0.33 * tops[-1] + foot(words)))
        axes, renderer = figure.subplots(), FigureCanvasAgg(figure).get_renderer()
        for (key, block), top in zip(blocks.items(), tops[:-1], strict=True):
            name, unit = key if isinstance(key, tuple) else (key, "")
            full = max(1.0, np.abs(block).max())
            colour = HUES[notation.quantity(name)].light
            draw_block(axes, block / full, top, tall[key], colour)
            middle = top + tall[key] / 2
            word = axes.annotate(unit, (0, middle), (-9, 0), ha="right", color=colour, **BESIDE)
            left = -12 - 72 * word.get_window_extent(renderer).width / figure.dpi if unit else -9
            letter = f"${notation.tex(name)}$"
            axes.annotate(
                letter, (0, middle), (left, 0), ha="right", color=colour, fontsize=LETTER, **BESIDE
            )
            scale = f"±{short(full)}" if (block < 0).any() else f"0–{short(full)}"
            axes.annotate(scale, (seq_len, middle), (8, 0), color=MUTED, **BESIDE)
        axes.set(xlim=(0, seq_len), ylim=(tops[-1] - 0.3, 0), yticks=[])
        if any((block < 0).any() for block in blocks.values()):
            axes.set_title("a line through: below zero", loc="right", fontsize=12, color=MUTED)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        if words is None:
            axes.set_xlabel("step")
            ticks = MaxNLocator(8, integer=True).tick_values(1, seq_len)
            places = [1, *(int(p) for p in ticks if 1 < p <= seq_len)]
            axes.set_xticks([p - 0.5 for p in places], places)
        else:
            turned = {"rotation": 90} if max(map(len, words)) > 2 else {}
            axes.set_xticks(np.arange(seq_len) + 0.5, words, color=INK, parse_math=False, **turned)
        figure.tight_layout()
        rows = "; ".join(block_in_words(key, block, words) for key, block in blocks.items())
        return Figure(figure, f"{alt_title}: {rows}.")


ROW = 0.34
"""The height of the row of one of several units; a value of one unit has height 1."""

BESIDE = {"textcoords": "offset points", "va": "center", "annotation_clip": False}


def foot(words):
    """Room under a map, in inches, for the words or the numbers of the steps."""
    if words is None:
        return 0.75
    longest = max(map(len, words))
    return 0.45 if longest <= 2 else 0.25 + 0.11 * longest


def block_of(key, numbers):
    numbers = np.asarray(numbers, dtype=float)
    if numbers.ndim not in (1, 2) or numbers.size == 0 or not np.isfinite(numbers).all():
        raise ValueError(
            f"{key} has shape {numbers.shape}; "
            "finite numbers are expected, (seq_len,) or (seq_len, units)"
        )
    return numbers.reshape(len(numbers), -1)


def draw_block(axes, shares, top, height, colour):
    """A row of fields for each unit. Fields of the same tint are one shape, for a smaller file."""
    row = height / shares.shape[1]
    depth = np.round(np.abs(shares.T) * DEPTHS).astype(int)
    gap = 0.08 * row if shares.shape[1] > 1 else 0
    axes.add_patch(field(outline(depth >= 0, top, row, gap), NEUTRALS["panel"].light, 1.0))
    for level in np.unique(depth[depth > 0]):
        shape = outline(depth == level, top, row, gap)
        axes.add_patch(field(shape, colour, 0.9 * level / DEPTHS))
    below, deep = shares.T < 0, depth > DEPTHS // 2
    for marked, stroke in ((below & deep, NEUTRALS["paper"].light), (below & ~deep, colour)):
        lines = [
            ((a, y), (b, y)) for unit, a, b in runs(marked) for y in [top + (unit + 0.5) * row]
        ]
        axes.add_collection(LineCollection(lines, colors=stroke, linewidths=1.4))


DEPTHS = 20
"""How many different tints a map has."""


def field(shape, colour, alpha):
    return PathPatch(shape, facecolor=colour, alpha=alpha, linewidth=0)


def outline(marked, top, row, gap):
    """The marked fields, ``(units, seq_len)``, as one path of rectangles."""
    corners = [
        [(start, y), (end, y), (end, y + row - gap), (start, y + row - gap), (start, y)]
        for unit, start, end in runs(marked)
        for y in [top + unit * row]
    ]
    return Path.make_compound_path(*(Path(c, closed=True) for c in corners))


def runs(marked):
    """Each run of neighbouring marked fields in a row: ``(row, start, end)``."""
    for row, fields in enumerate(marked):
        edges = np.flatnonzero(np.diff(np.r_[False, fields, False]))
        yield from ((row, start, end) for start, end in edges.reshape(-1, 2))


def block_in_words(key, block, words):
    """A description: the mean, and at which step, word and unit a value is lowest and highest."""
    name, unit = key if isinstance(key, tuple) else (key, "")

    def where(place):
        step, k = np.unravel_index(place, block.shape)
        text = f"{number(block[step, k])} at step {step + 1}"
        text += f" ({words[step]})" if words is not None else ""
        return text + (f" in unit {k + 1}" if block.shape[1] > 1 else "")

    units = f" over {block.shape[1]} units" if block.shape[1] > 1 else ""
    return (
        f"{name} {unit}".strip() + f" is {number(block.mean())} on average{units}, "
        f"lowest {where(block.argmin())}, highest {where(block.argmax())}"
    )
