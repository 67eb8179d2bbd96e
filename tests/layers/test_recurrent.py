"""Cells learn in PyTorch as PyTorch's own layers do, and weights go there and back."""

import copy
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from oracles import (
    CELLS,
    CELLS_IN_TORCH,
    random_input,
    random_reads,
    random_state,
    run_torch,
    torch_module,
)
from refusal import refused
from torch import nn

import lstm_lib
from lstm_lib.cells import Cell, LSTMCell, RNNCell
from lstm_lib.layers import PYTORCH, Recurrent, from_torch, to_torch
from lstm_lib.sequences import unroll

every_cell = pytest.mark.parametrize("cell_class", CELLS)
every_cell_in_torch = pytest.mark.parametrize("cell_class", CELLS_IN_TORCH)
KINDS = ("W", "U", "b")

#: Which packed weight of PyTorch's holds what.  Both of its biases get the gradient of ours.
PACKED = {"W": ["weight_ih_l0"], "U": ["weight_hh_l0"], "b": ["bias_ih_l0", "bias_hh_l0"]}

#: The order of the gates in PyTorch's packed weights, from its documentation.
ORDER = {
    nn.LSTM: ("i", "f", "c_tilde", "o"),
    nn.RNN: ("h",),
    nn.GRU: ("r", "z", "h_tilde"),
}


def leaves(rng, cell_class, *sizes, dtype=torch.float64):
    """A random sequence and initial state that autograd computes gradients for."""
    seq_len, batch_size, input_size, hidden_size = sizes
    x = random_input(rng, seq_len, batch_size, input_size)
    state = random_state(rng, cell_class, batch_size, hidden_size)
    return [torch.tensor(a, dtype=dtype, requires_grad=True) for a in (x, *state)]


def tensors(arrays, dtype=torch.float32):
    return {name: torch.tensor(array, dtype=dtype) for name, array in arrays.items()}


def loss(rng, outputs, state):
    """A number that each output and each part of the final state moves differently."""
    parts = (outputs, *state)
    shares = [torch.from_numpy(random_input(rng, *part.shape)).to(part.dtype) for part in parts]
    return sum((share * part**2).sum() for share, part in zip(shares, parts, strict=True))


# Trained by autograd


@every_cell_in_torch
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (7, 3, 2, 5)], ids=str)
@pytest.mark.parametrize(
    "dtype, atol", [(torch.float64, 1e-10), (torch.float32, 1e-4)], ids=["float64", "float32"]
)
def test_gradients_equal_torch(cell_class, sizes, dtype, atol):
    module = torch_module(cell_class, *sizes[2:], dtype=dtype)
    layer = Recurrent(from_torch(module), dtype=dtype)
    ours, theirs = (leaves(np.random.default_rng(1), cell_class, *sizes, dtype=dtype) for _ in "12")

    run = layer(ours[0], layer.cell.State(*ours[1:]))
    loss(np.random.default_rng(2), run.outputs, run.state).backward()
    loss(np.random.default_rng(2), *run_torch(module, theirs[0], theirs[1:])).backward()

    for one, other in zip(ours, theirs, strict=True):  # x and every part of the initial state
        torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=atol)
    for kind, packed in PACKED.items():
        for name in packed:
            weights = dict(getattr(layer, kind))
            if name == "bias_hh_l0":  # a GRU's second bias is one of its own
                weights |= dict(getattr(layer, "d", {}))
            gradient = torch.cat([weights[g].grad for g in ORDER[type(module)]])
            torch.testing.assert_close(gradient, getattr(module, name).grad, rtol=0, atol=atol)


@every_cell
def test_gradients_are_those_of_finite_differences(cell_class):
    rng = np.random.default_rng(0)
    layer = Recurrent(cell_class(2, 3, seed=3), dtype=torch.float64)
    x, *state = leaves(rng, cell_class, 3, 2, 2, 3)
    reads = tensors(random_reads(rng, layer.cell, 3, 2), torch.float64)

    def function(x, *rest):
        run = unroll(layer.cell, x, layer.cell.State(*rest[: len(state)]), **reads)
        return (run.outputs, *run.state)

    weights = list(layer.parameters())  # function reads them where they are
    assert torch.autograd.gradcheck(function, (x, *state, *weights))


@every_cell
def test_every_weight_is_a_parameter_that_learns(cell_class):
    layer = Recurrent(cell_class(3, 4))
    assert len(list(layer.parameters())) == sum(map(len, layer.cell.weights.values()))
    rng = np.random.default_rng(0)
    x = torch.tensor(3 * random_input(rng, 5, 2, 3), dtype=torch.float32)
    reads = tensors(random_reads(rng, layer.cell, 5, 2))
    # Not from zeros: there an sLSTM is the same for every bias of its input gate.
    state = tensors(random_state(rng, cell_class, 2, 4)._asdict())
    run = layer(x, state, **reads)
    run.outputs.sum().backward()
    before = {name: p.detach().clone() for name, p in layer.named_parameters()}
    with torch.no_grad():  # a step down; an optimiser of PyTorch's takes seconds to import
        for parameter in layer.parameters():
            parameter -= parameter.grad
    for name, parameter in layer.named_parameters():
        assert (parameter != before[name]).any(), name
    assert (layer(x, state, **reads).outputs != run.outputs).any()


