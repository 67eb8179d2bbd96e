"""Compiled code computes what the readable steps do: every value and every gradient, of every cell,
however it is called."""

import copy
import gc
import io
import pickle
import threading
import weakref

import numpy as np
import pytest
import torch
from oracles import CELLS
from precision import default_dtype
from torch.nn.utils import parametrizations, prune
from torch.utils._pytree import tree_map
from two_paths import assert_same, both, everything, inputs, paths, values

from lstm_lib.cells import (
    ClockworkRNNCell,
    DepthGatedLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    LSTMCell,
    MinGRUCell,
    MLSTMCell,
    MLSTMGivenQKVCell,
    PeepholeLSTMCell,
    ProjectedLSTMCell,
    ReLURNNCell,
    RNNCell,
    SLSTMCell,
    SRUCell,
)
from lstm_lib.equations import backend
from lstm_lib.layers import Bidirectional, Recurrent, Stacked
from lstm_lib.sequences import compiled, unroll
from lstm_lib.sequences.products import split_evenly
from lstm_lib.sequences.unroll import given

NOT_COMPILED = {MLSTMCell, MLSTMGivenQKVCell}
"""Cells with a matrix for their state."""

COMPILED = [cell for cell in CELLS if cell not in NOT_COMPILED]
every_cell = pytest.mark.parametrize("cell_class", COMPILED)
some_cells = pytest.mark.parametrize(
    "cell_class",
    [LSTMCell, PeepholeLSTMCell, GRUResetAfterCell, GRUCell, ProjectedLSTMCell, SLSTMCell, SRUCell],
)


def layer_of(cell_class, input_size=3, hidden_size=7, dtype=torch.float64, **settings):
    return Recurrent(cell_class(input_size, hidden_size, seed=1, **settings), dtype=dtype)


# Every cell


@every_cell
@pytest.mark.parametrize("only", [None, "outputs"], ids=["everywhere", "output"])
def test_values_and_gradients_are_those_of_the_steps(cell_class, only):
    layer = layer_of(cell_class)
    leaves = inputs(layer.cell, 5, 13)
    assert_same(lambda: everything(layer, *leaves, only=only))


@every_cell
def test_padding_reaches_nothing(cell_class):
    layer = layer_of(cell_class)
    x, state, reads = inputs(layer.cell, 5, 4)
    lengths = torch.tensor([2, 5, 1, 3])
    past = torch.arange(5)[:, None] >= lengths
    with torch.no_grad():
        for value in (x, *reads.values()):
            value[past] = torch.nan
    assert_same(lambda: everything(layer, x, state, reads, lengths))
    found = everything(layer, x, state, reads, lengths)
    for name, value in found.items():
        assert value.isfinite().all() or name in {"x", *reads}, name
    assert not found["d/d x"][past].any() and not found["outputs"][past].any()


@every_cell
def test_one_sequence_needs_no_batch(cell_class):
    layer = layer_of(cell_class)
    leaves = inputs(layer.cell, 4)
    assert_same(lambda: everything(layer, *leaves))


@every_cell
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (3, 2, 5, 5)], ids=str)
def test_sizes_may_be_one_and_the_same(cell_class, sizes):
    layer = layer_of(cell_class, *sizes[2:])
    leaves = inputs(layer.cell, *sizes[:2])
    assert_same(lambda: everything(layer, *leaves))


@some_cells
@pytest.mark.parametrize("only", [None, "outputs"], ids=["everywhere", "output"])
def test_float32_is_as_near_to_float64_as_the_steps_are(cell_class, only):
    layer = layer_of(cell_class, dtype=torch.float32)
    leaves = inputs(layer.cell, 5, 13, dtype=torch.float32)
    ours, readable = both(lambda: everything(layer, *leaves, only=only))
    layer.double()
    x, state, reads = leaves
    x, state = x.detach().double().requires_grad_(), [s.detach().double() for s in state]
    state = layer.cell.State(*(s.requires_grad_() for s in state))
    reads = {name: value.detach().double().requires_grad_() for name, value in reads.items()}
    exact = both(lambda: everything(layer, x, state, reads, only=only))[1]
    eps = torch.finfo(torch.float32).eps
    for name, value in exact.items():
        scale = value.abs().max() + 1
        error, theirs = ((each[name] - value).abs().max() for each in (ours, readable))
        # Each of 5 steps rounds some tens of times.
        assert error <= 2 * theirs + 20 * eps * scale, name


@every_cell
def test_cells_that_differ_in_their_weights_alone_share_their_code(cell_class):
    one, other = (Recurrent(cell_class(3, 300, seed=seed)).bare_cell for seed in (1, 2))
    assert compiled.code_of(one) is compiled.code_of(other)


