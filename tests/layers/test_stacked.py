"""Layers on top of each other and in both directions are PyTorch's own, number for number."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import CELLS, CELLS_IN_TORCH, random_input, torch_module
from refusal import refused
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_lib.cells import (
    Cell,
    DepthGatedLSTMCell,
    GridLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    LSTMCell,
    RNNCell,
)
from lstm_lib.layers import (
    Bidirectional,
    BothWays,
    Recurrent,
    Stacked,
    from_torch,
    stack_from_torch,
    to_torch,
)
from lstm_lib.sequences import unroll

every_cell = pytest.mark.parametrize("cell_class", CELLS)
every_cell_in_torch = pytest.mark.parametrize("cell_class", CELLS_IN_TORCH)
every_shape = pytest.mark.parametrize(
    "num_layers, bidirectional", [(1, True), (2, False), (2, True), (3, False), (3, True)]
)
some_examples = settings(max_examples=10, deadline=None, derandomize=True)

LENGTHS = [4, 7, 1, 5]
SIZES = (7, 4, 3, 5)  # seq_len, batch_size, input_size, hidden_size


def random_tensor(rng, *shape):
    return torch.from_numpy(random_input(rng, *shape))


def problem(cell_class, num_layers, bidirectional, sizes=SIZES, seed=0):
    """PyTorch's module, an input and an initial state as PyTorch wants it, both to be learned."""
    module = torch_module(
        cell_class, *sizes[2:], seed=seed, num_layers=num_layers, bidirectional=bidirectional
    )
    rng = np.random.default_rng(seed)
    rows = num_layers * (2 if bidirectional else 1)
    x = random_tensor(rng, *sizes[:3])
    parts = [random_tensor(rng, rows, sizes[1], sizes[3]) for _ in cell_class.state]
    return module, x.requires_grad_(), [part.requires_grad_() for part in parts]


def our_state(cell_class, parts, bidirectional):
    """PyTorch's initial state, whose rows are layers and directions, as a state for each layer."""
    rows = [cell_class.State(*row) for row in zip(*parts, strict=True)]
    pairs = zip(rows[::2], rows[1::2], strict=False)
    return [BothWays(*pair) for pair in pairs] if bidirectional else rows


def their_state(state, bidirectional):
    """The states of each layer as PyTorch's rows, one tensor for each part."""
    rows = [each for layer in state for each in layer] if bidirectional else state
    return [torch.stack(part) for part in zip(*rows, strict=True)]


def run_torch(module, x, parts, lengths=None):
    """Outputs and final states of PyTorch's module."""
    x = x if lengths is None else pack_padded_sequence(x, lengths, enforce_sorted=False)
    outputs, last = module(x, tuple(parts) if len(parts) == 2 else parts[0])
    if lengths is not None:
        outputs, _ = pad_packed_sequence(outputs, total_length=SIZES[0])
    return outputs, list(last) if len(parts) == 2 else [last]


def assert_close(ours, theirs, atol):
    torch.testing.assert_close(ours, theirs, rtol=0, atol=atol)


# Equal to PyTorch


@every_cell_in_torch
@every_shape
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "padded"])
def test_outputs_states_and_gradients_equal_torch(cell_class, num_layers, bidirectional, lengths):
    module, x, parts = problem(cell_class, num_layers, bidirectional)
    stack = stack_from_torch(module)
    run = stack(x, our_state(cell_class, parts, bidirectional), lengths)
    ours = [run.outputs, *their_state(run.state, bidirectional)]
    outputs, last = run_torch(module, x, parts, lengths)
    theirs = [outputs, *last]
    for one, other in zip(ours, theirs, strict=True):
        assert_close(one, other, 1e-12)

    rng = np.random.default_rng(1)
    shares = [random_tensor(rng, *each.shape) for each in ours]

    def gradients(results, wanted):
        loss = sum((share * each**2).sum() for share, each in zip(shares, results, strict=True))
        return torch.autograd.grad(loss, wanted)

    found, expected = gradients(ours, [x, *parts]), gradients(theirs, [x, *parts])
    for one, other in zip(found, expected, strict=True):
        assert_close(one, other, 1e-10)
    for k, length in enumerate(lengths or []):
        assert (found[0][length:, k] == 0).all()