@every_cell
def test_every_gate_is_part_of_the_autograd_graph(cell_class):
    layer = Recurrent(cell_class(3, 4))
    run = layer(torch.tensor(3 * random_input(np.random.default_rng(0), 5, 2, 3)).float())
    for gate in layer.cell.gates:
        (gradient,) = torch.autograd.grad(run.gates[gate].sum(), layer.W[gate], retain_graph=True)
        assert (gradient != 0).all()


# A module like any other


@every_cell
def test_a_layer_starts_as_its_cell_and_leaves_it_alone(cell_class):
    cell = cell_class(3, 4)
    before = dict(cell.W), dict(cell.b)
    layer = Recurrent(cell, dtype=torch.float64)
    for kind in KINDS:
        for gate, weight in getattr(cell, kind).items():
            np.testing.assert_array_equal(getattr(layer, kind)[gate].detach(), weight)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.fill_(7)
    for weights, old in zip((cell.W, cell.b), before, strict=True):
        for gate in weights:
            assert isinstance(weights[gate], np.ndarray)
            np.testing.assert_array_equal(weights[gate], old[gate])
            assert (weights[gate] != 7).all()


def test_parameters_have_torchs_default_dtype_unless_told():
    assert {p.dtype for p in Recurrent(LSTMCell(3, 4)).parameters()} == {torch.float32}
    layer = Recurrent(LSTMCell(3, 4), dtype=torch.float64)
    assert {p.dtype for p in layer.parameters()} == {torch.float64}


def stored(layer):
    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


@every_cell
@pytest.mark.parametrize("copied", [copy.deepcopy, stored])
def test_a_copy_is_whole_and_on_its_own(cell_class, copied):
    layer = Recurrent(cell_class(3, 4))
    twin = copied(layer)
    x = torch.ones(5, 2, 3)
    before = layer(x).outputs
    torch.testing.assert_close(twin(x).outputs, before, rtol=0, atol=0)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.zero_()
    assert (twin(x).outputs != layer(x).outputs).any()
    torch.testing.assert_close(layer(x).outputs, before, rtol=0, atol=0)


@every_cell
def test_a_state_dict_carries_every_weight_by_gate(cell_class):
    one, other = (Recurrent(cell_class(3, 4, seed=seed)) for seed in (1, 2))
    x = torch.ones(5, 2, 3)
    assert (one(x).outputs != other(x).outputs).any()
    weights = one.state_dict()
    assert set(weights) == {
        f"{kind}.{g}" for kind, gates in one.cell.weights.items() for g in gates
    }
    other.load_state_dict(weights)
    torch.testing.assert_close(one(x).outputs, other(x).outputs, rtol=0, atol=0)


@every_cell
def test_a_layer_can_change_its_precision(cell_class):
    layer = Recurrent(cell_class(3, 4)).double()
    assert layer(torch.ones(5, 2, 3, dtype=torch.float64)).outputs.dtype == torch.float64


def test_a_layer_prints_its_cell_and_sizes():
    assert repr(Recurrent(LSTMCell(3, 4))).splitlines()[1] == "  LSTMCell, 3, 4"


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_gate_is_answered_with_those_that_are_there(kind):
    with refused(KeyError, "no gate 'g' here; there is f, i, c_tilde, o"):
        getattr(Recurrent(LSTMCell(3, 4)), kind)["g"]


# Weights from and to PyTorch


@every_cell_in_torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_survive_the_way_to_torch_and_back(cell_class, dtype):
    cell = cell_class(3, 4, seed=1, dtype=dtype)
    back = from_torch(to_torch(cell))
    assert type(back) is cell_class
    for kind in KINDS:
        for gate, weight in getattr(cell, kind).items():
            assert getattr(back, kind)[gate].dtype == dtype
            np.testing.assert_array_equal(getattr(back, kind)[gate], weight)


@every_cell_in_torch
def test_torchs_module_survives_the_way_here_and_back(cell_class):
    module = torch_module(cell_class, 3, 4)
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    torch.testing.assert_close(to_torch(from_torch(module))(x)[0], module(x)[0], rtol=0, atol=1e-15)


@every_cell_in_torch
def test_a_module_made_from_a_cell_computes_the_same(cell_class):
    rng = np.random.default_rng(0)
    cell = cell_class(3, 4)
    x, state = random_input(rng, 5, 2, 3), random_state(rng, cell_class, 2, 4)
    module = to_torch(cell)
    assert type(module) is PYTORCH[cell_class][0]
    outputs, _ = run_torch(module, torch.from_numpy(x), map(torch.from_numpy, state))
    np.testing.assert_allclose(unroll(cell, x, state).outputs, outputs.detach(), rtol=0, atol=1e-12)


