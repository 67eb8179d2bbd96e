"""Sequences of unequal length share a batch, and what fills it up reaches nothing."""

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
    torch_module,
)
from refusal import refused
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_lib.cells import Cell, DepthGatedLSTMCell, LSTMCell
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.sequences import unroll
from lstm_lib.sequences.padding import real_steps, reverse

every_cell = pytest.mark.parametrize("cell_class", CELLS)
every_cell_in_torch = pytest.mark.parametrize("cell_class", CELLS_IN_TORCH)
some_examples = settings(max_examples=8, deadline=None, derandomize=True)

SEQ_LEN = 6
LENGTHS = st.lists(st.integers(1, SEQ_LEN), min_size=1, max_size=4)
SEEDS = st.integers(0, 2**16)
FILLS = st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1000.0, 0.0, 7.0])


def padded(rng, lengths, fill=np.nan, input_size=3):
    """A batch of sequences of these lengths, filled up with ``fill``."""
    x = random_input(rng, SEQ_LEN, len(lengths), input_size)
    for k, length in enumerate(lengths):
        x[length:, k] = fill
    return x


def problem(cell_class, lengths, seed, fill=np.nan):
    rng = np.random.default_rng(seed)
    cell = cell_class(3, 4, seed=seed)
    before = random_input(rng, 3, len(lengths), 3)
    return cell, padded(rng, lengths, fill), unroll(cell, before).state


def everything(run):
    """All that a run says, as one list of arrays."""
    arrays = (run.outputs, *run.state, *run.gates.values(), *run.states.values())
    return [np.asarray(array.detach() if torch.is_tensor(array) else array) for array in arrays]


def assert_same(ours, theirs, atol=0.0):
    for one, other in zip(everything(ours), everything(theirs), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=atol)


# A run over a padded batch


@every_cell
@pytest.mark.filterwarnings("error")
@some_examples
@given(lengths=LENGTHS, seed=SEEDS)
def test_each_sequence_is_what_it_is_alone_and_then_zero(cell_class, lengths, seed):
    cell, x, state = problem(cell_class, lengths, seed)
    run = unroll(cell, x, state, lengths=lengths, **from_here(cell, x))
    for k, length in enumerate(lengths):
        one = x[:length, k]
        alone = unroll(cell, one, [part[k] for part in state], **from_here(cell, one))
        for ours, theirs in zip(run.state, alone.state, strict=True):
            np.testing.assert_allclose(ours[k], theirs, rtol=0, atol=1e-14)
        for ours, theirs in ((run.gates, alone.gates), (run.states, alone.states)):
            for name in theirs:
                np.testing.assert_allclose(ours[name][:length, k], theirs[name], rtol=0, atol=1e-14)
                assert (ours[name][length:, k] == 0).all()
    np.testing.assert_array_equal(run.outputs, run.states[cell.output])


@every_cell
@pytest.mark.filterwarnings("error")
@some_examples
@given(lengths=LENGTHS, seed=SEEDS, fill=FILLS)
def test_padding_of_any_content_changes_nothing(cell_class, lengths, seed, fill):
    cell, x, state = problem(cell_class, lengths, seed, fill=0.0)
    _, filled, _ = problem(cell_class, lengths, seed, fill)
    clock = from_here(cell, x)
    run = unroll(cell, x, state, lengths, **clock)
    assert_same(unroll(cell, filled, state, lengths, **clock), run)


def gradients(cell, x, state, lengths):
    """What autograd gives for the inputs, the initial state and every weight."""
    layer = Recurrent(cell, dtype=torch.float64)
    x, *state = (torch.tensor(array, requires_grad=True) for array in (x, *state))
    run = layer(x, cell.State(*state), lengths, **from_here(cell, x))
    arrays = (run.outputs, *run.state, *run.gates.values(), *run.states.values())
    rng = np.random.default_rng(0)
    shares = [torch.from_numpy(random_input(rng, *array.shape)) for array in arrays]
    sum((share * array**2).sum() for share, array in zip(shares, arrays, strict=True)).backward()
    return [each.grad.numpy() for each in (x, *state, *layer.parameters())]