@every_cell_in_torch
@every_shape
def test_weights_learn_as_torchs_do(cell_class, num_layers, bidirectional):
    module, x, parts = problem(cell_class, num_layers, bidirectional)
    stack = stack_from_torch(module)
    run = stack(x, our_state(cell_class, parts, bidirectional), LENGTHS)
    share = random_tensor(np.random.default_rng(1), *run.outputs.shape)
    (share * run.outputs).sum().backward()
    (share * run_torch(module, x, parts, LENGTHS)[0]).sum().backward()

    moved = to_torch(with_gradients_for_weights(stack))
    for name, weight in moved.named_parameters():
        if name.startswith("bias_hh") and cell_class is not GRUResetAfterCell:
            continue  # both of PyTorch's biases get the gradient of ours
        expected = getattr(module, name).grad
        if name.startswith("bias_hh"):  # of these only the candidate's is one of our own
            weight, expected = weight[-SIZES[3] :], expected[-SIZES[3] :]
        assert_close(weight.detach(), expected, 1e-10)


def with_gradients_for_weights(stack):
    """A copy of the stack whose every weight is its gradient."""
    twin = copy.deepcopy(stack)
    with torch.no_grad():
        for weight, original in zip(twin.parameters(), stack.parameters(), strict=True):
            weight.copy_(original.grad)
    return twin


