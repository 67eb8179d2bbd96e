"""A weight is what ``state_dict`` shows, however it was set."""

import copy

import numpy as np
import pytest
import torch
from refusal import refused
from torch import nn
from torch.nn.utils import parametrizations, prune, weight_norm

from lstm_lib.cells import GRUCell, LSTMCell, MLSTMCell, RNNCell
from lstm_lib.cells.initialise import chrono, forget_bias
from lstm_lib.layers import GateParameters, Recurrent, Stacked

X = torch.randn(5, 2, 3, generator=torch.Generator().manual_seed(0))


def layer_of(seed=0, cell=LSTMCell):
    return Recurrent(cell(3, 4, seed=seed))


def assert_computes_what_it_shows(layer):
    fresh = layer_of(seed=9)
    fresh.load_state_dict(layer.state_dict())
    assert torch.equal(layer(X).outputs, fresh(X).outputs)


def set_tied(layer):
    layer.W = layer_of(1).W


def set_group(layer):
    layer.U = GateParameters({gate: nn.Parameter(w * 2) for gate, w in layer.U.items()})


def set_plain_group(layer):
    layer.U = nn.ParameterDict({gate: nn.Parameter(w * 2) for gate, w in layer.U.items()})


def set_from_numpy(layer):
    layer.U = LSTMCell(3, 4, seed=5).U


def set_parameter(layer):
    layer.U["f"] = nn.Parameter(torch.ones(4, 4))


def set_values(layer):
    layer.U["f"] = np.ones((4, 4))
    layer.b["f"] = [1.0, 2.0, 3.0, 4.0]
    layer.b["i"] = torch.ones(4, dtype=torch.float64)


def set_through_the_cell(layer):
    layer.cell.b["f"] = np.full(4, 7.0)
    assert (layer.b["f"] == 7).all()


def set_by_assign(layer):
    layer.load_state_dict(layer_of(3).state_dict(), assign=True)


def set_forget_bias(layer):
    assert forget_bias(layer, 3.0) is layer
    chrono(layer.cell, 20)