@pytest.mark.parametrize(
    "other",
    [
        LSTMCell(3, 5),
        LSTMCell(4, 4),
        PeepholeLSTMCell(3, 4),
        type("Other", (LSTMCell,), {})(3, 4),
    ],
    ids=lambda cell: f"{type(cell).__name__} {cell.input_size} {cell.hidden_size}",
)
def test_other_sizes_and_other_classes_have_code_of_their_own(other):
    one, other = Recurrent(LSTMCell(3, 4)).bare_cell, Recurrent(other).bare_cell
    assert compiled.code_of(one) is not compiled.code_of(other)


@pytest.mark.parametrize("periods", [(1, 2), (2, 1, 1), (1, 3)], ids=str)
def test_another_setting_has_code_of_its_own(periods):
    first = Recurrent(ClockworkRNNCell(3, 8, periods=(1, 2, 4, 8))).bare_cell
    compiled.code_of(first)
    layer = layer_of(ClockworkRNNCell, hidden_size=8, periods=periods)
    leaves = inputs(layer.cell, 5, 2)
    assert_same(lambda: everything(layer, *leaves))


class Scaled(RNNCell):
    factors = ()

    def step(self, a, s):
        h = a.h * sum(self.factors, start=self.zero)
        return self.State(h=h), self.Gates(h=h)


def test_settings_that_are_nearly_the_same_are_not_taken_for_the_same():
    found = set()
    for zero, factors in [(0.0, ()), (-0.0, ()), (0.0, (2.0,)), (0.0, (3.0,)), (0.0, (2.0, 0.5))]:
        cell = Scaled(1, 1, seed=1)
        cell.zero, cell.factors = zero, factors
        outputs = Recurrent(cell)(torch.ones(1, 1, 1)).outputs
        found.add(repr(outputs.item()))
    assert len(found) == 5


def test_changing_a_cells_array_changes_no_other_cell():
    changed = ClockworkRNNCell(3, 8)
    Recurrent(changed)(torch.ones(2, 1, 3))
    changed.slower[:] = 1
    layer = layer_of(ClockworkRNNCell, hidden_size=8)
    leaves = inputs(layer.cell, 5, 2)
    assert_same(lambda: everything(layer, *leaves))


@pytest.mark.parametrize("cell_class", [LSTMCell, MLSTMCell])
def test_nothing_of_a_call_outlives_it(cell_class):
    layer, x = Recurrent(cell_class(3, 4)), torch.ones(2, 1, 3)
    layer(x)
    read = weakref.ref(x)
    del x
    gc.collect()
    assert read() is None


@pytest.mark.parametrize("cell_class", [LSTMCell, MLSTMCell])
def test_no_weights_outlive_their_cell(cell_class):
    cell, x = cell_class(3, 4), np.ones((2, 1, 3))
    unroll(cell, x)
    weights, read = weakref.ref(cell.W["f"]), weakref.ref(x)
    del cell, x
    gc.collect()
    assert weights() is None and read() is None


def test_all_cells_are_compiled_but_for_these():
    for cell_class in CELLS:
        name = "readable" if cell_class in NOT_COMPILED else "compiled"
        assert backend(cell_class(3, 4)).name == name, cell_class


@pytest.mark.parametrize("cell_class", sorted(NOT_COMPILED, key=str))
def test_a_cell_with_a_matrix_for_its_state_takes_its_steps(cell_class):
    layer = layer_of(cell_class)
    x = torch.randn(4, 2, 3, dtype=torch.float64)
    assert_same(lambda: values(layer(x)), "readable", atol=0)
    assert "not a row of numbers" in backend(layer).why or "takes a row" in backend(layer).why


def test_heads_take_their_steps():
    layer = layer_of(SLSTMCell, hidden_size=8, num_heads=2)
    leaves = inputs(layer.cell, 4, 2)
    assert_same(lambda: everything(layer, *leaves), "readable", atol=0)


@every_cell
@pytest.mark.parametrize("lengths", [None, [2, 5, 1]], ids=str)
def test_arrays_have_the_same_values(cell_class, lengths, monkeypatch):
    monkeypatch.setattr(compiled, "WORTH_COMPILING", 0)
    cell = cell_class(3, 7, seed=1)
    x, state, reads = (
        tree_map(lambda tensor: tensor.detach().numpy(), each) for each in inputs(cell, 5, 3)
    )
    lengths = lengths and np.array(lengths)
    ours, readable = both(lambda: values(unroll(cell, x, state, lengths, **reads)), None)
    for name, value in readable.items():
        assert type(ours[name]) is np.ndarray and ours[name].dtype == np.float64
        np.testing.assert_allclose(ours[name], value, rtol=1e-12, atol=1e-12, err_msg=name)
    assert compiled.arrays_compiled(cell, given(cell, x, state, lengths, reads)) is not None