@every_cell_in_torch
@some_examples
@given(
    sizes=st.tuples(*(st.integers(1, 4) for _ in range(4))),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_any_sizes_equal_torch_without_a_state(cell_class, sizes, num_layers, bidirectional, seed):
    module, x, _ = problem(cell_class, num_layers, bidirectional, sizes, seed)
    assert_close(stack_from_torch(module)(x).outputs, module(x)[0], 1e-12)


@every_cell_in_torch
def test_one_sequence_alone_needs_no_batch(cell_class):
    module, x, _ = problem(cell_class, 2, True)
    assert_close(stack_from_torch(module)(x[:, 0]).outputs, module(x[:, 0])[0], 1e-12)


# Weights from and to PyTorch


@every_cell_in_torch
@every_shape
@pytest.mark.filterwarnings("ignore:dropout option")  # of a single layer
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_a_module_survives_the_way_here_and_back(cell_class, num_layers, bidirectional, dtype):
    settings = dict(num_layers=num_layers, bidirectional=bidirectional, dropout=0.5)
    module = torch_module(cell_class, 3, 4, dtype=dtype, **settings)
    stack = stack_from_torch(module)
    back = to_torch(stack)
    assert {p.dtype for p in stack.parameters()} == {p.dtype for p in back.parameters()} == {dtype}
    assert (repr(back), stack.dropout) == (repr(module), 0.5)
    again = stack_from_torch(back)
    for (name, one), other in zip(stack.named_parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other), name


@pytest.mark.filterwarnings("error")
def test_one_layer_of_each_kind_becomes_torchs_module():
    x = torch.ones(5, 2, 3)
    cells = [LSTMCell(3, 4, seed=seed) for seed in (1, 2)]
    for layer in (Recurrent(cells[0]), Bidirectional(*cells), Stacked(cells[:1])):
        assert_close(to_torch(layer)(x)[0], layer(x).outputs, 1e-6)
    assert to_torch(cells[0]).weight_ih_l0.dtype == torch.float64


def test_a_stack_from_torch_has_weights_of_its_own():
    module = torch_module(LSTMCell, 3, 4, num_layers=2, bidirectional=True)
    stack = stack_from_torch(module)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(7)
    assert all((parameter != 7).all() for parameter in stack.parameters())


def test_a_module_without_biases_gives_biases_of_zero():
    module = torch_module(GRUResetAfterCell, 3, 4, num_layers=2, bias=False)
    for layer in stack_from_torch(module).layers:
        assert all((bias == 0).all() for bias in (*layer.b.values(), *layer.d.values()))


NOT_ALIKE = [
    (
        Stacked([LSTMCell(3, 4), LSTMCell(4, 5)]),
        "PyTorch's modules have one cell in all layers; "
        "here is LSTMCell of hidden_size=4 and LSTMCell of hidden_size=5",
    ),
    (
        Bidirectional(RNNCell(3, 4), LSTMCell(3, 4)),
        "PyTorch's modules have one cell in all layers; "
        "here is LSTMCell of hidden_size=4 and RNNCell of hidden_size=4",
    ),
    (
        Stacked([Bidirectional(RNNCell(3, 4), RNNCell(3, 4)), RNNCell(8, 4)]),
        "PyTorch's modules have as many directions in each layer; here it differs",
    ),
]


@pytest.mark.parametrize("layer, sentence", NOT_ALIKE, ids=[sentence for _, sentence in NOT_ALIKE])
def test_layers_that_are_not_alike_are_no_module(layer, sentence):
    with refused(ValueError, sentence):
        to_torch(layer)


def test_what_torch_does_not_have_is_refused():
    with refused(
        TypeError,
        "PyTorch has no module for GRUCell; it has one for LSTMCell, RNNCell, ReLURNNCell, "
        "GRUResetAfterCell, ProjectedLSTMCell",
    ):
        to_torch(Stacked([GRUCell(3, 4)]))


# On top of each other


@every_cell
def test_a_stack_is_its_cells_one_after_the_other(cell_class):
    cells = [cell_class(3, 4, seed=1)]
    for seed in (2, 3):
        cells.append(cell_class(Recurrent(cells[-1]).output_size, 4, seed=seed))
    outputs = random_input(np.random.default_rng(0), 6, 2, 3)
    run = Stacked(cells, dtype=torch.float64)(torch.from_numpy(outputs))
    reads = {}
    for cell, ours, state in zip(cells, run.runs, run.state, strict=True):
        alone = unroll(cell, outputs, **reads)
        outputs = alone.outputs
        reads = {name: alone.states[part] for name, part in cell.reads.items() if part}
        np.testing.assert_allclose(ours.outputs.detach(), outputs, rtol=0, atol=1e-12)
        for one, other in zip(state, alone.state, strict=True):
            np.testing.assert_allclose(one.detach(), other, rtol=0, atol=1e-12)
        for gate in cell.gates:
            theirs = alone.gates[gate]
            np.testing.assert_allclose(ours.gates[gate].detach(), theirs, rtol=0, atol=1e-12)
    assert torch.equal(run.outputs, run.runs[-1].outputs)


def test_cells_layers_and_directions_mix():
    tied = Recurrent(RNNCell(5, 5))
    both = Bidirectional(LSTMCell(4, 3), GRUCell(4, 2))
    stack = Stacked([LSTMCell(3, 4), both, tied, tied])
    assert (stack.input_size, stack.output_size) == (3, 5)
    assert [layer.output_size for layer in stack.layers] == [4, 5, 5, 5]
    run = stack(torch.ones(6, 2, 3), lengths=[2, 6])
    assert run.outputs.shape == (6, 2, 5)
    assert stack.layers[2] is stack.layers[3]
    assert run.runs[1].runs.backwards.gates["z"].shape == (6, 2, 2)


def test_a_state_may_be_given_for_some_of_the_layers():
    stack = Stacked([LSTMCell(3, 4), Bidirectional(RNNCell(4, 4), RNNCell(4, 4))])
    x, ones, zeros = torch.ones(6, 2, 3), torch.ones(2, 4), torch.zeros(2, 4)
    lstm, rnn = LSTMCell.State, RNNCell.State
    some = stack(x, [None, (None, rnn(ones))])
    whole = stack(x, [lstm(zeros, zeros), (rnn(zeros), rnn(ones))])
    assert torch.equal(some.outputs, whole.outputs)
    assert (some.outputs != stack(x).outputs)[..., 4:].any()
    assert torch.equal(some.outputs[..., :4], stack(x).outputs[..., :4])


def test_a_stack_goes_on_from_the_state_that_it_gave():
    stack = Stacked([LSTMCell(3, 4), GRUCell(4, 5)], dtype=torch.float64)
    x = random_tensor(np.random.default_rng(0), 6, 2, 3)
    first = stack(x[:4])
    both = torch.cat([first.outputs, stack(x[4:], first.state).outputs])
    assert torch.equal(both, stack(x).outputs)


@pytest.mark.parametrize("fill", [np.nan, np.inf, 1e308, 7.0], ids=str)
def test_padding_of_any_content_changes_nothing(fill):
    both = Bidirectional(LSTMCell(4, 4, seed=1), LSTMCell(4, 4, seed=2), torch.float64)
    stack = Stacked([LSTMCell(3, 4), both, GRUCell(8, 4)], dtype=torch.float64)
    results = []
    for content in (0.0, fill):
        stack.zero_grad()
        x = random_tensor(np.random.default_rng(0), 7, 4, 3)
        for k, length in enumerate(LENGTHS):
            x[length:, k] = content
        x.requires_grad_()
        run = stack(x, lengths=torch.tensor(LENGTHS))
        (run.outputs**2).sum().backward()
        results.append([run.outputs, x.grad, *(p.grad for p in stack.parameters())])
        for k, length in enumerate(LENGTHS):
            assert (run.outputs[length:, k] == 0).all() and (x.grad[length:, k] == 0).all()
            alone = stack(x[:length, k, None])
            assert_close(run.outputs[:length, k], alone.outputs[:, 0], 1e-14)
    for one, other in zip(*results, strict=True):
        assert one.isfinite().all() and torch.equal(one, other)


# Both directions


@every_cell
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "padded"])
def test_both_directions_are_two_runs(cell_class, lengths):
    one, other = cell_class(3, 4, seed=1), cell_class(3, 5, seed=2)
    x = random_input(np.random.default_rng(0), 7, 4, 3)
    layer = Bidirectional(one, other, dtype=torch.float64)
    run = layer(torch.from_numpy(x), lengths=lengths)
    assert run.outputs.shape == (7, 4, layer.output_size)
    for k, length in enumerate(lengths or [7] * 4):
        ahead, back = unroll(one, x[:length, k]), unroll(other, x[:length, k][::-1])
        expected = np.concatenate([ahead.outputs, back.outputs[::-1]], axis=-1)
        np.testing.assert_allclose(run.outputs[:length, k].detach(), expected, rtol=0, atol=1e-12)
        assert (run.outputs[length:, k] == 0).all()
        for name in one.gates:
            ours = run.runs.backwards.gates[name][:length, k].detach()
            np.testing.assert_allclose(ours, back.gates[name][::-1], rtol=0, atol=1e-12)
        for ours, theirs in zip(run.state, (ahead.state, back.state), strict=True):
            for part, alone in zip(ours, theirs, strict=True):
                np.testing.assert_allclose(part[k].detach(), alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "padded"])
