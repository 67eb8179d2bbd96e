"""Backpropagation through time by hand is what autograd computes, and what nudging measures."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import random_input, random_state
from refusal import refused

from lstm_lib.cells import LSTMCell, RNNCell
from lstm_lib.layers import PYTORCH, Recurrent, to_torch
from lstm_lib.sequences import unroll
from lstm_lib.sequences.bptt import lstm_backward, rnn_backward

BACKWARD = {RNNCell: rnn_backward, LSTMCell: lstm_backward}
both_cells = pytest.mark.parametrize("cell_class", BACKWARD)

SIZES = st.tuples(
    st.integers(1, 9),  # seq_len
    st.integers(1, 4),  # batch_size
    st.integers(1, 4),  # input_size
    st.integers(1, 5),  # hidden_size
)
SEEDS = st.integers(0, 2**16)
some_examples = settings(max_examples=25, deadline=None, derandomize=True)


class Problem:
    """A cell, what it reads, where it starts, and a loss of everything that comes out."""

    def __init__(self, cell_class, sizes=(6, 3, 2, 4), seed=0, gain=1.0):
        seq_len, batch_size, input_size, hidden_size = sizes
        rng = np.random.default_rng(seed)
        self.cell = cell_class(input_size, hidden_size, seed=seed)
        for gate in self.cell.gates:
            self.cell.U[gate] = gain * self.cell.U[gate]
        self.x = random_input(rng, seq_len, batch_size, input_size)
        self.state = random_state(rng, cell_class, batch_size, hidden_size)
        self.d_outputs = random_input(rng, seq_len, batch_size, hidden_size)
        self.d_state = random_state(rng, cell_class, batch_size, hidden_size)

    def loss(self, run):
        """Linear in what comes out, so that its slopes are ``d_outputs`` and ``d_state``."""
        last = zip(run.state, self.d_state, strict=True)
        return (run.outputs * self.d_outputs).sum() + sum((s * d).sum() for s, d in last)

    def backward(self, truncate=None):
        run = unroll(self.cell, self.x, self.state)
        backward = BACKWARD[type(self.cell)]
        return backward(
            self.cell, self.x, run, self.d_outputs, self.state, self.d_state, truncate=truncate
        )

    def autograd(self, truncate=None):
        """The same gradients by autograd, step by step; the state is detached where it is cut."""
        layer = Recurrent(self.cell, dtype=torch.float64)
        x, d_outputs = leaf(self.x), torch.from_numpy(self.d_outputs)
        first = self.cell.State(*map(leaf, self.state))
        state, states, loss = first, [], 0
        for t, x_t in enumerate(x):
            if truncate and t > 0 and t % truncate == 0:
                state = self.cell.State(*(part.detach() for part in state))
            state, _ = layer.cell(x_t, state)
            # Two names for one value: what arrives at the state, by every road, is seen here.
            for part in state:
                part.retain_grad()
            states.append(state)
            loss = loss + (state.h * d_outputs[t]).sum()
        for part, d in zip(state, self.d_state, strict=True):
            loss = loss + (part * torch.from_numpy(d)).sum()
        loss.backward()
        found = {(w, g): grad(getattr(layer, w)[g]) for w in "WUb" for g in self.cell.gates}
        found["x"] = grad(x)
        for name in self.cell.state:
            found["first", name] = grad(getattr(first, name))
            found["states", name] = np.stack([grad(getattr(s, name)) for s in states])
        return found


def leaf(array):
    return torch.from_numpy(array.copy()).requires_grad_()


def grad(tensor):
    return np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.numpy()


def by_key(gradients):
    """Ours, by the keys of :meth:`Problem.autograd`."""
    found = {(w, g): d for w in "WUb" for g, d in getattr(gradients, w).items()}
    found["x"] = gradients.x
    found |= {("first", name): d for name, d in gradients.state._asdict().items()}
    return found | {("states", name): d for name, d in gradients.states.items()}


def assert_equal(ours, theirs, atol=1e-10):
    assert set(ours) == set(theirs)
    for key in theirs:
        np.testing.assert_allclose(ours[key], theirs[key], rtol=0, atol=atol, err_msg=str(key))


# Equal to autograd


@both_cells
@some_examples
@given(sizes=SIZES, seed=SEEDS)
def test_every_gradient_equals_autograd(cell_class, sizes, seed):
    problem = Problem(cell_class, sizes, seed)
    assert_equal(by_key(problem.backward()), problem.autograd())


@both_cells
@pytest.mark.parametrize("sizes", [(1, 3, 2, 4), (6, 1, 2, 4), (6, 3, 2, 1), (1, 1, 1, 1)], ids=str)
def test_one_step_one_sequence_one_unit_equal_autograd(cell_class, sizes):
    problem = Problem(cell_class, sizes)
    assert_equal(by_key(problem.backward()), problem.autograd())


@both_cells
def test_five_hundred_steps_equal_autograd(cell_class):
    problem = Problem(cell_class, (500, 2, 3, 8), gain=2.0)
    ours, theirs = by_key(problem.backward()), problem.autograd()
    sizes = {key: max(1.0, np.abs(value).max()) for key, value in theirs.items()}
    assert_equal(
        {key: ours[key] / sizes[key] for key in ours},
        {key: theirs[key] / sizes[key] for key in theirs},
    )


@both_cells
@some_examples
@given(sizes=SIZES, seed=SEEDS)
def test_weights_and_inputs_equal_torch(cell_class, sizes, seed):
    problem = Problem(cell_class, sizes, seed)
    module, x = to_torch(problem.cell), leaf(problem.x)
    (module(x)[0] * torch.from_numpy(problem.d_outputs)).sum().backward()
    run = unroll(problem.cell, problem.x)
    ours = BACKWARD[cell_class](problem.cell, problem.x, run, problem.d_outputs)

    _, gates = PYTORCH[cell_class]
    packed = {"W": module.weight_ih_l0, "U": module.weight_hh_l0, "b": module.bias_ih_l0}
    theirs = {w: dict(zip(gates, p.grad.chunk(len(gates)), strict=True)) for w, p in packed.items()}
    for kind, by_gate in theirs.items():
        assert_equal(getattr(ours, kind), by_gate)
    assert_equal({"x": ours.x}, {"x": x.grad})


@both_cells
def test_one_sequence_alone_is_a_batch_of_one(cell_class):
    batch = Problem(cell_class, (6, 1, 2, 4))
    alone = copy.copy(batch)
    alone.x, alone.d_outputs = batch.x[:, 0], batch.d_outputs[:, 0]
    alone.state = batch.cell.State(*(part[0] for part in batch.state))
    alone.d_state = batch.cell.State(*(part[0] for part in batch.d_state))
    expected = by_key(batch.backward())
    for key, ours in by_key(alone.backward()).items():
        np.testing.assert_allclose(ours, np.reshape(expected[key], ours.shape), rtol=0, atol=1e-14)


# Equal to nudging


@both_cells
def test_every_gradient_is_what_a_nudge_measures(cell_class):
    problem = Problem(cell_class, (5, 2, 2, 3))
    ours = by_key(problem.backward())
    nudged = {("first", name): part for name, part in problem.state._asdict().items()}
    nudged |= {(w, g): getattr(problem.cell, w)[g] for w in "WUb" for g in problem.cell.gates}
    nudged["x"] = problem.x
    for key, values in nudged.items():
        measured = np.zeros_like(values)
        for place in np.ndindex(values.shape):
            measured[place] = slope(problem, values, place)
        error = np.abs(ours[key] - measured).max() / np.abs(measured).max()
        assert error < 1e-6, key


def slope(problem, values, place, nudge=1e-5):
    """By how much the loss moves, for each unit that ``values[place]`` moves."""
    original, losses = values[place], []
    for value in (original + nudge, original - nudge):
        values[place] = value
        losses.append(problem.loss(unroll(problem.cell, problem.x, problem.state)))
    values[place] = original
    return (losses[0] - losses[1]) / (2 * nudge)


# Truncated


@both_cells
@pytest.mark.parametrize("truncate", [1, 2, 3, 4, 6, 7, 11, 12, 13, 100])
def test_truncated_equals_autograd_with_the_state_detached(cell_class, truncate):
    problem = Problem(cell_class, (12, 2, 3, 4))
    assert_equal(by_key(problem.backward(truncate)), problem.autograd(truncate))


@both_cells
def test_a_piece_as_long_as_the_sequence_cuts_nothing(cell_class):
    problem = Problem(cell_class, (6, 2, 3, 4))
    assert_equal(by_key(problem.backward(truncate=6)), by_key(problem.backward()), atol=0)


@both_cells
def test_a_cut_lets_nothing_through_and_leaves_the_other_steps_alone(cell_class):
    problem = Problem(cell_class, (8, 2, 3, 4))
    whole, cut = problem.backward(), problem.backward(truncate=3)
    for road in {"gates", "belt"} & set(cut.roads):
        arriving = np.abs(cut.roads[road]).max(axis=(1, 2))
        assert np.array_equal(np.flatnonzero(arriving == 0), [2, 5])  # steps 3 and 6, from 0
    for name in cell_class.state:  # after the last cut nothing has changed
        assert np.array_equal(cut.states[name][6:], whole.states[name][6:])
        assert not np.allclose(cut.states[name][:6], whole.states[name][:6])


@both_cells
def test_pieces_one_by_one_give_what_the_truncated_sequence_gives(cell_class):
    problem = Problem(cell_class, (7, 2, 3, 4))
    problem.d_state = problem.cell.initial_state(problem.x[0])
    cut, state, total = problem.backward(truncate=3), problem.state, 0
    for start in (0, 3, 6):
        piece = slice(start, start + 3)
        run = unroll(problem.cell, problem.x[piece], state)
        d = problem.d_outputs[piece]
        part = BACKWARD[cell_class](problem.cell, problem.x[piece], run, d, state)
        total, state = total + part.U[problem.cell.gates[0]], run.state
    np.testing.assert_allclose(total, cut.U[problem.cell.gates[0]], rtol=0, atol=1e-12)


# The roads


@both_cells
@pytest.mark.parametrize("truncate", [None, 4])
def test_the_roads_together_are_all_that_arrives(cell_class, truncate):
    gradients = Problem(cell_class, (9, 2, 3, 4)).backward(truncate)
    roads = gradients.roads
    assert np.array_equal(roads["loss"] + roads["gates"], gradients.states["h"])
    if cell_class is LSTMCell:
        assert np.array_equal(roads["belt"] + roads["output"], gradients.states["c"])


@both_cells
def test_each_road_carries_what_autograd_sends_along_it(cell_class):
    """One step alone: what arrives at its end, sent back through it, comes out at its start."""
    problem = Problem(cell_class)
    gradients, run = problem.backward(), unroll(problem.cell, problem.x, problem.state)
    layer, roads = Recurrent(problem.cell, dtype=torch.float64), gradients.roads
    for t in range(len(problem.x) - 1):
        start = problem.cell.State(*(leaf(run.states[name][t]) for name in cell_class.state))
        end, _ = layer.cell(torch.from_numpy(problem.x[t + 1]), start)
        if cell_class is RNNCell:
            sent = [gradients.states["h"][t + 1]]
            arrived = [roads["gates"][t]]
        else:  # what reached C_t+1 from h_t+1 is on its way again: only the belt's share is new
            sent = [gradients.states["h"][t + 1], roads["belt"][t + 1]]
            arrived = [roads["gates"][t], roads["belt"][t]]
        found = torch.autograd.grad(end, start, [torch.from_numpy(d) for d in sent])
        for ours, theirs in zip(arrived, found, strict=True):
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=1e-12)


@both_cells
def test_what_further_steps_send_back_arrives_on_the_roads_from_them(cell_class):
    problem = Problem(cell_class)
    roads = problem.backward().roads
    assert np.array_equal(roads["gates"][-1], problem.d_state.h)
    if cell_class is LSTMCell:
        assert np.array_equal(roads["belt"][-1], problem.d_state.c)


def test_an_open_forget_gate_hands_the_gradient_on_whole():
    problem = Problem(LSTMCell, (50, 2, 3, 4))
    problem.cell.b["f"] = np.full(4, 1000.0)
    gradients = problem.backward()
    assert np.array_equal(gradients.roads["belt"][:-1], gradients.states["c"][1:])
    assert np.array_equal(gradients.state.c, gradients.states["c"][0])


# Bad input


def test_a_run_of_another_shape_is_refused():
    problem = Problem(RNNCell)
    cell, x, d = problem.cell, problem.x, problem.d_outputs
    run = unroll(cell, x)
    with refused(ValueError, "x has 3 features, this cell expects input_size=2"):
        rnn_backward(cell, np.zeros((6, 3, 3)), run, d)
    with refused(ValueError, "run.outputs has shape (5, 3, 4), expected (6, 3, 4)"):
        rnn_backward(cell, x, unroll(cell, x[:5]), d)
    with refused(ValueError, "d_outputs has shape (3, 4), expected (6, 3, 4)"):
        rnn_backward(cell, x, run, d[-1])
    with refused(ValueError, "state.h has shape (4,), expected (3, 4)"):
        rnn_backward(cell, x, run, d, state={"h": np.zeros(4)})
    with refused(ValueError, "d_state.h has shape (2, 4), expected (3, 4)"):
        rnn_backward(cell, x, run, d, d_state={"h": np.zeros((2, 4))})
    with refused(TypeError, "d_state must be RNNCell.State(h=…)"):
        rnn_backward(cell, x, run, d, d_state=[np.zeros((3, 4))] * 2)


@both_cells
def test_another_cell_or_its_run_is_refused(cell_class):
    other = {RNNCell: LSTMCell, LSTMCell: RNNCell}[cell_class]
    one, two, backward = Problem(cell_class), Problem(other), BACKWARD[cell_class]
    theirs, ours = ", ".join(other.gates), ", ".join(cell_class.gates)
    expected = f"run has the gates {theirs}, a run of this cell has {ours}"
    with refused(ValueError, expected):
        backward(one.cell, one.x, unroll(two.cell, two.x), one.d_outputs)

    class Variant(cell_class):
        pass

    for cell in (two.cell, Variant(2, 4)):
        name = type(cell).__name__
        expected = f"cell is a {name}; these are the equations of {cell_class.__name__}"
        with refused(TypeError, expected):
            backward(cell, one.x, unroll(cell, one.x), one.d_outputs)


def test_tensors_and_other_dtypes_are_refused():
    problem = Problem(LSTMCell)
    run = unroll(problem.cell, problem.x)
    with refused(
        TypeError,
        "d_outputs has dtype float32, this cell computes in float64: convert d_outputs first",
    ):
        lstm_backward(problem.cell, problem.x, run, problem.d_outputs.astype(np.float32))
    with pytest.raises(TypeError, match="d_outputs is a PyTorch tensor"):
        lstm_backward(problem.cell, problem.x, run, torch.from_numpy(problem.d_outputs))


@both_cells
@pytest.mark.parametrize(
    "truncate, sentence",
    [
        (0, "truncate is 0; it must be 1 or more"),
        (2.5, "truncate is 2.5; it must be a whole number, 1 or more"),
    ],
)
def test_pieces_of_no_length_are_refused(cell_class, truncate, sentence):
    with refused(ValueError, sentence):
        Problem(cell_class).backward(truncate)