# Numbers that are large, or none


def pattern(value):
    """Where a tensor is NaN, and where it is infinite, with its sign."""
    return value.nan_to_num(nan=3, posinf=1, neginf=-1).where(~value.isfinite(), 0)


@every_cell
def test_saturated_gates_are_saturated(cell_class):
    layer = layer_of(cell_class)
    x, state, reads = inputs(layer.cell, 4, 3)
    with torch.no_grad():
        for value in (x, *layer.parameters()):
            value *= 1000
    ours, readable = both(lambda: everything(layer, x, state, reads))
    for name, value in readable.items():
        assert torch.equal(pattern(ours[name]), pattern(value)), name
        one, other = (torch.where(each.isfinite(), each, 0) for each in (ours[name], value))
        scale = other.abs().max() + 1
        torch.testing.assert_close(one / scale, other / scale, rtol=0, atol=1e-12)


@every_cell
@pytest.mark.parametrize("number", [torch.inf, -torch.inf, torch.nan], ids=str)
def test_infinity_and_nan_go_where_they_do_in_the_steps(cell_class, number):
    layer = layer_of(cell_class)
    x, state, reads = inputs(layer.cell, 4, 3)
    with torch.no_grad():
        x[1, 0, 0] = number
    ours, readable = both(lambda: values(layer(x, state, **reads)))
    for name, value in readable.items():
        assert torch.equal(pattern(ours[name]), pattern(value)), name
        assert ours[name][..., 1:, :].isfinite().all()


# For PyTorch's relu, 0 times an infinite gradient is 0; for compiled code it is NaN.
@pytest.mark.parametrize("cell_class", [cell for cell in COMPILED if cell is not ReLURNNCell])
@pytest.mark.parametrize("number", [torch.inf, torch.nan], ids=str)
def test_gradients_are_infinite_or_nan_where_those_of_the_steps_are(cell_class, number):
    layer = layer_of(cell_class)
    x, state, reads = inputs(layer.cell, 4, 3)
    with torch.no_grad():
        x[1, 0, 0] = number
    ours, readable = both(lambda: everything(layer, x, state, reads))
    for name, value in readable.items():
        assert torch.equal(pattern(ours[name]), pattern(value)), name


# Derivatives


@some_cells
def test_gradients_are_those_of_finite_differences(cell_class):
    layer = layer_of(cell_class, 2, 3)
    x, state, reads = inputs(layer.cell, 3, 2)

    def function(x, *rest):
        run = layer(x, layer.cell.State(*rest[: len(state)]), **reads)
        return (*run.states.values(), *run.gates.values(), *run.state)

    leaves = (x, *state, *layer.parameters())  # weights are read where they are
    right, taken = paths(lambda: torch.autograd.gradcheck(function, leaves, fast_mode=True))
    assert right and set(taken) == {"compiled"}


@pytest.mark.parametrize("cell_class", [LSTMCell, GRUCell, ProjectedLSTMCell, SLSTMCell])
def test_second_derivatives_are_those_of_finite_differences(cell_class):
    layer = layer_of(cell_class, 2, 3)
    x, state, reads = inputs(layer.cell, 3, 2)

    def function(x, *rest):
        run = layer(x, layer.cell.State(*rest[: len(state)]), **reads)
        return run.outputs, *run.state

    leaves = (x, *state, *layer.parameters())
    assert torch.autograd.gradgradcheck(function, leaves, fast_mode=True)


@pytest.mark.parametrize("lengths", [None, [3, 1]], ids=str)
def test_a_penalty_on_gradients_is_the_same(lengths):
    layer = layer_of(PeepholeLSTMCell)
    x, state, _ = inputs(layer.cell, 3, 2)
    lengths = lengths and torch.tensor(lengths)

    def penalty():
        run = layer(x, state, lengths)
        (slope,) = torch.autograd.grad(run.outputs.tanh().sum(), x, create_graph=True)
        total = (slope**2).sum() + run.state.c.sum()
        leaves = (x, *state, *layer.parameters())
        return dict(enumerate(torch.autograd.grad(total, leaves)))

    assert_same(penalty)


# A module like any other