def test_the_backward_cells_final_state_is_that_of_the_first_step(lengths):
    layer = Bidirectional(LSTMCell(3, 4), LSTMCell(3, 5))
    run = layer(torch.ones(7, 4, 3), lengths=lengths)
    for name, part in run.state.backwards._asdict().items():
        assert torch.equal(part, run.runs.backwards.states[name][0])
    assert torch.equal(run.state.backwards.h, run.outputs[0, :, 4:])
    assert torch.equal(run.outputs, torch.cat([each.outputs for each in run.runs], dim=-1))


def test_every_output_knows_the_whole_sequence_and_no_other():
    layer = Bidirectional(RNNCell(3, 4), RNNCell(3, 4, seed=1))
    x = torch.ones(7, 4, 3, requires_grad=True)
    for t in range(3):
        (gradient,) = torch.autograd.grad(layer(x, lengths=[3, 7, 3, 7]).outputs[t, 0].sum(), x)
        assert (gradient[:3, 0] != 0).all()
        assert (gradient[3:, 0] == 0).all() and (gradient[:, 1:] == 0).all()


# Dropout


def layers_for_dropout(dropout, **settings):
    module = torch_module(LSTMCell, 3, 16, num_layers=3, dropout=dropout, **settings)
    return module, stack_from_torch(module), random_tensor(np.random.default_rng(0), 9, 4, 3)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("dropout", [0.2, 0.7, 1.0])
def test_in_training_the_masks_are_torchs(dropout, bidirectional):
    module, stack, x = layers_for_dropout(dropout, bidirectional=bidirectional)
    torch.manual_seed(5)
    ours = stack(x)
    torch.manual_seed(5)
    theirs, last = module(x)
    assert_close(ours.outputs, theirs, 1e-12)
    assert_close(torch.stack(their_state(ours.state, bidirectional)), torch.stack(last), 1e-12)
    assert (stack(x).outputs != ours.outputs).any() or dropout == 1.0  # a new mask each time


def test_what_goes_up_is_zero_or_scaled_and_the_last_layer_is_whole():
    _, stack, x = layers_for_dropout(0.25)
    seen = []
    for layer in stack.layers:
        layer.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    run = stack(x)
    assert seen[0] is x
    for below, read in zip(run.runs, seen[1:], strict=False):
        dropped = read == 0
        assert_close(read[~dropped], below.outputs[~dropped] / 0.75, 1e-15)
        assert 0.15 < dropped.double().mean() < 0.35
    assert (run.outputs != 0).all() and torch.equal(run.outputs, run.runs[-1].outputs)


