"""Layers whose steps are recorded as a CUDA graph."""

import pytest
import torch

from lstm_lib.cells import GRUCell, LSTMCell, SLSTMCell
from lstm_lib.layers import Recurrent

needs_a_gpu = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="there is no GPU here to record a CUDA graph on"
)


def test_a_graph_needs_a_gpu():
    with pytest.raises(ValueError, match='x is on cpu: move the layer and x to a GPU, .to."cuda"'):
        Recurrent(LSTMCell(3, 4), cuda_graph=True)(torch.zeros(5, 2, 3))


def test_a_layer_says_that_it_records_a_graph():
    assert "cuda_graph=True" in repr(Recurrent(LSTMCell(3, 4), cuda_graph=True))
    assert "cuda_graph" not in repr(Recurrent(LSTMCell(3, 4)))


@needs_a_gpu
@pytest.mark.parametrize("cell_class", [LSTMCell, GRUCell, SLSTMCell])
@pytest.mark.parametrize("lengths", [None, [5, 2, 4]])
def test_a_graph_computes_what_the_steps_do(cell_class, lengths):
    cell = cell_class(3, 6)
    layers = [Recurrent(cell, torch.float64, cuda_graph=on).cuda() for on in (True, False)]
    for seed in range(3):  # the first records; all must differ from the one before
        torch.manual_seed(seed)
        x = torch.randn(5, 3, 3, dtype=torch.float64, device="cuda")
        runs, gradients = [], []
        for layer in layers:
            layer.zero_grad()
            inputs = x.clone().requires_grad_()
            run = layer(inputs, lengths=lengths)
            (run.outputs**2).sum().backward()
            runs.append([run.outputs, *run.state, *run.gates.values()])
            gradients.append([inputs.grad, *(each.grad for each in layer.parameters())])
        for ours, theirs in zip(runs[0] + gradients[0], runs[1] + gradients[1], strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


@needs_a_gpu
def test_a_graph_leaves_earlier_results_alone():
    layer = Recurrent(LSTMCell(3, 4), cuda_graph=True).cuda()
    first = layer(torch.ones(5, 2, 3, device="cuda")).outputs
    before = first.detach().clone()
    layer(torch.zeros(5, 2, 3, device="cuda"))
    assert (first == before).all()


@needs_a_gpu
def test_a_graph_refuses_autocast():
    layer = Recurrent(LSTMCell(3, 4), cuda_graph=True).cuda()
    refused = pytest.raises(ValueError, match="keeps the precision that it was recorded in")
    with torch.autocast("cuda"), refused:
        layer(torch.zeros(5, 2, 3, device="cuda"))
