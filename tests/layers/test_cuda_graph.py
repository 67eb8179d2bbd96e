"""Layers whose steps are recorded as a CUDA graph."""

import copy
import gc
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch
from gpu import needs_a_gpu, on_gpu
from oracles import CELLS
from torch.nn.utils import parametrizations
from two_paths import everything, inputs, labelled

from lstm_lib.cells import ClockworkRNNCell, GRUCell, LSTMCell, RNNCell
from lstm_lib.layers import Bidirectional, Recurrent, Stacked
from lstm_lib.layers.cuda_graph import GRAPHS


def twins(cell, dtype=torch.float64):
    """A layer that records its steps, and one that runs them, on the GPU."""
    return [Recurrent(cell, dtype, cuda_graph=on).cuda() for on in (True, False)]


def random_x(seed=0, *sizes, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*(sizes or (5, 3, 3)), generator=generator, dtype=dtype).cuda()


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-12, atol=1e-12, msg=labelled(name))


def assert_alike(recorded, stepped, seeds=(0, 1, 2), only=None):
    for seed in seeds:  # the first records; all must differ from the one before
        x = random_x(seed).requires_grad_()
        assert_same(*(everything(layer, x, only=only) for layer in (recorded, stepped)))


def assert_same_gradients(layers, go_back):
    """The gradients of all weights, after ``go_back`` of each layer."""
    found = []
    for layer in layers:
        go_back(layer)
        found.append({name: weight.grad for name, weight in layer.named_parameters()})
    assert_same(*found)


# Where there is no GPU


def test_a_graph_needs_a_gpu():
    with pytest.raises(ValueError, match='x is on cpu: move the layer and x to a GPU, .to."cuda"'):
        Recurrent(LSTMCell(3, 4), cuda_graph=True)(torch.zeros(5, 2, 3))


def test_a_layer_says_that_it_records_a_graph():
    assert "cuda_graph=True" in repr(Recurrent(LSTMCell(3, 4), cuda_graph=True))
    assert "cuda_graph" not in repr(Recurrent(LSTMCell(3, 4)))


# Values and gradients


@needs_a_gpu
@pytest.mark.parametrize("lengths", [None, [5, 2, 4]], ids=str)
@pytest.mark.parametrize("cell_class", CELLS)
def test_a_graph_computes_what_the_steps_do(cell_class, lengths):
    layers = twins(cell_class(3, 8, seed=1))
    for seed in range(3):
        leaves = on_gpu(inputs(layers[0].cell, 5, 3, seed=seed))
        assert_same(*(everything(layer, *leaves, lengths) for layer in layers))


@needs_a_gpu
def test_lengths_may_change():
    layers = twins(LSTMCell(3, 4))
    for lengths in ([5, 2, 4], [1, 1, 5], [5, 5, 5]):
        x = random_x().requires_grad_()
        assert_same(*(everything(layer, x, lengths=lengths) for layer in layers))


@needs_a_gpu
def test_one_sequence_needs_no_batch():
    recorded, stepped = twins(LSTMCell(3, 4))
    x = random_x(0, 5, 3).requires_grad_()
    assert_same(everything(recorded, x), everything(stepped, x))


@needs_a_gpu
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_other_precisions_are_those_of_the_steps(dtype):
    recorded, stepped = twins(LSTMCell(3, 8), dtype)
    x = random_x(dtype=dtype)
    torch.testing.assert_close(recorded(x).outputs, stepped(x).outputs)


@needs_a_gpu
def test_a_gradient_at_the_outputs_alone():
    assert_alike(*twins(LSTMCell(3, 4)), only="outputs")


@needs_a_gpu
def test_without_gradients_and_with_them_in_turns():
    recorded, stepped = twins(LSTMCell(3, 4))
    modes = [torch.no_grad, torch.inference_mode, torch.enable_grad] * 2
    for seed, mode in enumerate(modes):
        x = random_x(seed)
        with mode():
            ours, theirs = recorded(x).outputs, stepped(x).outputs
        torch.testing.assert_close(ours, theirs)
        assert ours.requires_grad == theirs.requires_grad
    assert_alike(recorded, stepped)


@needs_a_gpu
def test_frozen_weights_have_no_gradient():
    recorded, stepped = twins(LSTMCell(3, 4))
    assert_alike(recorded, stepped)
    for layer in (recorded, stepped):
        layer.U.requires_grad_(False)
    assert_alike(recorded, stepped)


@needs_a_gpu
def test_weights_may_change():
    recorded, stepped = twins(LSTMCell(3, 4))
    for layer in (recorded, stepped):
        optimiser = torch.optim.Adam(layer.parameters(), lr=0.1)
        for seed in range(3):
            optimiser.zero_grad()
            layer(random_x(seed)).outputs.square().sum().backward()
            optimiser.step()
    for ours, theirs in zip(recorded.parameters(), stepped.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)
    recorded.load_state_dict(Recurrent(LSTMCell(3, 4, seed=7), torch.float64).state_dict())
    assert_alike(recorded, Recurrent(LSTMCell(3, 4, seed=7), torch.float64).cuda())


