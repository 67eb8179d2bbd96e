"""Weights from and to PyTorch's own recurrent modules."""

import copy

import numpy as np
import torch
from torch import nn

from lstm_lib.cells import Cell, GRUResetAfterCell, LSTMCell, ReLURNNCell, RNNCell
from lstm_lib.layers.bidirectional import Bidirectional
from lstm_lib.layers.recurrent import Recurrent
from lstm_lib.layers.stacked import Stacked

PYTORCH = {
    LSTMCell: (nn.LSTM, ("i", "f", "c_tilde", "o")),
    RNNCell: (nn.RNN, ("h",)),
    ReLURNNCell: (nn.RNN, ("h",)),
    GRUResetAfterCell: (nn.GRU, ("r", "z", "h_tilde")),
}
"""For each cell, PyTorch's module and the order in which its packed weights hold the gates."""

SETTINGS = {RNNCell: {"nonlinearity": "tanh"}, ReLURNNCell: {"nonlinearity": "relu"}}
"""The setting by which cells are told apart that share a module of PyTorch's."""

PLAIN_CELL = {"proj_size": 0}
ONE_LAYER = {"num_layers": 1, "bidirectional": False}
DIRECTIONS = ("", "_reverse")


def from_torch(module: nn.Module) -> Cell:
    r"""A cell with the weights of a ``torch.nn.RNN``, ``LSTM`` or ``GRU`` of one layer.

    PyTorch keeps the gates' matrices stacked (an LSTM's in the order i, f, g, o; its g is our
    ``c_tilde``) and adds **two** biases; the cell's ``b`` is their sum. A GRU's candidate keeps
    them apart, since only the second, our ``d``, is inside the reset.

    Raises:
        TypeError: a module that has no counterpart here.
        ValueError: several layers or both directions, for which there is
            :func:`~lstm_lib.layers.stack_from_torch`; a projection.
    """
    counterpart(module)
    check_settings(module, ONE_LAYER | PLAIN_CELL, "a cell is one layer in one direction, with")
    return cell_from(module, "l0")


def stack_from_torch(module: nn.Module) -> Stacked:
    """The layers of a ``torch.nn.RNN``, ``LSTM`` or ``GRU``, however many, in one direction or
    both, with its dropout and its dtype.

    Raises:
        TypeError: a module that has no counterpart here.
        ValueError: a projection.
    """
    counterpart(module)
    check_settings(module, PLAIN_CELL, "the cells here have")
    layer = Bidirectional if module.bidirectional else Recurrent
    directions = DIRECTIONS if module.bidirectional else DIRECTIONS[:1]
    dtype = module.weight_hh_l0.dtype
    layers = [
        layer(*(cell_from(module, f"l{k}{direction}") for direction in directions), dtype=dtype)
        for k in range(module.num_layers)
    ]
    return Stacked(layers, dropout=module.dropout)


def to_torch(layer) -> nn.Module:
    """A ``torch.nn.RNN``, ``LSTM`` or ``GRU`` that computes what ``layer`` computes.

    The bias goes into PyTorch's first bias; its second is zero, but for a GRU's candidate.

    Args:
        layer: a cell, or one of the layers here if its cells are all of one class and of one
            ``hidden_size``.

    Raises:
        TypeError: a cell that PyTorch has no module for.
        ValueError: a stack of layers that are not alike.
    """
    stack = [cells_of(each) for each in getattr(layer, "layers", [layer])]
    cell = stack[0][0]
    if type(cell) not in PYTORCH:
        known = ", ".join(each.__name__ for each in PYTORCH)
        raise TypeError(f"PyTorch has no module for {type(cell).__name__}; it has one for {known}")
    check_alike(stack)
    module = PYTORCH[type(cell)][0](
        cell.input_size,
        cell.hidden_size,
        num_layers=len(stack),
        bidirectional=len(stack[0]) == 2,
        dropout=getattr(layer, "dropout", 0.0),
        dtype=tensor(cell.b[cell.gates[0]]).dtype,
        **SETTINGS.get(type(cell), {}),
    )
    for k, cells in enumerate(stack):
        for direction, each in zip(DIRECTIONS, cells, strict=False):
            fill(module, f"l{k}{direction}", each)
    return module


