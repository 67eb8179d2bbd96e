"""Assignment 3: backpropagation through time."""

import numpy as np

from coursework.assignments import listed
from coursework.questions import Call, Question
from lstm_lib.cells import LSTMCell, RNNCell
from lstm_lib.sequences import unroll
from lstm_lib.sequences.bptt import lstm_backward, rnn_backward

FORBIDDEN = ("lstm_lib", "torch", "tensorflow", "jax", "keras", "autograd")


def example(rng, seq_len, input_size=3, hidden_size=4):
    """A plain network that has run over a sequence: the cell, the start, the arguments."""
    cell = RNNCell(input_size, hidden_size, seed=rng)
    xs, h0 = rng.normal(size=(seq_len, input_size)), rng.normal(size=hidden_size)
    run = unroll(cell, xs, h0)
    d_outputs = rng.normal(size=run.outputs.shape)
    return cell, run, {"d_outputs": d_outputs, "xs": xs, "h0": h0}


def gradients(cell, run, given, start="h0", **settings):
    """What the library computes, by the names of the assignment."""
    xs, h0, d_outputs = given["xs"], given["h0"], given["d_outputs"]
    back = rnn_backward(cell, xs, run, d_outputs, state=cell.State(h=h0), **settings)
    of_weights = {"W": back.W["h"], "U": back.U["h"], "b": back.b["h"]}
    return of_weights | {"x": back.x, start: back.state.h}


@listed
def one_step(rng):
    """One unit, several, and one unit with several inputs."""
    for input_size, hidden_size in ((1, 1), (3, 4), (5, 1)):
        cell, run, given = example(rng, 1, input_size, hidden_size)
        expected = gradients(cell, run, given, start="h_prev")
        expected["x"] = expected["x"][0]
        arguments = {
            "d_h": given["d_outputs"][0],
            "x": given["xs"][0],
            "h_prev": given["h0"],
            "h": run.outputs[0],
            "W": cell.W["h"],
            "U": cell.U["h"],
        }
        hint = "First through the tanh, with slope 1 - h²; then W and U stand transposed."
        yield Call("step_backward", arguments, expected, hint)


@listed
def over_time(rng):
    """One step; a loss at the last step alone; a loss at every step."""
    for seq_len, hint in (
        (1, "One step: step 1 read h0."),
        (6, "A loss at the last step alone must reach the first."),
        (12, "At each step add what comes from the loss to what the next step sends back."),
    ):
        cell, run, given = example(rng, seq_len)
        if seq_len == 6:
            given["d_outputs"][:-1] = 0
        arguments = given | {"hs": run.outputs, "W": cell.W["h"], "U": cell.U["h"]}
        yield Call("backward", arguments, gradients(cell, run, given), hint)


@listed
def cut(rng):
    """No cut; pieces of equal length; a last piece that is shorter."""
    for seq_len, every, hint in (
        (5, 5, "As many steps as a piece has: nothing is cut."),
        (6, 2, "The state that a piece starts from is a constant for it, not zero."),
        (11, 3, "The last piece may be shorter; the gradient at h0 is the first piece's."),
    ):
        cell, run, given = example(rng, seq_len)
        arguments = given | {"hs": run.outputs, "W": cell.W["h"], "U": cell.U["h"]}
        expected = gradients(cell, run, given, truncate=every)
        yield Call("backward_cut", arguments | {"every": every}, expected, hint)


@listed
def lstm_step(rng):
    """The gradient from the output alone, from the cell state alone, and from both."""
    for through_h, through_c, hint in (
        (1.0, 0.0, "Nothing arrives along the cell state: all comes through o and tanh(C)."),
        (0.0, 1.0, "Nothing arrives at h: what comes along the cell state is passed on by f."),
        (1.0, 1.0, "Add both roads at C before going on from there."),
    ):
        cell = LSTMCell(3, 4, seed=rng)
        x, state = rng.normal(size=(1, 3)), cell.State(*rng.normal(size=(2, 4)))
        run = unroll(cell, x, state)
        d_h, d_c = through_h * rng.normal(size=4), through_c * rng.normal(size=4)
        later = cell.State(h=np.zeros(4), c=d_c)
        back = lstm_backward(cell, x, run, d_h[None], state=state, d_state=later)
        # One step of one sequence: the gradient at a bias is that at the pre-activation.
        expected = {gate: back.b[gate] for gate in cell.gates} | {"c_prev": back.state.c}
        values = {gate: run.gates[gate][0] for gate in cell.gates} | {"c": run.states["c"][0]}
        arguments = {"d_h": d_h, "d_c": d_c, "c_prev": state.c} | values
        yield Call("lstm_step_backward", arguments, expected, hint)


@listed
def clipped(rng):
    """Short enough; too long; gradients of very different sizes."""
    for longest, scale, hint in (
        (100.0, 1.0, "What is short enough stays as it is."),
        (1.0, 1.0, "All arrays are shortened by one factor: that of all of them together."),
        (0.5, 1e3, "One array may be far longer than the others: the direction is kept."),
    ):
        cell, run, given = example(rng, 4)
        back = gradients(cell, run, given)
        arrays = {name: back[name] for name in ("W", "U", "b")}
        arrays["b"] = scale * arrays["b"]
        length = np.linalg.norm(np.concatenate([each.ravel() for each in arrays.values()]))
        factor = min(1.0, longest / length)
        expected = {name: factor * each for name, each in arrays.items()}
        yield Call("clip", {"gradients": arrays, "longest": longest}, expected, hint)


QUESTIONS = (
    Question("q1", "One step back", 5, one_step),
    Question("q2", "Through time", 6, over_time),
    Question("q3", "Cut", 4, cut),
    Question("q4", "One step back through an LSTM", 5, lstm_step),
    Question("q5", "Clip", 2, clipped),
    Question("q6", "In your own words", 4, None),
)
