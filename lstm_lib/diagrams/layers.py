"""Two layers on top of each other, and two that read in opposite directions."""

from itertools import pairwise

from lstm_lib.diagrams.canvas import BRIDGE, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing

SIZE = (640, 336)
COLUMNS = {"t−1": 144, "t": 320, "t+1": 496}
"""The middle of the modules of each step."""
UPPER, LOWER = 120, 222
"""The middle of the modules of each row."""
HALF = (58, 32)
"""Half the width and half the height of a module."""
ANSWER, INPUT = 34, 312
ASIDE, OUTSIDE = 78, 44
"""How far from a module's middle other wires pass it; the length of a row's first and last wire."""

STACKED = (
    "Two rows of three LSTM modules, one module for each step. In each row, the state goes from"
    " left to right. The lower row reads x at each step; the upper row reads the h of the lower row"
    " at the same step, and its own h leaves at the top."
)
BOTH = (
    "Two rows of three LSTM modules, one module for each step. In the lower row, the state goes"
    " from left to right; in the upper row, from right to left. Both rows read the same x at each"
    " step. The h of both, side by side, leave at the top."
)


def stacked() -> Drawing:
    """Two layers: at each step, the upper one reads the output of the lower one."""
    canvas = Canvas("stacked", "Two layers, stacked", STACKED, SIZE)
    for row in (UPPER, LOWER):
        _states(canvas, row)
    _modules(canvas, {UPPER: "layer 2", LOWER: "layer 1"})
    for x in COLUMNS.values():
        canvas.wire("x", (x, INPUT - 20), (x, LOWER + HALF[1]), arrow=True)
        canvas.wire("h", (x, LOWER - HALF[1]), (x, UPPER + HALF[1]), arrow=True)
        canvas.wire("h", (x, UPPER - HALF[1]), (x, ANSWER + 16), arrow=True)
    return canvas.drawing()


def both_directions() -> Drawing:
    """Two layers read the same sequence, one from its beginning and one from its end."""
    canvas = Canvas("both-directions", "Both directions", BOTH, SIZE)
    _states(canvas, LOWER, crossed=ASIDE)
    _states(canvas, UPPER, crossed=-ASIDE, backwards=True)
    _modules(canvas, {UPPER: "backwards", LOWER: "forwards"})
    above, between, below = UPPER - HALF[1], UPPER + HALF[1], LOWER + HALF[1]
    for x in COLUMNS.values():
        copy, right, left = (x, below + 20), x + ASIDE, x - ASIDE
        canvas.wire("x", (x, INPUT - 18), (x, below), arrow=True)
        canvas.dot("x", copy)
        way = (copy, (right, copy[1]), (right, between + 18), (x + 34, between + 18))
        canvas.wire("x", *way, (x + 34, between), arrow=True)
        start = (x - 34, LOWER - HALF[1])
        way = (start, (start[0], start[1] - 18), (left, start[1] - 18), (left, above - 16))
        canvas.wire("h", *way, (x - STRAND, above - 16), (x - STRAND, ANSWER + 16))
        canvas.wire("h", (x + STRAND, above), (x + STRAND, ANSWER + 16))
    return canvas.drawing()


def _modules(canvas: Canvas, names: dict[float, str]) -> None:
    """Three closed modules in each row, with its name; below them x, above them h."""
    for time, x in COLUMNS.items():
        for row, name in names.items():
            corners = (x - HALF[0], row - HALF[1], x + HALF[0], row + HALF[1])
            canvas.module(*corners, name)
        canvas.label("x", (x, INPUT), anchor="middle", time=time)
        canvas.label("h", (x, ANSWER), anchor="middle", time=time)


def _states(canvas: Canvas, row: float, crossed: float = 0, backwards: bool = False) -> None:
    """The state that goes from module to module of a row.

    Where another wire crosses it, ``crossed`` to the side of each module's middle, it opens.
    """
    ends = [0, *COLUMNS.values(), SIZE[0]]
    for left, right in pairwise(ends):
        start = left + HALF[0] if left else COLUMNS["t−1"] - HALF[0] - OUTSIDE
        end = right - HALF[0] if right < SIZE[0] else COLUMNS["t+1"] + HALF[0] + OUTSIDE
        openings = [x + crossed for x in COLUMNS.values() if crossed and start < x + crossed < end]
        points = [start, *(o + side for o in openings for side in (-BRIDGE, BRIDGE)), end]
        pieces = list(zip(points[::2], points[1::2], strict=True))
        for shift, value in ((-10, "c"), (10, "h")):
            for piece in pieces:
                last = piece is pieces[0 if backwards else -1]
                along = reversed(piece) if backwards else piece
                canvas.wire(value, *((x, row + shift) for x in along), arrow=last)
