"""A small assignment for the tests of the grader: a gate, a step, a sequence; 8 points."""

import numpy as np

from coursework.questions import Call, Question
from coursework.sandbox import Limits
from lstm_lib import LSTMCell

FORBIDDEN = ("lstm_lib", "numpy.linalg")
PACKAGES = ("numpy",)
LIMITS = Limits(
    cell_seconds=1,
    call_seconds=1,
    seconds=60,
    memory=1 << 30,
    processes=16,
    disk=16 << 20,
    printed=1 << 20,
)


def drawn(rng, seq_len):
    """A cell, its weights as the functions get them, and a sequence of inputs."""
    cell = LSTMCell(3, 4, seed=rng)
    weights = {kind: dict(of_gate) for kind, of_gate in cell.weights.items()}
    return cell, weights, rng.normal(size=(seq_len, 3))


def gate(rng):
    calls = []
    for hint in ("try it with zeros", "is there a sigmoid?"):
        cell, weights, xs = drawn(rng, 1)
        h = rng.normal(size=4)
        state, gates = cell(xs[0], {"h": h, "c": np.zeros(4)})
        w, u, b = (weights[kind]["f"] for kind in "WUb")
        arguments = {"x": xs[0], "h": h, "W": w, "U": u, "b": b}
        calls.append(Call("gate", arguments, gates.f, hint))
    return calls


def step(rng):
    calls = []
    for hint in ("start with a state of zeros", "which gate goes where?", "is c handed on?", ""):
        cell, weights, xs = drawn(rng, 1)
        h, c = rng.normal(size=(2, 4))
        state, _ = cell(xs[0], {"h": h, "c": c})
        arguments = {"x": xs[0], "h": h, "c": c, **weights}
        calls.append(Call("lstm_step", arguments, tuple(state), hint))
    return calls


def sequence(rng):
    cell, weights, xs = drawn(rng, 5)
    state, hs = None, []
    for x in xs:
        state, _ = cell(x, state)
        hs.append(state.h)
    return [Call("unroll", {"xs": xs, **weights}, np.stack(hs), "is the state handed on?")]


QUESTIONS = (
    Question("q1", "a gate", 2, gate),
    Question("q2", "a step", 4, step),
    Question("q3", "a sequence", 2, sequence),
)
