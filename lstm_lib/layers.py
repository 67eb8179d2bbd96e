"""Cells as PyTorch modules, and weights from and to PyTorch's own."""

import copy

import numpy as np
import torch
from torch import nn

from lstm_lib.cells import Cell, GRUResetAfterCell, LSTMCell, RNNCell
from lstm_lib.checks import unknown_name
from lstm_lib.unroll import unroll

PYTORCH = {
    LSTMCell: (nn.LSTM, ("i", "f", "c_tilde", "o")),
    RNNCell: (nn.RNN, ("h",)),
    GRUResetAfterCell: (nn.GRU, ("r", "z", "h_tilde")),
}
"""For each cell, PyTorch's module and the order in which its packed weights hold the gates."""


class GateParameters(nn.ParameterDict):
    """One trainable parameter for each gate: ``layer.W["f"]``."""

    def __getitem__(self, gate):
        if gate not in self:
            raise KeyError(unknown_name("gate", gate, self.keys()))
        return super().__getitem__(gate)


class Recurrent(nn.Module):
    """A cell over time as a PyTorch layer: the same equations, trained by autograd.

    Its parameters are addressed by gate, ``layer.W["f"]``, ``layer.U["f"]``, ``layer.b["f"]`` (and
    ``layer.p["f"]`` where there are peepholes), and start as the cell's weights.

    Args:
        cell: a :class:`~lstm_lib.cells.Cell`; it is copied, not changed.
        dtype: of the parameters; PyTorch's default dtype if left out.
    """

    def __init__(self, cell: Cell, dtype=None):
        super().__init__()
        dtype = dtype or torch.get_default_dtype()

        def parameters(weights):
            tensors = {g: torch.tensor(w, dtype=dtype) for g, w in weights.items()}
            return GateParameters([(g, nn.Parameter(w)) for g, w in tensors.items()])

        self.cell = copy.copy(cell)
        for kind, weights in cell.weights.items():
            setattr(self, kind, parameters(weights))
            setattr(self.cell, kind, getattr(self, kind))

    def forward(self, x, state=None, **reads):
        """Run over a sequence ``x`` of shape ``(seq_len, batch_size, input_size)``, and over what
        else the cell reads, by name (``c_below``).

        Returns:
            An :class:`~lstm_lib.unroll.Unrolled` with outputs, final state and every gate by name.
        """
        return unroll(self.cell, x, state, **reads)

    def extra_repr(self):
        cell = self.cell
        return f"{type(cell).__name__}, {cell.input_size}, {cell.hidden_size}"


def from_torch(module: nn.Module) -> Cell:
    r"""A cell with the weights of a ``torch.nn.RNN``, ``LSTM`` or ``GRU`` of one layer.

    PyTorch keeps the gates' matrices stacked (an LSTM's in the order i, f, g, o; its g is our
    ``c_tilde``) and adds **two** biases; the cell's ``b`` is their sum. A GRU's candidate keeps
    them apart, since only the second, our ``d``, is inside the reset.

    Raises:
        TypeError: a module that has no counterpart here.
        ValueError: several layers, both directions, a projection, or ReLU in place of tanh.
    """
    cell_class, gates = counterpart(module)
    for setting, expected in PLAIN_SETTINGS.items():
        value = getattr(module, setting, expected)
        if value != expected:
            raise ValueError(
                f"this module has {setting}={value!r}; a cell is one layer in one direction, "
                f"with {setting}={expected!r}"
            )
    weight = module.weight_hh_l0.detach()
    dtype = torch.empty(0, dtype=weight.dtype).numpy().dtype
    cell = cell_class(module.input_size, module.hidden_size, dtype=dtype)
    none = weight.new_zeros(len(weight))
    bias, second = (module.bias_ih_l0, module.bias_hh_l0) if module.bias else (none, none)
    packed = {"W": module.weight_ih_l0, "U": weight, "b": bias, "d": second}
    parts = {
        kind: dict(zip(gates, whole.detach().cpu().chunk(len(gates)), strict=True))
        for kind, whole in packed.items()
    }
    apart = cell.weights.get("d", ())
    for gate in gates:
        cell.W[gate], cell.U[gate] = parts["W"][gate].numpy(), parts["U"][gate].numpy()
        if gate in apart:
            cell.b[gate], cell.d[gate] = parts["b"][gate].numpy(), parts["d"][gate].numpy()
        else:
            cell.b[gate] = (parts["b"][gate] + parts["d"][gate]).numpy()
    return cell


def to_torch(cell: Cell) -> nn.Module:
    """A ``torch.nn.RNN``, ``LSTM`` or ``GRU`` that computes what ``cell`` computes.

    The bias goes into PyTorch's first bias; its second is zero, but for a GRU's candidate.

    Raises:
        TypeError: a cell that PyTorch has no module for.
    """
    if type(cell) not in PYTORCH:
        known = ", ".join(each.__name__ for each in PYTORCH)
        raise TypeError(f"PyTorch has no module for {type(cell).__name__}; it has one for {known}")
    module_class, gates = PYTORCH[type(cell)]
    dtype = torch.from_numpy(cell.b[gates[0]]).dtype
    module = module_class(cell.input_size, cell.hidden_size, dtype=dtype)

    def pack(weights):
        none = np.zeros_like(cell.b[gates[0]])
        return torch.cat([torch.from_numpy(weights.get(g, none)) for g in gates])

    with torch.no_grad():
        module.weight_ih_l0.copy_(pack(cell.W))
        module.weight_hh_l0.copy_(pack(cell.U))
        module.bias_ih_l0.copy_(pack(cell.b))
        module.bias_hh_l0.copy_(pack(cell.weights.get("d", {})))
    return module


PLAIN_SETTINGS = {
    "num_layers": 1,
    "bidirectional": False,
    "proj_size": 0,
    "nonlinearity": "tanh",
}


def counterpart(module):
    for cell_class, (module_class, gates) in PYTORCH.items():
        if isinstance(module, module_class):
            return cell_class, gates
    known = ", ".join(f"torch.nn.{module.__name__}" for module, _ in PYTORCH.values())
    raise TypeError(f"{type(module).__name__} has no counterpart here; give one of {known}")