WAYS = [
    set_tied,
    set_group,
    set_plain_group,
    set_from_numpy,
    set_parameter,
    set_values,
    set_through_the_cell,
    set_by_assign,
    set_forget_bias,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("copied", [lambda layer: layer, copy.deepcopy], ids=["itself", "a copy"])
def test_a_weight_is_what_state_dict_shows(way, copied):
    layer = copied(layer_of())
    before = layer(X).outputs
    way(layer)
    assert (layer(X).outputs != before).any()
    assert_computes_what_it_shows(layer)
    assert_computes_what_it_shows(copied(layer))


def test_tied_layers_learn_together():
    one, other = layer_of(1), layer_of(2)
    other.W = one.W
    other.W["f"] = np.ones((4, 3))
    assert (one.W["f"] == 1).all()
    (one(X).outputs.sum() + other(X).outputs.sum()).backward()
    assert one.W["f"].grad is other.W["f"].grad


def test_values_are_put_into_the_parameter_that_an_optimiser_knows():
    layer = layer_of()
    parameter = layer.b["f"]
    layer.b["f"] = np.ones(4)
    assert layer.b["f"] is parameter


def replica(module, factor):
    """What ``DataParallel`` makes of a module, with weights that are tensors of their own."""
    made = module._replicate_for_data_parallel()
    for name, child in module._modules.items():
        made._modules[name] = replica(child, factor)
    for name, parameter in module._parameters.items():
        setattr(made, name, parameter * factor)
    return made


def test_replicas_and_functional_call_use_the_weights_they_are_given():
    stack = Stacked([LSTMCell(3, 4), GRUCell(4, 4)])
    doubled = copy.deepcopy(stack)
    with torch.no_grad():
        for parameter in doubled.parameters():
            parameter.mul_(2)
    expected = doubled(X).outputs
    weights = {name: 2 * p for name, p in stack.named_parameters()}
    assert torch.equal(replica(stack, 2)(X).outputs, expected)
    assert torch.equal(torch.func.functional_call(stack, weights, (X,)).outputs, expected)
    assert not torch.equal(stack(X).outputs, expected)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_what_pytorch_hangs_on_a_weight_does_its_work():
    def normed(layer):
        parametrizations.weight_norm(layer.U, "f")
        layer.U.parametrizations["f"].original0.data.mul_(3)

    def old(layer):
        weight_norm(layer.U, "f")
        layer.U.f_g.data.mul_(3)

    expected = layer_of()
    expected.U["f"] = 3 * expected.U["f"].detach()
    for change in (normed, old):
        layer = layer_of()
        change(layer)
        torch.testing.assert_close(layer(X).outputs, expected(X).outputs)
        for _ in range(2):  # the history is made anew for each run
            layer(X).outputs.sum().backward()
    pruned = layer_of()
    prune.l1_unstructured(pruned.U, "f", amount=1.0)
    expected.U["f"] = torch.zeros(4, 4)
    torch.testing.assert_close(pruned(X).outputs, expected(X).outputs)


BAD = [
    (
        lambda layer: layer.b.__setitem__("f", np.ones(1)),
        ValueError,
        "the value for 'f' has shape (1,), expected (4,)",
    ),
    (
        lambda layer: (layer.b.__setitem__("f", nn.Parameter(torch.ones(1))), layer(X)),
        ValueError,
        "b['f'] has shape (1,), expected (4,)",
    ),
    (
        lambda layer: (layer.b.__setitem__("f", nn.Parameter(torch.ones(4).double())), layer(X)),
        TypeError,
        "b['f'] has dtype torch.float64, and W['f'] has torch.float32: a cell computes in one",
    ),
    (
        lambda layer: (setattr(layer, "U", {"f": torch.ones(4, 4)}), layer(X)),
        ValueError,
        "U has weights for f; LSTMCell expects them for f, i, c_tilde, o",
    ),
    (
        lambda layer: (setattr(layer, "U", nn.Linear(4, 4)), layer(X)),
        TypeError,
        "U is a Linear; give its weights by gate, in a dictionary",
    ),
    (
        lambda layer: setattr(layer.cell, "U", layer.U),
        AttributeError,
        "layer.cell shows the layer's own weights and is not changed itself: "
        "set layer.U, or make the layer of a cell that has it",
    ),
    (
        lambda layer: layer.b.__setitem__("f", 2 * layer.b["f"]),
        RuntimeError,
        "the values for 'f' require a gradient: detach() them, give an "
        "nn.Parameter, or run the layer with them by torch.func.functional_call",
    ),
]


@pytest.mark.parametrize("change, error, sentence", BAD, ids=[sentence for *_, sentence in BAD])
def test_weights_that_do_not_fit_are_refused(change, error, sentence):
    with refused(error, sentence):
        change(layer_of())


def test_a_group_of_a_cell_must_be_whole_too():
    cell = LSTMCell(3, 4)
    cell.U = {"f": np.ones((4, 4))}
    with refused(ValueError, "U has weights for f; LSTMCell expects them for f, i, c_tilde, o"):
        cell(np.ones(3))


def test_a_layers_cell_counts_its_numbers():
    assert layer_of().cell.num_parameters == LSTMCell(3, 4).num_parameters


@pytest.mark.parametrize("start", [forget_bias, lambda cell: chrono(cell, 20)])
@pytest.mark.parametrize(
    "cell, error, sentence",
    [
        (LSTMCell, TypeError, "cell is the class LSTMCell; make a cell of it first"),
        (nn.LSTM(3, 4), TypeError, "cell is a LSTM; give a cell or a Recurrent"),
        (Stacked([LSTMCell(3, 4)]), TypeError, "cell is a Stacked; give a cell or a Recurrent"),
        (layer_of(cell=RNNCell), KeyError, "no gate 'f' here; there is h"),
    ],
    ids=["class", "PyTorch", "stack", "no gate"],
)
def test_what_has_no_forget_gate_is_refused(start, cell, error, sentence):
    with pytest.raises(error, match=sentence):
        start(cell)


def test_a_gate_that_is_one_number_has_one_bias():
    assert forget_bias(MLSTMCell(3, 4)).b["f"].tolist() == [1.0]