def test_without_dropout_and_without_training_nothing_is_dropped():
    _, stack, x = layers_for_dropout(0.0)
    _, dropping, _ = layers_for_dropout(0.5)
    expected = stack(x).outputs
    assert (dropping(x).outputs != expected).any()
    assert torch.equal(dropping.eval()(x).outputs, expected)
    assert torch.equal(stack.eval()(x).outputs, expected)


def test_dropout_has_nothing_to_do_in_one_layer():
    x = torch.ones(5, 2, 3)
    one, other = Stacked([LSTMCell(3, 4)], dropout=0.9), Recurrent(LSTMCell(3, 4))
    assert torch.equal(one(x).outputs, other(x).outputs)


# What a cell reads of the layer below


class Looking(Cell):
    """An RNN that adds the memory of the layer below."""

    gates = ("h",)
    reads = {"c_below": "c", "clock": None}

    def step(self, a, s):
        h = a.h.tanh() + s.c_below + s.clock
        return self.State(h=h), self.Gates(h=h)


def test_a_cell_is_given_what_it_reads_of_the_layer_below():
    low, top = LSTMCell(3, 4, seed=1), Looking(4, 4, seed=2)
    x = random_tensor(np.random.default_rng(0), 6, 2, 3)
    stack = Stacked([low, top], dropout=0.5, dtype=torch.float64).eval()
    run = stack(x, lengths=[6, 3])
    below, layer = run.runs[0], stack.layers[1]
    told = layer(below.outputs, lengths=[6, 3], c_below=below.states["c"])
    assert torch.equal(run.outputs, told.outputs)
    without = layer(below.outputs, lengths=[6, 3]).outputs
    assert_close(run.outputs[0], without[0] + below.states["c"][0], 1e-15)
    assert (run.outputs != without).any()
    assert (run.outputs[3:, 1] == 0).all()


@pytest.mark.parametrize("cell_class, part", [(DepthGatedLSTMCell, "c"), (GridLSTMCell, "c_up")])
def test_a_memory_that_comes_up_makes_a_difference(cell_class, part):
    stack = Stacked([cell_class(3, 4), cell_class(4, 4, seed=1)], dtype=torch.float64)
    x = random_tensor(np.random.default_rng(0), 6, 2, 3).requires_grad_()
    run = stack(x)
    below, layer = run.runs[0], stack.layers[1]
    told = layer(below.outputs, c_below=below.states[part])
    assert torch.equal(run.outputs, told.outputs)
    assert (run.outputs != layer(below.outputs).outputs).all()
    (gradient,) = torch.autograd.grad(run.outputs.sum(), below.states[part], retain_graph=True)
    assert (gradient != 0).all()


def test_the_lowest_depth_gated_layer_is_an_lstm():
    lstm, gated = (cell(3, 4, seed=1) for cell in (LSTMCell, DepthGatedLSTMCell))
    for kind, weights in lstm.weights.items():
        weights.update({gate: gated.weights[kind][gate] for gate in weights})
    x = torch.ones(6, 2, 3)
    assert_close(Stacked([gated])(x).outputs, Stacked([lstm])(x).outputs, 1e-7)


def test_the_lowest_layer_reads_zeros():
    x, zeros = torch.ones(6, 2, 3), torch.zeros(6, 2, 4)
    layer = Recurrent(Looking(3, 4))
    assert torch.equal(Stacked([layer])(x).outputs, layer(x, c_below=zeros).outputs)


READS = "layer 2 reads c_below, the state 'c' of layer 1, as 4 numbers; its shape there is"
BAD_BELOW = [
    ([GRUCell(3, 4), Looking(4, 4)], f"{READS} none"),
    ([LSTMCell(3, 5), Looking(5, 4)], f"{READS} (5,)"),
    ([Bidirectional(LSTMCell(3, 2), LSTMCell(3, 2)), Looking(4, 4)], f"{READS} none"),
]


@pytest.mark.parametrize("cells, sentence", BAD_BELOW, ids=[sentence for _, sentence in BAD_BELOW])
def test_a_layer_without_what_the_next_reads_is_refused(cells, sentence):
    with refused(ValueError, sentence):
        Stacked(cells)


# Modules like any other, and sentences for the person


def test_each_layer_has_parameters_of_its_own():
    cell = LSTMCell(4, 4)
    stack = Stacked([cell, Bidirectional(cell, cell), LSTMCell(8, 4)])
    assert len({id(p) for p in stack.parameters()}) == 4 * 3 * 4
    names = set(stack.state_dict())
    assert {"layers.0.W.f", "layers.1.forwards.W.f", "layers.1.backwards.b.o"} < names
    twin = copy.deepcopy(stack)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.zero_()
    assert all((parameter != 0).any() for parameter in stack.parameters())
    assert all((weight != 0).all() for weight in cell.W.values())


