"""On a GPU, cells and layers compute what they do on the processor."""

import copy
import io

import pytest
import torch
from gpu import needs_a_gpu, on_gpu
from oracles import CELLS, CELLS_IN_TORCH, torch_module
from two_paths import everything, inputs, labelled

from lstm_lib.cells import GRUCell, LSTMCell, MLSTMGivenQKVCell
from lstm_lib.layers import Bidirectional, Recurrent, Stacked, stack_from_torch, to_torch
from lstm_lib.sequences import unroll

pytestmark = needs_a_gpu


def assert_alike(on_the_gpu, on_the_processor):
    assert on_the_gpu.keys() == on_the_processor.keys()
    for name, value in on_the_processor.items():
        found = on_the_gpu[name]
        assert found.is_cuda, name
        torch.testing.assert_close(found.cpu(), value, rtol=1e-11, atol=1e-11, msg=labelled(name))


@pytest.mark.parametrize("lengths", [None, [5, 2, 4]], ids=str)
@pytest.mark.parametrize("cell_class", CELLS)
def test_values_and_gradients_are_those_of_the_processor(cell_class, lengths):
    layer = Recurrent(cell_class(3, 8, seed=1), dtype=torch.float64)
    leaves = inputs(layer.cell, 5, 3)
    expected = everything(layer, *leaves, lengths)
    assert_alike(everything(layer.cuda(), *on_gpu(leaves), lengths), expected)


@pytest.mark.parametrize("cell_class", [cell for cell in CELLS if cell is not MLSTMGivenQKVCell])
def test_side_inputs_and_states_may_be_left_out(cell_class):
    layer = Recurrent(cell_class(3, 8, seed=1), dtype=torch.float64)
    x = torch.randn(5, 3, 3, dtype=torch.float64)
    expected = layer(x).outputs
    torch.testing.assert_close(layer.cuda()(x.cuda()).outputs.cpu(), expected)


@pytest.mark.parametrize("cell_class", CELLS_IN_TORCH)
def test_layers_are_converted_where_they_are(cell_class):
    module = torch_module(cell_class, 3, 6).cuda()
    x = torch.randn(5, 2, 3, dtype=torch.float64, device="cuda")
    ours = stack_from_torch(module)
    back = to_torch(ours)
    for each in (ours, back):
        assert all(weight.is_cuda for weight in each.parameters())
        torch.testing.assert_close(each(x)[0], module(x)[0], rtol=1e-11, atol=1e-11)


def test_weights_come_back_as_arrays_and_as_files():
    layer = Recurrent(LSTMCell(3, 4), torch.float64).cuda()
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    expected = layer(x.cuda()).outputs.detach().cpu()
    outputs = torch.from_numpy(unroll(layer.to_numpy(), x.numpy()).outputs)
    torch.testing.assert_close(outputs, expected)
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    other = Recurrent(LSTMCell(3, 4, seed=9), torch.float64)
    other.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    torch.testing.assert_close(other(x).outputs, expected)


def test_a_layer_may_come_back():
    layer = Recurrent(LSTMCell(3, 4), torch.float64)
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    before = layer(x).outputs
    layer.cuda()(x.cuda())
    assert torch.equal(layer.cpu()(x).outputs, before)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_autocast_computes_in_half_precision(dtype):
    layer = Recurrent(LSTMCell(3, 8)).cuda()
    x = torch.randn(5, 2, 3, device="cuda", requires_grad=True)
    exact = layer(x).outputs
    with torch.autocast("cuda", dtype):
        outputs = layer(x).outputs
    outputs.float().sum().backward()
    assert not torch.equal(outputs.float(), exact)
    torch.testing.assert_close(outputs.float(), exact, rtol=0, atol=0.02)
    assert all(weight.grad.isfinite().all() for weight in layer.parameters())


def test_layers_of_layers():
    cells = [LSTMCell(3, 4, seed=1), LSTMCell(3, 4, seed=2)]
    layer = Stacked([Bidirectional(*cells), GRUCell(8, 5)]).double()
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    expected = copy.deepcopy(layer)(x, lengths=[5, 3]).outputs
    outputs = layer.cuda()(x.cuda(), lengths=[5, 3]).outputs
    torch.testing.assert_close(outputs.cpu(), expected)


def test_what_is_not_on_the_layers_device_is_refused():
    layer = Recurrent(LSTMCell(3, 4)).cuda()
    x = torch.randn(5, 2, 3)
    with pytest.raises(ValueError, match="x is on the device cpu, and what it meets is on cuda:0"):
        layer(x)
    with pytest.raises(ValueError, match="x is on the device cuda:0, and what it meets is on cpu"):
        layer.cpu()(x.cuda())
