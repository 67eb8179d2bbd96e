"""Recurrent layers on top of each other."""

from itertools import pairwise

from torch import nn
from torch.nn import functional

from lstm_lib.layers.bidirectional import Bidirectional
from lstm_lib.layers.recurrent import Recurrent, Runs, as_layer


class Stacked(nn.Module):
    r"""Recurrent layers on top of each other: what one puts out, the next one reads.

    .. math::

        s^{(1)}_t &= \text{step}^{(1)}(x_t, s^{(1)}_{t-1}) \\
        s^{(k)}_t &= \text{step}^{(k)}\big(\text{dropout}(h^{(k-1)}_t), s^{(k)}_{t-1}\big), \; k > 1

    Dropout is between the layers only, and only in training: with probability :math:`p` a number
    that goes up is replaced by zero, and else divided by :math:`1 - p`. What a layer hands on to
    itself in time is never dropped, nor what the last one puts out.

    A cell that reads a part of the state below beside the input, as the depth-gated LSTM does,
    is given it, undropped; in the lowest layer it reads zeros.

    Its layers are ``stack.layers[0]`` and so on, from below.

    Args:
        cells: from below, each a :class:`~lstm_lib.cells.Cell`, or a layer already, a
            :class:`~lstm_lib.layers.Recurrent` or :class:`~lstm_lib.layers.Bidirectional` one.
        dropout: the probability :math:`p`.
        dtype: of the parameters of cells; PyTorch's default dtype if left out.

    Raises:
        ValueError: no cells, a layer that reads what the one below it does not have, or not in
            this size, or a probability that is none.
        TypeError: something that is not a cell or such a layer.

    Source: Zaremba, Sutskever & Vinyals (2014), "Recurrent neural network regularization", for
    dropout on the way up and not on the way through time; its places are those of
    ``torch.nn.LSTM(dropout=…)``.
    """

    def __init__(self, cells, dropout: float = 0.0, dtype=None):
        super().__init__()
        layers = [as_layer(cell, dtype) for cell in cells]
        check_layers(layers)
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout is {dropout}; a probability is from 0 to 1")
        self.layers = nn.ModuleList(layers)
        self.dropout = dropout

    @property
    def input_size(self) -> int:
        """How many numbers the first layer reads at each step."""
        return self.layers[0].input_size

    @property
    def output_size(self) -> int:
        """How many numbers the last layer puts out at each step."""
        return self.layers[-1].output_size

    def forward(self, x, state=None, lengths=None) -> Runs:
        """Run over a sequence ``x`` of shape ``(seq_len, batch_size, input_size)``.

        Args:
            state: the state that each layer begins with, from below; None for zeros, in place of
                one or of all.
            lengths: how many steps each sequence of a padded batch has, ``(batch_size,)``.

        Returns:
            :class:`~lstm_lib.layers.Runs` with the last layer's ``outputs``, and tuples with the
            final ``state`` of each layer and its run (``run.runs[0].gates["f"]``).
        """
        runs, reads = [], {}
        for layer, first in zip(self.layers, self.each(state), strict=True):
            if runs:
                x = functional.dropout(runs[-1].outputs, self.dropout, self.training)
                reads = {name: runs[-1].states[part] for name, part in reads_below(layer).items()}
            runs.append(layer(x, first, lengths, **reads))
        return Runs(runs[-1].outputs, tuple(run.state for run in runs), tuple(runs))

    def each(self, state):
        """A state, or None, for each layer."""
        count = len(self.layers)
        if state is None:
            return [None] * count
        if not isinstance(state, (tuple, list)) or len(state) != count:
            raise TypeError(f"state must be a list of {count}: one state for each layer, or None")
        return state

    def extra_repr(self):
        return f"dropout={self.dropout}"


def reads_below(layer):
    """What the layer reads beside its input, and which part of the state below that is."""
    reads = layer.cell.reads if isinstance(layer, Recurrent) else {}
    return {name: part for name, part in reads.items() if part}


def check_layers(layers):
    """Each must be a recurrent layer, and read what the one below it has."""
    if not layers:
        raise ValueError("cells is empty; a stack has one layer or more")
    for k, layer in enumerate(layers, start=1):
        if not isinstance(layer, (Recurrent, Bidirectional)):
            name = type(layer).__name__
            raise TypeError(f"layer {k} is a {name}; give a cell, a Recurrent or a Bidirectional")
    for k, (below, above) in enumerate(pairwise(layers), start=1):
        if above.input_size != below.output_size:
            raise ValueError(
                f"layer {k + 1} has input_size={above.input_size}, and layer {k} puts out "
                f"{below.output_size} numbers"
            )
        shapes = below.cell.state_shapes() if isinstance(below, Recurrent) else {}
        for name, part in reads_below(above).items():
            size, found = above.cell.hidden_size, shapes.get(part, "none")
            if found != (size,):
                raise ValueError(
                    f"layer {k + 1} reads {name}, the state {part!r} of layer {k}, as {size} "
                    f"numbers; its shape there is {found}"
                )