@every_cell
@pytest.mark.parametrize("fill", [np.nan, np.inf, -np.inf, 1e308, -1000.0], ids=str)
def test_no_gradient_meets_the_padding(cell_class, fill):
    lengths = [3, SEQ_LEN, 1, 4]
    ours = gradients(*problem(cell_class, lengths, 0, fill), lengths)
    for k, length in enumerate(lengths):
        assert (ours[0][length:, k] == 0).all()
        moved = ours[0][:length, k] != 0
        assert moved.all() or (cell_class in MAY_BE_SILENT and moved.any())
    for one, other in zip(
        ours, gradients(*problem(cell_class, lengths, 0, 0.0), lengths), strict=True
    ):
        assert np.isfinite(one).all()
        np.testing.assert_array_equal(one, other)


def test_padding_of_what_else_is_read_changes_nothing_either():
    lengths = [2, SEQ_LEN]
    cell, x, _ = problem(DepthGatedLSTMCell, lengths, seed=0)
    filled = padded(np.random.default_rng(1), lengths, input_size=4)
    run = unroll(cell, x, lengths=lengths, c_below=filled)
    assert_same(run, unroll(cell, x, lengths=lengths, c_below=np.nan_to_num(filled)))
    layer = Recurrent(cell, dtype=torch.float64)
    c_below = torch.tensor(filled, requires_grad=True)
    layer(torch.from_numpy(x), lengths=lengths, c_below=c_below).outputs.sum().backward()
    assert (c_below.grad[2:, 0] == 0).all() and c_below.grad.isfinite().all()


def test_no_state_goes_on_in_the_padding():
    class Growing(Cell):
        gates = ("h",)

        def step(self, a, s):
            h = a.h * 1e60
            return self.State(h=h), self.Gates(h=a.h)

    lengths = [1, SEQ_LEN]  # the second is too long for such a cell: its numbers are its own
    rng = np.random.default_rng(0)
    layer = Recurrent(Growing(3, 4), dtype=torch.float64)
    x = torch.tensor(padded(rng, lengths), requires_grad=True)
    run = layer(x, lengths=lengths)
    run.state.h[0].sum().backward()
    assert not run.state.h[1].isfinite().all()
    assert run.state.h[0].isfinite().all() and x.grad[:, 0].isfinite().all()


@every_cell
def test_lengths_that_are_all_of_it_are_no_lengths(cell_class):
    lengths = [SEQ_LEN] * 3
    cell, x, state = problem(cell_class, lengths, seed=0)
    clock = from_here(cell, x)
    assert_same(unroll(cell, x, state, lengths, **clock), unroll(cell, x, state, **clock))