def test_a_graph_is_walked_back_through_twice():
    layer = layer_of(LSTMCell)
    x, state, _ = inputs(layer.cell, 4, 2)
    loss = (layer(x, state).outputs ** 2).sum()
    leaves = (x, *state, *layer.parameters())
    first = torch.autograd.grad(loss, leaves, retain_graph=True)
    second = torch.autograd.grad(loss, leaves)
    assert all(map(torch.equal, first, second))
    with pytest.raises(RuntimeError, match="second time"):
        torch.autograd.grad(loss, leaves)


@every_cell
def test_outputs_may_be_changed_in_place(cell_class):
    layer = layer_of(cell_class)
    x, state, reads = inputs(layer.cell, 4, 2)

    def changed():
        run = layer(x, state, **reads)
        run.outputs.mul_(3)
        run.outputs[0] = 0
        leaves = {"x": x, **state._asdict(), **dict(layer.named_parameters())}
        found = torch.autograd.grad(
            (run.outputs**2).sum(), leaves.values(), allow_unused=True, materialize_grads=True
        )
        return dict(zip(leaves, found, strict=True))

    assert_same(changed)


@pytest.mark.parametrize("cell_class", [LSTMCell, GRUCell, MinGRUCell])
def test_gates_and_states_changed_in_place_are_an_error_and_never_a_wrong_gradient(cell_class):
    layer = layer_of(cell_class)
    x, _, _ = inputs(layer.cell, 4, 2)
    for kind, names in (("gates", layer.cell.gates), ("states", layer.cell.state)):
        for name in set(names) - {"h"}:
            run = layer(x)
            with pytest.raises(RuntimeError, match="inplace|in-place"):
                getattr(run, kind)[name].zero_()
                run.outputs.sum().backward()


def test_a_final_state_may_be_changed_in_place():
    layer = layer_of(LSTMCell)
    x, _, _ = inputs(layer.cell, 4, 2)

    def changed():
        run = layer(x)
        run.state.c.mul_(2)
        run.state.h.zero_()
        return {"x": torch.autograd.grad(run.outputs.sum() + run.state.c.sum(), x)[0]}

    assert_same(changed)


@pytest.mark.parametrize("frozen", ["x", "W.f", "weights", "all but b.o", "all"])
def test_what_is_frozen_has_no_gradient_and_changes_no_other(frozen):
    layer = layer_of(LSTMCell)
    x, state, _ = inputs(layer.cell, 4, 2)
    for name, weight in layer.named_parameters():
        weight.requires_grad_(
            not (frozen == name or frozen in ("weights", "all"))
            and (frozen != "all but b.o" or name == "b.o")
        )
    for value in (x, *state):
        value.requires_grad_(frozen not in ("x", "all but b.o", "all"))
    assert_same(lambda: everything(layer, x, state))
    assert layer(x, state).outputs.requires_grad == (frozen != "all")


@some_cells
@pytest.mark.parametrize("without", [torch.no_grad, torch.inference_mode])
def test_values_need_no_gradients(cell_class, without):
    layer = layer_of(cell_class)
    x, state, reads = inputs(layer.cell, 4, 2)

    def run():
        with without():
            return values(layer(x, state, **reads))

    assert_same(run)
    assert not any(value.requires_grad for value in run().values())
    for name, value in values(layer(x, state, **reads)).items():
        assert torch.equal(run()[name], value), name


def test_tensors_need_not_be_contiguous():
    layer = layer_of(LSTMCell)
    x, state, _ = inputs(layer.cell, 4, 6)
    x = x.detach()[:, ::2].transpose(0, 1).contiguous().transpose(0, 1).requires_grad_()
    state = layer.cell.State(*(s.detach()[0].expand(3, 7).requires_grad_() for s in state))
    with torch.no_grad():
        for gate in "fi":
            layer.W[gate] = torch.nn.Parameter(torch.randn(3, 7, dtype=torch.float64).T)
    assert not x.is_contiguous() and not layer.W["f"].is_contiguous()
    assert_same(lambda: everything(layer, x, state))

    def summed():  # its gradient has stride 0
        leaves = [x, *layer.parameters()]
        return dict(enumerate(torch.autograd.grad(layer(x, state).outputs.sum(), leaves)))

    assert_same(summed)


def test_a_parameter_may_be_the_input_or_the_first_state():
    layer = layer_of(LSTMCell)
    x, state, _ = inputs(layer.cell, 4, 2)
    state = layer.cell.State(*map(torch.nn.Parameter, state))
    assert_same(lambda: everything(layer, torch.nn.Parameter(x), state, only="outputs"))


def test_a_weight_that_is_shared_has_the_sum_of_its_gradients():
    layer = layer_of(LSTMCell)
    layer.U["i"] = layer.U["f"]
    x, state, _ = inputs(layer.cell, 4, 2)
    assert_same(lambda: everything(layer, x, state))


