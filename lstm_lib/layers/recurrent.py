"""One cell over time as a PyTorch module."""

import copy
from typing import NamedTuple

import torch
from torch import nn

from lstm_lib.cells import Cell
from lstm_lib.cells.checks import unknown_name
from lstm_lib.sequences import unroll


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

    @property
    def input_size(self) -> int:
        """How many numbers it reads at each step."""
        return self.cell.input_size

    @property
    def output_size(self) -> int:
        """How many numbers it puts out at each step."""
        (size,) = self.cell.state_shapes()[self.cell.output]
        return size

    def forward(self, x, state=None, lengths=None, **reads):
        """Run over a sequence ``x`` of shape ``(seq_len, batch_size, input_size)``, and over what
        else the cell reads, by name (``c_below``).

        Args:
            state: the state to begin with; zeros if left out.
            lengths: how many steps each sequence of a padded batch has, ``(batch_size,)``; as
                :func:`~lstm_lib.sequences.unroll` says, padding reaches nothing.

        Returns:
            An :class:`~lstm_lib.sequences.Unrolled` with outputs, final state and every gate by
            name.
        """
        return unroll(self.cell, x, state, lengths, **reads)

    def extra_repr(self):
        cell = self.cell
        return f"{type(cell).__name__}, {cell.input_size}, {cell.hidden_size}"


class Runs(NamedTuple):
    """What a layer that is made of several did."""

    outputs: object
    """What it puts out at each step, ``(seq_len, batch_size, output_size)``."""
    state: tuple
    """The final state of each of its layers, shaped as the initial one is given."""
    runs: tuple
    """The run of each of its layers, with every gate and state by name."""


def as_layer(cell, dtype=None):
    """A cell made a layer; what is one already stays as it is."""
    return Recurrent(cell, dtype) if isinstance(cell, Cell) else cell