@needs_a_gpu
def test_parametrised_weights_are_computed_before():
    recorded, stepped = twins(LSTMCell(3, 4))
    for layer in (recorded, stepped):
        torch.manual_seed(0)
        parametrizations.spectral_norm(layer.U, "f")
    for layer in (recorded, stepped):
        layer.eval()
    assert_alike(recorded, stepped)


@needs_a_gpu
def test_layers_of_layers_with_graphs():
    def layer(cuda_graph):
        cells = (LSTMCell(3, 4, seed=1), LSTMCell(3, 4, seed=2), GRUCell(8, 5))
        first, second, third = (Recurrent(c, torch.float64, cuda_graph=cuda_graph) for c in cells)
        return Stacked([Bidirectional(first, second), third]).cuda()

    x = random_x()
    ours, theirs = (layer(on)(x, lengths=[5, 1, 3]).outputs for on in (True, False))
    torch.testing.assert_close(ours, theirs)


@needs_a_gpu
def test_a_copy_has_graphs_of_its_own():
    recorded, stepped = twins(LSTMCell(3, 4))
    assert_alike(recorded, stepped)
    assert_alike(copy.deepcopy(recorded), stepped)


# The graph's memory


@needs_a_gpu
def test_a_graph_leaves_earlier_results_alone():
    layer = Recurrent(LSTMCell(3, 4), cuda_graph=True).cuda()
    first = layer(torch.ones(5, 2, 3, device="cuda")).outputs
    before = first.detach().clone()
    layer(torch.zeros(5, 2, 3, device="cuda"))
    assert (first == before).all()


@needs_a_gpu
def test_results_and_inputs_may_be_changed_before_the_backward_pass():
    def go_back(layer):
        x = random_x()
        run = layer(x)
        loss = run.outputs.square().sum()
        with torch.no_grad():
            run.gates["f"].zero_()
            if layer.cuda_graph:
                x.zero_()
        loss.backward()

    assert_same_gradients(twins(LSTMCell(3, 4)), go_back)


@needs_a_gpu
def test_the_backward_pass_of_an_earlier_run_is_refused():
    layer = Recurrent(LSTMCell(3, 4), cuda_graph=True).cuda()
    x = torch.ones(5, 2, 3, device="cuda")
    first, second = layer(x).outputs.sum(), layer(2 * x).outputs.sum()
    with pytest.raises(RuntimeError, match="ran again before the backward pass of an earlier run"):
        first.backward()
    second.backward()


@needs_a_gpu
def test_runs_of_other_shapes_do_not_disturb_each_other():
    def go_back(layer):
        losses = [layer(random_x(0, steps, 2, 3)).outputs.sum() for steps in (4, 6)]
        with torch.no_grad():
            layer(random_x(1, 4, 2, 3))
        sum(losses).backward()

    assert_same_gradients(twins(LSTMCell(3, 4)), go_back)


@needs_a_gpu
def test_a_second_backward_pass_is_refused():
    layer = Recurrent(LSTMCell(3, 4), torch.float64, cuda_graph=True).cuda()
    loss = layer(random_x()).outputs.sum()
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="has made the backward pass of this run"):
        loss.backward()


@needs_a_gpu
def test_one_backward_pass_may_come_from_several_places():
    def go_back(layer):
        run = layer(random_x())
        (run.outputs.sum() + run.gates["f"].square().sum() + run.state.c.sum()).backward()

    assert_same_gradients(twins(LSTMCell(3, 4)), go_back)


@needs_a_gpu
def test_gradients_add_up_and_stay():
    recorded, stepped = twins(LSTMCell(3, 4))
    found = []
    for layer in (recorded, stepped):
        each = []
        for seed in range(3):
            x = random_x(seed).requires_grad_()
            layer(x).outputs.square().sum().backward()
            each.append(x.grad)
        values = {name: weight.grad for name, weight in layer.named_parameters()}
        found.append(values | {f"x {k}": value for k, value in enumerate(each)})
    assert_same(*found)
    weights = list(recorded.parameters())
    first, second = (
        torch.autograd.grad(recorded(random_x(seed)).outputs.sum(), weights) for seed in (0, 1)
    )
    assert not any(torch.equal(one, other) for one, other in zip(first, second, strict=True))


@needs_a_gpu
def test_several_threads_and_streams_get_their_own_results():
    recorded, stepped = twins(LSTMCell(3, 4))
    inputs = [random_x(seed) for seed in range(40)]

    def answer(layer, x):
        with torch.no_grad(), torch.cuda.stream(torch.cuda.Stream()):
            torch.cuda.current_stream().wait_stream(torch.cuda.default_stream())
            outputs = layer(x).outputs
            torch.cuda.current_stream().synchronize()
            return outputs

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(partial(answer, recorded), inputs))
    for x, outputs in zip(inputs, found, strict=True):
        torch.testing.assert_close(outputs, stepped(x).outputs)