@every_cell_in_torch
def test_each_gate_is_the_slice_that_torch_documents(cell_class):
    module = torch_module(cell_class, 3, 4)
    cell = from_torch(module)
    for k, gate in enumerate(ORDER[type(module)]):
        rows = slice(4 * k, 4 * (k + 1))
        np.testing.assert_array_equal(cell.W[gate], module.weight_ih_l0.detach()[rows])
        np.testing.assert_array_equal(cell.U[gate], module.weight_hh_l0.detach()[rows])


@every_cell_in_torch
def test_torchs_two_biases_become_their_sum(cell_class):
    module = torch_module(cell_class, 3, 4)
    with torch.no_grad():
        module.bias_ih_l0.fill_(0.25)
        module.bias_hh_l0.fill_(0.5)
    cell = from_torch(module)
    apart = cell.weights.get("d", {})
    for gate in cell.gates:
        np.testing.assert_array_equal(cell.b[gate], 0.25 if gate in apart else 0.75)
    for second in apart.values():
        np.testing.assert_array_equal(second, 0.5)


@every_cell_in_torch
def test_a_module_without_biases_gives_biases_of_zero(cell_class):
    cell = from_torch(torch_module(cell_class, 3, 4, bias=False))
    np.testing.assert_array_equal([cell.b[gate] for gate in cell.gates], 0)


@every_cell_in_torch
def test_a_cell_from_torch_has_weights_of_its_own(cell_class):
    module = torch_module(cell_class, 3, 4)
    cell = from_torch(module)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(7)
    for kind in KINDS:
        assert all((weight != 7).all() for weight in getattr(cell, kind).values())


def is_one_cell(setting, value, plain):
    return (
        f"this module has {setting}={value}; a cell is one layer in one direction, time first, "
        f"with {setting}={plain}: stack_from_torch keeps {setting}={value}"
    )


REFUSED = [
    (nn.LSTM(3, 4, num_layers=2), is_one_cell("num_layers", 2, 1)),
    (nn.RNN(3, 4, num_layers=3), is_one_cell("num_layers", 3, 1)),
    (nn.LSTM(3, 4, bidirectional=True), is_one_cell("bidirectional", True, False)),
    (nn.GRU(3, 4, batch_first=True), is_one_cell("batch_first", True, False)),
]


@pytest.mark.parametrize("module, sentence", REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_a_module_that_is_more_than_one_cell_is_refused(module, sentence):
    with refused(ValueError, sentence):
        from_torch(module)


@pytest.mark.parametrize(
    "module", [nn.LSTM, nn.Linear(3, 4), LSTMCell(3, 4)], ids=["class", "Linear", "LSTMCell"]
)
def test_a_module_without_counterpart_is_refused(module):
    with pytest.raises(TypeError) as caught:
        from_torch(module)
    assert "has no counterpart here; give one of torch.nn." in str(caught.value)
    assert "torch.nn.LSTM" in str(caught.value) and "torch.nn.RNN" in str(caught.value)


def test_a_cell_that_torch_does_not_have_is_refused():
    class Own(Cell):
        gates = ("g",)

    with refused(
        TypeError,
        "PyTorch has no module for Own; it has one for LSTMCell, RNNCell, ReLURNNCell, "
        "GRUResetAfterCell, ProjectedLSTMCell",
    ):
        to_torch(Own(3, 4))


def test_a_variant_of_a_cell_is_not_taken_for_the_cell():
    class Variant(RNNCell):
        pass

    with pytest.raises(TypeError, match="PyTorch has no module for Variant"):
        to_torch(Variant(3, 4))


# Without PyTorch

NEEDS_TORCH = ["experiments", "layers", "tasks", "text", "training"]
WITHOUT = """
import importlib, pkgutil, sys
missing, left_out = ({missing}, {left_out})
sys.modules |= dict.fromkeys(missing)  # importing one of them is now an ImportError
import lstm_lib
for module in pkgutil.walk_packages(lstm_lib.__path__, "lstm_lib."):
    if module.name.split(".")[1] not in left_out:
        importlib.import_module(module.name)

import numpy as np
from lstm_lib import equations
from lstm_lib.cells import LSTMCell
from lstm_lib.equations import trace
from lstm_lib.sequences import unroll
equations.latex(trace(LSTMCell)), equations.javascript(trace(LSTMCell))
print(unroll(LSTMCell(3, 4), np.ones((5, 2, 3))).outputs.shape)
"""


@pytest.mark.parametrize(
    "missing, left_out",
    [
        (["torch", "tqdm"], NEEDS_TORCH),
        (
            ["torch", "tqdm", "matplotlib", "anywidget", "ipywidgets"],
            [*NEEDS_TORCH, "plotting", "widgets"],
        ),
    ],
    ids=["torch", "all but NumPy"],
)
def test_what_does_not_need_a_package_works_without_it(missing, left_out):
    root = Path(lstm_lib.__file__).parent.parent
    command = [sys.executable, "-c", WITHOUT.format(missing=missing, left_out=left_out)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("(5, 2, 4)\n", 0), done.stderr
