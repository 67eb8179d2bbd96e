"""A cell over time is PyTorch's RNN or LSTM, for any sizes, for arrays and tensors alike."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import (
    CELLS,
    CELLS_IN_TORCH,
    MAY_BE_SILENT,
    from_here,
    random_input,
    random_reads,
    random_state,
    run_torch,
    torch_gates,
    torch_module,
)
from refusal import refused

from lstm_lib.cells import LSTMCell
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.sequences import unroll

every_cell = pytest.mark.parametrize("cell_class", CELLS)
every_cell_in_torch = pytest.mark.parametrize("cell_class", CELLS_IN_TORCH)

SIZES = st.tuples(
    st.integers(1, 6),  # seq_len
    st.integers(1, 4),  # batch_size
    st.integers(1, 4),  # input_size
    st.integers(1, 5),  # hidden_size
)
SEEDS = st.integers(0, 2**16)
some_examples = settings(max_examples=15, deadline=None, derandomize=True)


def problem(cell_class, sizes, seed, dtype=np.float64):
    """Random inputs and a random state to begin with."""
    seq_len, batch_size, input_size, hidden_size = sizes
    rng = np.random.default_rng(seed)
    x = random_input(rng, seq_len, batch_size, input_size, dtype=dtype)
    return x, random_state(rng, cell_class, batch_size, hidden_size, dtype=dtype)


def tensors(arrays):
    return [torch.from_numpy(array) for array in arrays]


def assert_close(ours, theirs, atol):
    np.testing.assert_allclose(np.asarray(ours), theirs.detach().numpy(), rtol=0, atol=atol)


# Equal to PyTorch


@every_cell_in_torch
@some_examples
@given(sizes=SIZES, seed=SEEDS, bias=st.booleans())
def test_outputs_states_and_gates_equal_torch(cell_class, sizes, seed, bias):
    module = torch_module(cell_class, *sizes[2:], seed=seed, bias=bias)
    x, state = problem(cell_class, sizes, seed)
    run = unroll(from_torch(module), x, state)
    x, state = torch.from_numpy(x), tensors(state)

    outputs, last = run_torch(module, x, state)
    assert_close(run.outputs, outputs, 1e-12)
    for ours, theirs in zip(run.state, last, strict=True):
        assert_close(ours, theirs, 1e-12)

    h_before = torch.cat([state[0][None], outputs[:-1]])
    gates = torch_gates(module, x, h_before)
    assert set(gates) == set(run.gates)
    for name, theirs in gates.items():
        assert_close(run.gates[name], theirs, 1e-12)

    for t in range(len(x)):  # PyTorch shows the state at t only to who stops there
        _, there = run_torch(module, x[: t + 1], state)
        for name, theirs in zip(cell_class.state, there, strict=True):
            assert_close(run.states[name][t], theirs, 1e-12)


@every_cell_in_torch
def test_without_a_state_both_start_from_zero(cell_class):
    module = torch_module(cell_class, 3, 4)
    x, _ = problem(cell_class, (5, 2, 3, 4), seed=0)
    assert_close(unroll(from_torch(module), x).outputs, module(torch.from_numpy(x))[0], 1e-12)


@every_cell_in_torch
@pytest.mark.parametrize("seed", range(5))
def test_float32_equals_torch_as_far_as_float32_goes(cell_class, seed):
    module = torch_module(cell_class, 8, 16, seed=seed, dtype=torch.float32)
    x, state = problem(cell_class, (20, 3, 8, 16), seed, dtype=np.float32)
    run = unroll(from_torch(module), x, state)
    outputs, last = run_torch(module, torch.from_numpy(x), tensors(state))
    assert run.outputs.dtype == np.float32
    assert_close(run.outputs, outputs, 2e-6)
    for ours, theirs in zip(run.state, last, strict=True):
        assert_close(ours, theirs, 2e-6)


@every_cell_in_torch
@pytest.mark.filterwarnings("error")
@some_examples
@given(data=st.data(), seed=SEEDS)
def test_nan_and_infinity_appear_where_they_do_in_torch(cell_class, data, seed):
    sizes = (3, 2, 2, 3)
    module = torch_module(cell_class, *sizes[2:], seed=seed)
    x, state = problem(cell_class, sizes, seed)
    bad = st.sampled_from([np.nan, np.inf, -np.inf, 1000.0, -1000.0])
    for array in (x, *state):
        for place in data.draw(st.sets(st.integers(0, array.size - 1), max_size=2)):
            array.flat[place] = data.draw(bad)
    run = unroll(from_torch(module), x, state)
    outputs, last = run_torch(module, torch.from_numpy(x), tensors(state))
    for ours, theirs in zip((run.outputs, *run.state), (outputs, *last), strict=True):
        assert_close(ours, theirs, 1e-12)  # NaN equal to NaN, infinity to infinity


@every_cell
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [-1000.0, 1000.0])
def test_large_inputs_give_no_warning(cell_class, size):
    run = unroll(cell_class(3, 4), np.full((5, 2, 3), size))
    assert np.isfinite(run.outputs).all()


@every_cell
@pytest.mark.filterwarnings("error")
def test_a_long_sequence_stays_in_bounds_and_sends_gradients_back(cell_class):
    """Of more steps than Python lets functions call each other."""
    rng = np.random.default_rng(0)
    layer = Recurrent(cell_class(3, 4), dtype=torch.float64)
    x = torch.tensor(random_input(rng, 1100, 1, 3), requires_grad=True)
    outputs = layer(x).outputs
    outputs.square().sum().backward()
    assert torch.isfinite(outputs).all() and torch.isfinite(x.grad).all()
    moved = (x.grad != 0).any(dim=(1, 2))
    assert moved.all() or (cell_class in MAY_BE_SILENT and moved.any())


@every_cell
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (1, 3, 2, 4), (6, 1, 2, 4), (6, 3, 2, 1)], ids=str)
def test_one_step_one_example_and_one_unit_are_no_special_cases(cell_class, sizes):
    """The whole run is what the steps are, one after the other."""
    cell = cell_class(*sizes[2:], seed=1)
    x, state = problem(cell_class, sizes, seed=2)
    reads = random_reads(np.random.default_rng(3), cell, *sizes[:2])
    run = unroll(cell, x, state, **reads)
    for t, x_t in enumerate(x):
        state, gates = cell(x_t, state, **{name: read[t] for name, read in reads.items()})
        for over_time, once in ((run.states, state), (run.gates, gates)):
            for name, value in once._asdict().items():
                np.testing.assert_array_equal(over_time[name][t], value)


# Properties that hold for every cell


@every_cell
@some_examples
@given(sizes=SIZES, seed=SEEDS)
def test_shapes_are_those_of_time_batch_and_hidden(cell_class, sizes, seed):
    seq_len, batch_size, input_size, hidden_size = sizes
    cell = cell_class(input_size, hidden_size, seed=seed)
    x, state = problem(cell_class, sizes, seed)
    run = unroll(cell, x, state, **from_here(cell, x))
    step = cell(x[0], state, **{name: read[0] for name, read in from_here(cell, x).items()})
    for over_time, once in zip((run.states, run.gates), step, strict=True):
        for name, value in once._asdict().items():
            assert over_time[name].shape == (seq_len, *value.shape)
    for name, shape in cell.state_shapes().items():
        assert getattr(run.state, name).shape == (batch_size, *shape)
    assert tuple(run.gates) == cell.gates
    assert tuple(run.states) == run.state._fields == cell.state
    np.testing.assert_array_equal(run.outputs, run.states[cell.output])
    for name, part in run.state._asdict().items():
        np.testing.assert_array_equal(part, run.states[name][-1])


@every_cell
@some_examples
@given(sizes=SIZES, seed=SEEDS)
def test_a_sequence_of_a_batch_is_that_sequence_alone(cell_class, sizes, seed):
    cell = cell_class(*sizes[2:], seed=seed)
    x, state = problem(cell_class, sizes, seed)
    batched = unroll(cell, x, state, **from_here(cell, x))
    for k in range(sizes[1]):
        one = [part[k] for part in state]
        alone = unroll(cell, x[:, k], one, **from_here(cell, x[:, k]))
        for ours, theirs in ((batched.states, alone.states), (batched.gates, alone.gates)):
            for name, values in theirs.items():
                np.testing.assert_allclose(ours[name][:, k], values, rtol=1e-13, atol=1e-14)


@every_cell
@some_examples
@given(sizes=SIZES, seed=SEEDS, data=st.data())
def test_two_halves_with_the_state_handed_on_are_the_whole(cell_class, sizes, seed, data):
    cell = cell_class(*sizes[2:], seed=seed)
    x, state = problem(cell_class, (sizes[0] + 1, *sizes[1:]), seed)
    cut = data.draw(st.integers(1, sizes[0]))
    reads = random_reads(np.random.default_rng(seed), cell, *x.shape[:2])
    whole = unroll(cell, x, state, **reads)
    first = unroll(cell, x[:cut], state, **{name: r[:cut] for name, r in reads.items()})
    second = unroll(cell, x[cut:], first.state, **{name: r[cut:] for name, r in reads.items()})
    np.testing.assert_array_equal(np.concatenate([first.outputs, second.outputs]), whole.outputs)
    for name in cell.gates:
        both = np.concatenate([first.gates[name], second.gates[name]])
        np.testing.assert_array_equal(both, whole.gates[name])
    for ours, theirs in zip(second.state, whole.state, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@every_cell
@some_examples
@given(sizes=SIZES, seed=SEEDS)
def test_what_comes_later_changes_nothing_before(cell_class, sizes, seed):
    cell = cell_class(*sizes[2:], seed=seed)
    x, state = problem(cell_class, sizes, seed)
    reads = {name: np.ones((*x.shape[:2], cell.hidden_size)) for name in cell.reads}
    before = unroll(cell, x, state, **reads).outputs
    x[-1] += 1
    after = unroll(cell, x, state, **reads).outputs
    np.testing.assert_array_equal(before[:-1], after[:-1])
    assert (before[-1] != after[-1]).any() or cell_class in MAY_BE_SILENT


@every_cell
def test_a_sequence_of_one_is_one_step(cell_class):
    cell = cell_class(3, 4)
    x, state = problem(cell_class, (1, 2, 3, 4), seed=0)
    clock = from_here(cell, x)
    run = unroll(cell, x, state, **clock)
    state, gates = cell(x[0], state, **{name: read[0] for name, read in clock.items()})
    for name in cell.state:
        np.testing.assert_array_equal(getattr(run.state, name), getattr(state, name))
    for name in cell.gates:
        np.testing.assert_array_equal(run.gates[name][0], getattr(gates, name))


@every_cell
def test_a_state_may_be_a_dictionary(cell_class):
    cell = cell_class(3, 4)
    x, state = problem(cell_class, (5, 2, 3, 4), seed=0)
    by_name = dict(reversed(state._asdict().items()))
    clock = from_here(cell, x)
    expected = unroll(cell, x, state, **clock).outputs
    np.testing.assert_array_equal(unroll(cell, x, by_name, **clock).outputs, expected)


@every_cell
def test_unrolling_changes_nothing_it_was_given(cell_class):
    cell = cell_class(3, 4)
    x, state = problem(cell_class, (5, 2, 3, 4), seed=0)
    before = [array.copy() for array in (x, *state)]
    unroll(cell, x, state, **from_here(cell, x))
    for array, old in zip((x, *state), before, strict=True):
        np.testing.assert_array_equal(array, old)


@every_cell
@some_examples
@given(sizes=SIZES, seed=SEEDS)
def test_tensors_and_arrays_give_the_same(cell_class, sizes, seed):
    cell = cell_class(*sizes[2:], seed=seed)
    x, state = problem(cell_class, sizes, seed)
    reads = random_reads(np.random.default_rng(seed), cell, *x.shape[:2])
    arrays = unroll(cell, x, state, **reads)
    layer = Recurrent(cell, dtype=torch.float64)
    as_tensors = {name: torch.from_numpy(read) for name, read in reads.items()}
    run = unroll(layer.cell, torch.from_numpy(x), cell.State(*tensors(state)), **as_tensors)
    assert_close(arrays.outputs, run.outputs, 1e-13)
    for name in cell.gates:
        assert_close(arrays.gates[name], run.gates[name], 1e-13)
    for name in cell.state:
        assert_close(arrays.states[name], run.states[name], 1e-13)


# Sentences for the person

BAD = [
    (np.ones((0, 2, 3)), ValueError, "x has no steps (seq_len is 0): there is nothing to unroll"),
    (np.ones((0, 3)), ValueError, "x has no steps (seq_len is 0): there is nothing to unroll"),
    (np.ones((5, 2, 8)), ValueError, "x has 8 features, this cell expects input_size=3"),
    (
        np.ones(3),
        ValueError,
        "x has shape (3,), expected (seq_len, batch_size, input_size), with or without batch_size",
    ),
    (
        np.ones((1, 5, 2, 3)),
        ValueError,
        "x has shape (1, 5, 2, 3), expected (seq_len, batch_size, input_size), "
        "with or without batch_size",
    ),
    ([[1.0] * 3], TypeError, "x is a list; give a NumPy array or a PyTorch tensor"),
    (
        np.ones((5, 2, 3), int),
        TypeError,
        "x has dtype int64, this cell computes in float64: convert x first",
    ),
]


@pytest.mark.parametrize("x, error, sentence", BAD, ids=[sentence for _, _, sentence in BAD])
def test_a_bad_sequence_is_refused(x, error, sentence):
    with refused(error, sentence):
        unroll(LSTMCell(3, 4), x)


def test_a_name_that_is_not_there_is_answered_with_those_that_are():
    run = unroll(LSTMCell(3, 4), np.ones((5, 2, 3)))
    with refused(KeyError, "no gate 'forget' here; there is f, i, c_tilde, o"):
        run.gates["forget"]
    with pytest.raises(KeyError, match="'f' here; there is h, c"):
        run.states["f"]