@needs_a_gpu
def test_a_layer_takes_its_graphs_with_it():
    gc.collect()
    before = len(GRAPHS)
    layer = Recurrent(LSTMCell(3, 4), torch.float64, cuda_graph=True).cuda()
    layer(random_x()).outputs.sum().backward()
    assert len(GRAPHS) == before + 1
    del layer
    gc.collect()
    assert len(GRAPHS) == before


# What a graph cannot hold


class Sloped(RNNCell):
    """A cell with a setting."""

    slope = 1.0

    def step(self, a, s):
        h = self.slope * a.h.tanh()
        return self.State(h=h), self.Gates(h=h)


class Leaky(RNNCell):
    """A cell whose state has the name of a gate, and another value."""

    def step(self, a, s):
        h = a.h.tanh()
        return self.State(h=0.9 * s.h + 0.1 * h), self.Gates(h=h)


class Counting(RNNCell):
    """A cell that does something else at each step."""

    steps = 0

    def step(self, a, s):
        self.steps += 1
        h = (a.h * self.steps).tanh()
        return self.State(h=h), self.Gates(h=h)


class Branching(RNNCell):
    def step(self, a, s):
        h = a.h.tanh() if a.h.sum() > 0 else -a.h
        return self.State(h=h), self.Gates(h=h)


class Noisy(RNNCell):
    def step(self, a, s):
        h = (a.h + torch.randn_like(a.h)).tanh()
        return self.State(h=h), self.Gates(h=h)


@needs_a_gpu
def test_a_setting_that_is_set_anew_is_recorded_anew():
    recorded, stepped = twins(Sloped(3, 4))
    assert_alike(recorded, stepped)
    for layer in (recorded, stepped):
        layer.bare_cell.slope = 0.5
    assert_alike(recorded, stepped)


@needs_a_gpu
def test_a_state_and_a_gate_may_have_one_name():
    assert_alike(*twins(Leaky(3, 4)))


@needs_a_gpu
def test_another_precision_is_recorded_anew():
    recorded, stepped = twins(LSTMCell(3, 256), torch.float32)
    x = random_x(0, 5, 64, 3, dtype=torch.float32)
    before = torch.get_float32_matmul_precision()
    try:
        for precision in ("high", "highest"):
            torch.set_float32_matmul_precision(precision)
            assert torch.equal(recorded(x).outputs, stepped(x).outputs), precision
    finally:
        torch.set_float32_matmul_precision(before)


@needs_a_gpu
@pytest.mark.parametrize(
    "cell_class, reason", [(Counting, "step sets steps"), (Noisy, "its code reads torch")]
)
def test_a_step_that_does_not_repeat_is_refused(cell_class, reason):
    layer = Recurrent(cell_class(3, 4), torch.float64, cuda_graph=True).cuda()
    with pytest.raises(ValueError, match=f"{reason}.*: make the layer without"):
        layer(random_x())


@needs_a_gpu
def test_a_branch_on_a_value_is_refused():
    layer = Recurrent(Branching(3, 4), torch.float64, cuda_graph=True).cuda()
    stream = torch.cuda.current_stream()
    with pytest.raises(ValueError, match="its steps cannot be recorded .*: make the layer without"):
        layer(random_x())
    assert torch.cuda.current_stream() == stream
    torch.randn(3, device="cuda")
    assert_alike(*twins(LSTMCell(3, 4)))  # the GPU can still be used


def under_autocast(layer, x):
    with torch.autocast("cuda"):
        layer(x)


def by_vmap(layer, x):
    torch.func.vmap(lambda x: layer(x).outputs, in_dims=1, out_dims=1)(x)


def by_forward_mode(layer, x):
    with torch.autograd.forward_ad.dual_level():
        layer(torch.autograd.forward_ad.make_dual(x, torch.ones_like(x)))


def by_tracing(layer, x):
    torch.jit.trace(lambda x: layer(x).outputs, (x,), check_trace=False)


@needs_a_gpu
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize(
    "way, reason",
    [
        (under_autocast, "torch.autocast chooses the precision"),
        (by_vmap, "a transformation of torch.func"),
        (by_forward_mode, "a transformation of torch.func, or forward-mode"),
        (by_tracing, "PyTorch is recording the steps"),
    ],
)
def test_a_mode_in_which_it_would_compute_something_else_is_refused(way, reason):
    layer = Recurrent(LSTMCell(3, 4), cuda_graph=True).cuda().requires_grad_(False)
    with pytest.raises(ValueError, match=f"{reason}.*: make the layer without"):
        way(layer, random_x(dtype=torch.float32))


@needs_a_gpu
def test_second_derivatives_are_refused():
    layer = Recurrent(LSTMCell(3, 4), torch.float64, cuda_graph=True).cuda()
    x = random_x().requires_grad_()
    with pytest.raises(RuntimeError, match="has first derivatives alone"):
        torch.autograd.grad(layer(x).outputs.sum(), x, create_graph=True)


@needs_a_gpu
def test_arrays_are_left_as_they_are():
    layer = Recurrent(ClockworkRNNCell(3, 4), torch.float64, cuda_graph=True).cuda()
    layer(random_x())
    assert isinstance(layer.bare_cell.slower, np.ndarray)
