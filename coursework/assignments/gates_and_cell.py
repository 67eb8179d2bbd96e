"""Assignment 2: gates and the LSTM cell."""

import numpy as np

from coursework.assignments import listed
from coursework.questions import Call, Question
from lstm_lib import sigmoid
from lstm_lib.cells import LSTMCell
from lstm_lib.sequences import unroll

FORBIDDEN = ("lstm_lib", "torch", "tensorflow", "jax", "keras", "scipy.special.expit")


def weights(cell):
    """The weights of a cell by gate, in plain dictionaries."""
    return {kind: dict(getattr(cell, kind)) for kind in ("W", "U", "b")}


@listed
def sigmoids(rng):
    """Small numbers; an array with more axes; numbers whose exponential is too large."""
    for a, hint in (
        (rng.normal(size=5), "The sigmoid is 1 / (1 + e to the power of -a)."),
        (3 * rng.normal(size=(2, 3, 4)), "It keeps the shape of its argument, whatever it is."),
        (1e4 * rng.normal(size=20), "Far from 0 it is 0 or 1: is an exponent positive?"),
    ):
        yield Call("sigmoid", {"a": a}, sigmoid(a), hint)


@listed
def step(rng):
    """One unit that starts from zeros; each gate by itself; several units."""
    for input_size, hidden_size in ((1, 1), (3, 4), (2, 6)):
        cell = LSTMCell(input_size, hidden_size, seed=rng)
        x = rng.normal(size=input_size)
        h, c = (hidden_size > 1) * rng.normal(size=(2, hidden_size))
        state, _ = cell(x, (h, c))
        hint = "Compare the six lines one by one: f with the old C, i with the candidate, o last."
        yield Call("lstm_step", {"x": x, "h": h, "c": c} | weights(cell), tuple(state), hint)


@listed
def over_time(rng):
    """One step; as many sequences as units; long, from states that are not zero."""
    for seq_len, batch_size, start, hint in (
        (1, 2, 0.0, "Both results have the axes time, sequences, units."),
        (4, 4, 0.0, "With as many sequences as units a matrix on the wrong side is no error."),
        (40, 3, 1.0, "The first step starts from the h and c that are given."),
    ):
        cell = LSTMCell(3, 4, seed=rng)
        xs = rng.normal(size=(seq_len, batch_size, 3))
        h, c = start * rng.normal(size=(2, batch_size, 4))
        states = unroll(cell, xs, (h, c)).states
        arguments = {"xs": xs, "h": h, "c": c} | weights(cell)
        yield Call("lstm", arguments, (states["h"], states["c"]), hint)


@listed
def half_life(rng):
    for low, high in ((-1.0, 1.0), (1.0, 4.0), (4.0, 7.0)):
        bias = float(rng.uniform(low, high))
        hint = "The gate to the power of the half-life is a half: take logarithms."
        yield Call("half_life", {"bias": bias}, np.log(0.5) / np.log(sigmoid(bias)), hint)


def by_hand(function, hint, **rows):
    """What draws calls of a function that gives the weights of one unit.

    Args:
        function: its name.
        hint: of its calls.
        rows: for each gate, the rows of its table: input, last output as a share of what is shown
            (left out where the gate does not read it), and the pre-activation as a multiple of k.
    """

    @listed
    def draw(rng):
        for k in rng.uniform([1, 4, 10], [4, 10, 30]).tolist():
            reads_h = all(len(row) == 3 for each in rows.values() for row in each)
            shown = {"shown": float(rng.uniform(0.3, 0.9))} if reads_h else {}
            solved = {}
            for gate, table in rows.items():
                solved |= solution(gate, table, k, *shown.values())
            check_with_a_cell(solved, rows, k, *shown.values())
            yield Call(function, {"k": k} | shown, solved, hint)

    return draw


def solution(gate, table, k, shown=1.0):
    """The weights of a gate of which the table says as many pre-activations as it has weights."""
    kinds = ("W", "U", "b") if len(table[0]) == 3 else ("W", "b")
    reads = [[x, *(shown * h for h in more), 1.0] for x, *more, _ in table]
    found = np.linalg.solve(reads, [k * a for *_, a in table])
    return {f"{kind}_{gate}": float(w) for kind, w in zip(kinds, found, strict=True)}


def check_with_a_cell(found, rows, k, shown=1.0):
    """The library's LSTM must have the gates of the table with these weights."""
    cell = LSTMCell(1, 1)
    for name, weight in found.items():
        kind, gate = name.split("_", 1)
        getattr(cell, kind)[gate] = np.full_like(getattr(cell, kind)[gate], weight)
    for gate, table in rows.items():
        if len(table[0]) == 2:
            cell.U[gate] = [[0.0]]
        for x, *h, a in table:
            state = np.array([shown * sum(h)]), np.zeros(1)
            _, gates = cell(np.array([float(x)]), state)
            assert np.isclose(getattr(gates, gate)[0], sigmoid(k * a), atol=1e-9)


QUESTIONS = (
    Question("q1", "A sigmoid that never overflows", 2, sigmoids),
    Question("q2", "The six lines", 6, step),
    Question("q3", "Over a batch of sequences", 4, over_time),
    Question("q4", "How long does a memory last?", 2, half_life),
    Question(
        "q5",
        "Sample and hold, by hand",
        2,
        by_hand(
            "sample_and_hold",
            "Two rows for each gate: flag 0 gives the bias, flag 1 the bias and the weight.",
            f=[(0, 1), (1, -1)],
            i=[(0, -1), (1, 1)],
        ),
    ),
    Question(
        "q6",
        "A counter with a reset, by hand",
        2,
        by_hand(
            "counter",
            "Two rows for each gate; at a reset the weight is subtracted from the bias.",
            f=[(0, 1), (-1, -1)],
            i=[(0, -1), (1, 1)],
        ),
    ),
    Question(
        "q7",
        "A toggle, by hand",
        2,
        by_hand(
            "toggle",
            "Three rows for each gate, and three unknowns: subtract one row from another.",
            f=[(1, 0, 1), (0, 1, 1), (1, 1, -1)],
            i=[(0, 0, -1), (1, 0, 1), (1, 1, -1)],
        ),
    ),
    Question("q8", "In your own words", 4, None),
)