def cell_from(module, place):
    """The cell whose weights PyTorch names with this ending: ``l0``, ``l1_reverse``."""

    def packed(name):
        return getattr(module, f"{name}_{place}").detach().cpu()

    cell_class, gates = counterpart(module)
    weights = {"W": packed("weight_ih"), "U": packed("weight_hh")}
    none = torch.zeros_like(weights["U"][:, 0])
    weights |= {
        "b": packed("bias_ih") if module.bias else none,
        "d": packed("bias_hh") if module.bias else none,
    }
    parts = {
        kind: dict(zip(gates, whole.chunk(len(gates)), strict=True))
        for kind, whole in weights.items()
    }
    cell = cell_class(weights["W"].shape[1], module.hidden_size, dtype=none.numpy().dtype)
    apart = cell.weights.get("d", ())
    for gate in gates:
        cell.W[gate], cell.U[gate] = parts["W"][gate].numpy(), parts["U"][gate].numpy()
        if gate in apart:
            cell.b[gate], cell.d[gate] = parts["b"][gate].numpy(), parts["d"][gate].numpy()
        else:
            cell.b[gate] = (parts["b"][gate] + parts["d"][gate]).numpy()
    return cell


def fill(module, place, cell):
    """Copy the cell's weights to where PyTorch names them with this ending."""
    gates = PYTORCH[type(cell)][1]

    def put(name, weights):
        none = torch.zeros_like(tensor(cell.b[gates[0]]))
        whole = torch.cat([tensor(weights[g]) if g in weights else none for g in gates])
        getattr(module, f"{name}_{place}").copy_(whole)

    with torch.no_grad():
        put("weight_ih", cell.W)
        put("weight_hh", cell.U)
        put("bias_ih", cell.b)
        put("bias_hh", cell.weights.get("d", {}))


def tensor(weight):
    return torch.from_numpy(weight) if isinstance(weight, np.ndarray) else weight.detach()


def cells_of(layer):
    """The cells of a layer, one for each direction."""
    if isinstance(layer, Bidirectional):
        return [layer.forwards.cell, layer.backwards.cell]
    return [getattr(layer, "cell", layer)]


def check_alike(stack):
    """PyTorch's modules have one class of cell, one size, and as many directions in each layer."""
    kinds = {(type(cell).__name__, cell.hidden_size) for cells in stack for cell in cells}
    if len(kinds) > 1:
        found = " and ".join(f"{name} of hidden_size={size}" for name, size in sorted(kinds))
        raise ValueError(f"PyTorch's modules have one cell in all layers; here is {found}")
    if len({len(cells) for cells in stack}) > 1:
        raise ValueError("PyTorch's modules have as many directions in each layer; here it differs")


def check_settings(module, expected, because):
    for setting, plain in expected.items():
        value = getattr(module, setting, plain)
        if value != plain:
            raise ValueError(f"this module has {setting}={value!r}; {because} {setting}={plain!r}")


def counterpart(module):
    for cell_class, (module_class, gates) in PYTORCH.items():
        settings = SETTINGS.get(cell_class, {}).items()
        if isinstance(module, module_class) and all(getattr(module, s) == v for s, v in settings):
            return cell_class, gates
    names = dict.fromkeys(f"torch.nn.{module.__name__}" for module, _ in PYTORCH.values())
    known = ", ".join(names)
    raise TypeError(f"{type(module).__name__} has no counterpart here; give one of {known}")


def turn_z(cell):
    r"""A copy of the cell whose :math:`z` points the other way: what was 1 is 0.

    .. math:: \sigma(-a_z) = 1 - \sigma(a_z)

    So negating the weights of ``z`` is all it takes to move weights between a GRU whose
    :math:`z = 1` keeps and one whose :math:`z = 1` replaces.

    Raises:
        ValueError: a cell without a gate ``z``.
    """
    if "z" not in cell.gates:
        raise ValueError(f"{type(cell).__name__} has no gate z to turn round")
    turned = copy.deepcopy(cell)
    for weights in turned.weights.values():
        if "z" in weights:
            weights["z"] = -weights["z"]
    return turned
