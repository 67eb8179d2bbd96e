"""Assignment 1: an RNN by hand, and its unrolling."""

import numpy as np

from coursework.assignments import listed
from coursework.questions import Call, Question
from lstm_lib.cells import RNNCell
from lstm_lib.sequences import unroll
from lstm_lib.sequences.bptt import rnn_backward

FORBIDDEN = ("lstm_lib", "torch", "tensorflow", "jax", "keras")


def weights(cell):
    """The weights of a cell with one layer, as the assignment names them."""
    return {"W": cell.W["h"], "U": cell.U["h"], "b": cell.b["h"]}


@listed
def step(rng):
    """One unit, several, and units whose sums are large."""
    for input_size, hidden_size, size in ((1, 1, 1.0), (3, 4, 1.0), (5, 2, 4.0)):
        cell = RNNCell(input_size, hidden_size, seed=rng)
        x, h = size * rng.normal(size=input_size), rng.normal(size=hidden_size)
        state, _ = cell(x, h)
        hint = "U reads h, W reads x, and the bias is added inside the tanh."
        yield Call("step", {"x": x, "h": h} | weights(cell), state.h, hint)


@listed
def over_time(rng):
    """One step; some, from zeros; many, from a state that is not zero."""
    for seq_len, start, hint in (
        (1, 0.0, "A sequence of one step gives one row."),
        (6, 0.0, "There is a row for each step, and each starts from the row above."),
        (40, 1.0, "The first step starts from the h that is given, which need not be zero."),
    ):
        cell = RNNCell(3, 4, seed=rng)
        xs, h = rng.normal(size=(seq_len, 3)), start * rng.normal(size=4)
        yield Call("unroll", {"xs": xs, "h": h} | weights(cell), unroll(cell, xs, h).outputs, hint)


@listed
def in_batches(rng):
    """One sequence; several; as many sequences as steps and as units."""
    for seq_len, batch_size, hint in (
        (5, 1, "A batch of one sequence keeps its axis."),
        (6, 3, "Time comes first, then the sequences, then the units."),
        (
            4,
            4,
            "With as many sequences as units a matrix on the wrong side is no error.",
        ),
    ):
        cell = RNNCell(3, 4, seed=rng)
        xs, h = rng.normal(size=(seq_len, batch_size, 3)), rng.normal(size=(batch_size, 4))
        arguments = {"xs": xs, "h": h} | weights(cell)
        yield Call("unroll_batch", arguments, unroll(cell, xs, h).outputs, hint)


@listed
def parameters(rng):
    for _ in range(3):
        sizes = {"input_size": int(rng.integers(1, 50)), "hidden_size": int(rng.integers(1, 50))}
        hint = "Each unit has a weight for each input, one for each unit, and one bias."
        yield Call("count_parameters", sizes, RNNCell(**sizes).num_parameters, hint)


@listed
def share_left(rng):
    """At zero, where the tanh has slope 1; from another state; with a weight above 1."""
    for u, h, steps, hint in (
        (
            rng.uniform(0.3, 0.9),
            0.0,
            4,
            "At 0 the tanh has slope 1: u to the power t is left.",
        ),
        (
            rng.uniform(0.3, 0.9),
            rng.uniform(0.2, 0.9),
            10,
            "Each slope is 1 - h² of its step.",
        ),
        (rng.uniform(1.1, 1.6), rng.uniform(-0.9, -0.2), 30, "u may be above 1, h_0 below 0."),
    ):
        shares = np.array([share(u, h, last) for last in range(1, steps + 1)])
        yield Call("share_left", {"u": float(u), "h": float(h), "steps": steps}, shares, hint)


def share(u, h, last):
    """The derivative of the state after so many steps with respect to the first."""
    cell = RNNCell(1, 1)
    cell.W["h"], cell.U["h"], cell.b["h"] = [[0.0]], [[u]], [0.0]
    x, d_outputs, start = np.zeros((last, 1)), np.zeros((last, 1)), cell.State(h=np.array([h]))
    d_outputs[-1] = 1.0
    run = unroll(cell, x, start)
    return rnn_backward(cell, x, run, d_outputs, state=start).state.h[0]


QUESTIONS = (
    Question("q1", "One step", 3, step),
    Question("q2", "Unrolling", 4, over_time),
    Question("q3", "Many sequences at once", 4, in_batches),
    Question("q4", "How many numbers does it learn?", 2, parameters),
    Question("q5", "What is left of the first state?", 3, share_left),
    Question("q6", "In your own words", 4, None),
)