@every_cell
def test_tensors_and_arrays_give_the_same(cell_class):
    lengths = [2, SEQ_LEN, 1]
    cell, x, state = problem(cell_class, lengths, seed=0)
    layer = Recurrent(cell, dtype=torch.float64)
    xs = torch.from_numpy(x)
    run = layer(xs, [torch.from_numpy(part) for part in state], lengths, **from_here(cell, xs))
    assert_same(run, unroll(cell, x, state, lengths, **from_here(cell, x)), 1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lengths_leave_the_dtype_as_it_is(dtype):
    cell, x = LSTMCell(3, 4, dtype=dtype), np.ones((5, 2, 3), dtype)
    assert {array.dtype for array in everything(unroll(cell, x, lengths=[2, 5]))} == {
        np.dtype(dtype)
    }
    layer, x = Recurrent(cell, dtype=torch.from_numpy(x).dtype), torch.from_numpy(x)
    assert {array.dtype for array in everything(layer(x, lengths=[2, 5]))} == {np.dtype(dtype)}


@every_cell
def test_a_run_changes_nothing_that_it_was_given(cell_class):
    lengths = [2, SEQ_LEN]
    cell, x, state = problem(cell_class, lengths, seed=0)
    before = [array.copy() for array in (x, *state)]
    unroll(cell, x, state, lengths, **from_here(cell, x))
    assert lengths == [2, SEQ_LEN]
    for array, old in zip((x, *state), before, strict=True):
        np.testing.assert_array_equal(array, old)


# Equal to PyTorch's packed sequences


@every_cell_in_torch
@some_examples
@given(lengths=LENGTHS, seed=SEEDS)
def test_outputs_and_states_equal_torchs_packed_sequences(cell_class, lengths, seed):
    module = torch_module(cell_class, 3, 4, seed=seed)
    _, x, state = problem(cell_class, lengths, seed)
    run = unroll(from_torch(module), x, state, lengths)

    packed = pack_padded_sequence(torch.from_numpy(x), lengths, enforce_sorted=False)
    first = [torch.from_numpy(part)[None] for part in state]
    outputs, last = module(packed, tuple(first) if len(first) == 2 else first[0])
    outputs, _ = pad_packed_sequence(outputs, total_length=SEQ_LEN)
    np.testing.assert_allclose(run.outputs, outputs.detach(), rtol=0, atol=1e-12)
    for ours, theirs in zip(run.state, last if len(first) == 2 else (last,), strict=True):
        np.testing.assert_allclose(ours, theirs[0].detach(), rtol=0, atol=1e-12)


# Which steps are real, and read backwards


@pytest.mark.parametrize(
    "kind", [list, tuple, np.array, torch.tensor], ids=["list", "tuple", "array", "tensor"]
)
def test_lengths_may_be_a_list_an_array_or_a_tensor(kind):
    lengths = kind([2, 3, 1])
    expected = [[True, True, True], [True, True, False], [False, True, False]]
    np.testing.assert_array_equal(real_steps(np.ones((3, 3, 2)), lengths), expected)
    real = real_steps(torch.ones(3, 3, 2), lengths)
    assert real.dtype == torch.bool
    np.testing.assert_array_equal(real, expected)


@some_examples
@given(lengths=LENGTHS, seed=SEEDS)
def test_each_sequence_is_reversed_within_its_own_length(lengths, seed):
    x = random_input(np.random.default_rng(seed), SEQ_LEN, len(lengths), 2)
    backwards = reverse(x, lengths)
    for k, length in enumerate(lengths):
        np.testing.assert_array_equal(backwards[:length, k], x[:length, k][::-1])
        np.testing.assert_array_equal(backwards[length:, k], x[length:, k])
    np.testing.assert_array_equal(reverse(backwards, lengths), x)
    np.testing.assert_array_equal(reverse(torch.from_numpy(x), lengths), backwards)


@pytest.mark.parametrize("shape", [(5,), (5, 2), (5, 2, 3)], ids=str)
def test_without_lengths_the_whole_is_reversed(shape):
    x = random_input(np.random.default_rng(0), *shape)
    np.testing.assert_array_equal(reverse(x), x[::-1])
    np.testing.assert_array_equal(reverse(torch.from_numpy(x)), x[::-1])


# Sentences for the person

BAD = [
    ([5, 0, 5], "lengths[1] is 0; it must be 1 or more"),
    ([5, 5, -2], "lengths[2] is -2; it must be 1 or more"),
    ([6, 5, 5], "lengths[0] is 6, and x has 5 steps"),
    ([5, 2.0, 5], "lengths[1] is 2.0; it must be a whole number, 1 or more"),
    (np.array([5, 2.5, 5]), "lengths[0] is 5.0; it must be a whole number, 1 or more"),
    ([5, 5, True], "lengths[2] is True; it must be a whole number, 1 or more"),
    ([[5, 5, 5]] * 3, "lengths[0] is [5, 5, 5]; it must be a whole number, 1 or more"),
    ([5, 5], "lengths is [5, 5]; x has batch_size=3, give one for each"),
    (torch.tensor([5] * 4), "lengths is [5, 5, 5, 5]; x has batch_size=3, give one for each"),
    ([], "lengths is []; x has batch_size=3, give one for each"),
    (5, "lengths is 5; x has batch_size=3, give one for each"),
    (torch.tensor(5), "lengths is 5; x has batch_size=3, give one for each"),
    ("555", "lengths is 555; x has batch_size=3, give one for each"),
]


@pytest.mark.parametrize("lengths, sentence", BAD, ids=[sentence for _, sentence in BAD])
def test_bad_lengths_are_refused(lengths, sentence):
    with refused(ValueError, sentence):
        unroll(LSTMCell(3, 4), np.ones((5, 3, 3)), lengths=lengths)
    with refused(ValueError, sentence):
        Recurrent(LSTMCell(3, 4))(torch.ones(5, 3, 3), lengths=lengths)
    with refused(ValueError, sentence):
        reverse(np.ones((5, 3, 3)), lengths)


def test_lengths_of_one_sequence_alone_are_refused():
    with refused(
        ValueError, "x has shape (5, 3), one sequence alone: lengths are for a batch of them"
    ):
        unroll(LSTMCell(3, 4), np.ones((5, 3)), lengths=[5])