@pytest.mark.parametrize("lengths", [None, [4, 2]], ids=str)
def test_stacks_and_both_directions(lengths):
    with default_dtype(torch.float64):
        both_ways = Bidirectional(LSTMCell(3, 4), GRUCell(3, 4, seed=2))
        layer = Stacked([both_ways, LSTMCell(8, 4), DepthGatedLSTMCell(4, 4, seed=3)])
    x = torch.randn(4, 2, 3, dtype=torch.float64).requires_grad_()
    lengths = lengths and torch.tensor(lengths)

    def run():
        run = layer(x, lengths=lengths)
        leaves = {"x": x, **dict(layer.named_parameters())}
        gradients = torch.autograd.grad((run.outputs**3).sum(), leaves.values())
        return {"y": run.outputs, **dict(zip(leaves, gradients, strict=True))}

    assert_same(run)


def test_a_layer_that_has_run_is_stored_and_copied_as_before():
    layer = layer_of(ClockworkRNNCell)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    x = torch.randn(4, 2, 3, dtype=torch.float64)
    expected = layer(x).outputs
    assert layer.state_dict().keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())
    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    copies = (
        copy.copy(layer),
        copy.deepcopy(layer),
        pickle.loads(pickle.dumps(layer)),
        torch.load(file, weights_only=False),
    )
    for twin in copies:
        run, taken = paths(lambda twin=twin: twin(x))
        assert taken == ["compiled"] and torch.equal(run.outputs, expected)


def test_weights_that_are_computed_are_used_and_learn():
    layer = layer_of(LSTMCell)
    parametrizations.weight_norm(layer.W, "f")
    prune.random_unstructured(layer.U, "o", amount=0.5)
    x, state, _ = inputs(layer.cell, 4, 2)
    with torch.no_grad():
        layer.W.parametrizations.f.original0.mul_(2)
    assert_same(lambda: everything(layer, x, state))
    assert everything(layer, x, state)["d/d W.parametrizations.f.original0"].any()


def test_functional_call_uses_the_weights_that_it_is_given():
    layer = layer_of(LSTMCell)
    x, state, _ = inputs(layer.cell, 4, 2)
    given = {n: (2 * p).detach().requires_grad_() for n, p in layer.named_parameters()}

    def call():
        run = torch.func.functional_call(layer, given, (x, state))
        gradients = torch.autograd.grad(run.outputs.sum(), given.values())
        return {"y": run.outputs, **dict(zip(given, gradients, strict=True))}

    assert_same(call)
    assert (call()["y"] != layer(x, state).outputs).any()


# Threads


def test_two_threads_compute_the_same_as_one():
    layer = layer_of(PeepholeLSTMCell, 9, 33)
    leaves = inputs(layer.cell, 20, 17)
    threads, found = torch.get_num_threads(), []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            assert len(split_evenly(17, 2**20, torch.get_num_threads())) == count
            found.append(everything(layer, *leaves))
    finally:
        torch.set_num_threads(threads)
    for name, value in found[0].items():
        torch.testing.assert_close(found[1][name], value, rtol=1e-12, atol=1e-12)
    assert torch.equal(found[0]["outputs"], found[1]["outputs"])


def test_each_thread_adds_up_in_a_row_of_its_own(monkeypatch):
    layer = layer_of(PeepholeLSTMCell, 9, 33)
    leaves, seen, real = inputs(layer.cell, 20, 17), [], compiled.Code.weight_gradients

    def watched(code, memory, *rest):
        seen.append({name: memory[name].copy() for name in code.totals})
        return real(code, memory, *rest)

    monkeypatch.setattr(compiled.Code, "weight_gradients", watched)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        everything(layer, *leaves)
    finally:
        torch.set_num_threads(threads)
    (totals,) = seen
    used = {name: rows for name, rows in totals.items() if rows.any()}
    assert {"d_bias", "d_p_f", "d_p_i", "d_p_o"} == used.keys()
    for name, rows in used.items():
        assert len(rows) == 2 and rows.any(axis=1).all(), name


def test_several_threads_may_run_a_layer_at_once():
    layer = layer_of(LSTMCell)
    given = [inputs(layer.cell, 50, 4, seed=seed) for seed in range(4)]
    expected = [everything(layer, *each) for each in given]
    found = [None] * len(given)

    def run(k):
        for _ in range(20):
            found[k] = everything(layer, *given[k])

    threads = [threading.Thread(target=run, args=[k]) for k in range(len(given))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ours, theirs in zip(found, expected, strict=True):
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