def test_parameters_have_torchs_default_dtype_unless_told():
    cell = LSTMCell(4, 4)
    for layer in (Stacked([cell]), Bidirectional(cell, cell)):
        assert {p.dtype for p in layer.parameters()} == {torch.float32}
    for layer in (Stacked([cell], dtype=torch.float64), Bidirectional(cell, cell, torch.float64)):
        assert {p.dtype for p in layer.parameters()} == {torch.float64}


def test_a_stack_prints_its_layers_and_dropout():
    text = repr(Stacked([LSTMCell(3, 4), Bidirectional(RNNCell(4, 4), RNNCell(4, 5))], 0.5))
    for line in ("dropout=0.5", "LSTMCell, 3, 4", "(forwards): Recurrent(", "RNNCell, 4, 5"):
        assert line in text


BAD_STACKS = [
    ([], ValueError, "cells is empty; a stack has one layer or more"),
    (
        [LSTMCell(3, 4), LSTMCell(3, 4)],
        ValueError,
        "layer 2 has input_size=3, and layer 1 puts out 4 numbers",
    ),
    (
        [LSTMCell(3, 4), Bidirectional(LSTMCell(4, 4), LSTMCell(4, 2)), LSTMCell(4, 4)],
        ValueError,
        "layer 3 has input_size=4, and layer 2 puts out 6 numbers",
    ),
    (
        [LSTMCell(3, 4), nn.LSTM(4, 4)],
        TypeError,
        "layer 2 is a LSTM; give a cell, a Recurrent or a Bidirectional",
    ),
]


@pytest.mark.parametrize(
    "cells, error, sentence", BAD_STACKS, ids=[sentence for *_, sentence in BAD_STACKS]
)
def test_layers_that_do_not_fit_are_refused(cells, error, sentence):
    with refused(error, sentence):
        Stacked(cells)


@pytest.mark.parametrize("dropout", [-0.1, 1.5, float("nan")])
def test_a_probability_that_is_none_is_refused(dropout):
    with refused(ValueError, f"dropout is {dropout}; a probability is from 0 to 1"):
        Stacked([LSTMCell(3, 4)], dropout)


def test_directions_that_do_not_fit_are_refused():
    with refused(
        ValueError,
        "cell_backward has input_size=5, and cell_forward has 3: both read the same sequence",
    ):
        Bidirectional(LSTMCell(3, 4), LSTMCell(5, 4))
    with refused(TypeError, "cell_backward is a Stacked; give a cell or a Recurrent"):
        Bidirectional(LSTMCell(3, 4), Stacked([LSTMCell(3, 4)]))


@pytest.mark.parametrize("state", [torch.ones(2, 4), [None], [None] * 3, {"h": 1, "c": 2}], ids=str)
def test_a_state_of_the_wrong_form_is_refused(state):
    x = torch.ones(5, 2, 3)
    with refused(TypeError, "state must be a list of 2: one state for each layer, or None"):
        Stacked([LSTMCell(3, 4), LSTMCell(4, 4)])(x, state)
    with refused(
        TypeError, "state must be a pair: the forward cell's state, and the backward one's"
    ):
        Bidirectional(LSTMCell(3, 4), LSTMCell(3, 4))(x, state)


def test_what_is_wrong_with_a_sequence_is_said_as_for_one_cell():
    both = Bidirectional(LSTMCell(3, 4), LSTMCell(3, 4))
    for layer in (both, Stacked([both])):
        with refused(ValueError, "x has 8 features, this cell expects input_size=3"):
            layer(torch.ones(5, 2, 8))
        with refused(ValueError, "lengths[1] is 6, and x has 5 steps"):
            layer(torch.ones(5, 2, 3), lengths=[5, 6])
    with refused(
        TypeError, "state must be a pair: the forward cell's state, and the backward one's"
    ):
        both(torch.ones(5, 2, 3), LSTMCell.State(torch.ones(2, 4), torch.ones(2, 4)))


def test_one_layer_is_what_from_torch_gives():
    module = torch_module(LSTMCell, 3, 4)
    (layer,) = stack_from_torch(module).layers
    cell = from_torch(module)
    for kind, weights in cell.weights.items():
        for gate, weight in weights.items():
            np.testing.assert_array_equal(getattr(layer, kind)[gate].detach(), weight)
