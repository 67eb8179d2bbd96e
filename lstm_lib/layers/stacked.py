"""Recurrent layers on top of each other."""

from itertools import pairwise

from torch import nn
from torch.nn import functional
from torch.utils._pytree import tree_map

from lstm_lib.layers.bidirectional import Bidirectional, check_time_first, kind_of, the_same
from lstm_lib.layers.recurrent import Recurrent, RecurrentLayer, Runs, as_layer


class Stacked(RecurrentLayer):
    r"""Recurrent layers on top of each other: each reads the outputs of the one below.

    .. math::

        s^{(1)}_t &= \text{step}^{(1)}(x_t, s^{(1)}_{t-1}) \\
        s^{(k)}_t &= \text{step}^{(k)}\big(\text{dropout}(h^{(k-1)}_t), s^{(k)}_{t-1}\big), \; k > 1

    Dropout is between the layers only, and only in training: with probability :math:`p` a number
    that the next layer reads is set to zero, otherwise it is divided by :math:`1 - p`. There is no
    dropout between time steps, nor on the outputs of the last layer.

    A cell with a side input from the state of the layer below, as the depth-gated LSTM has, is
    given that state, without dropout; in the lowest layer it reads zeros.

    Its layers are ``stack.layers[0]`` and so on, from below.

    Args:
        cells: from below, each a :class:`~lstm_lib.cells.Cell`, or a layer already, a
            :class:`~lstm_lib.layers.Recurrent` or :class:`~lstm_lib.layers.Bidirectional` one.
        dropout: the probability :math:`p`.
        dtype: of the parameters of cells; PyTorch's default dtype if left out.
        batch_first: as for ``torch.nn.LSTM``: the axes of sequences are batch, time, features.

    Raises:
        ValueError: no cells; a layer whose input the one below does not have, or not in this
            size; a layer that is ``batch_first`` itself; a probability outside 0 to 1.
        TypeError: something that is not a cell or such a layer.

    Source: Zaremba, Sutskever & Vinyals (2014), "Recurrent neural network regularization", for
    dropout between layers and not between time steps; it is applied where
    ``torch.nn.LSTM(dropout=…)`` applies it.
    """

    def __init__(self, cells, dropout: float = 0.0, dtype=None, batch_first=False):
        super().__init__(batch_first)
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
    def hidden_size(self) -> int:
        """How many units each of the layers has.

        Raises:
            ValueError: the layers differ.
        """
        return the_same("hidden_size", self.layers)

    @property
    def num_layers(self) -> int:
        """How many layers there are."""
        return len(self.layers)

    @property
    def bidirectional(self) -> bool:
        """Whether the layers read in both directions.

        Raises:
            ValueError: some do and some do not.
        """
        return the_same("bidirectional", self.layers)

    @property
    def output_size(self) -> int:
        """How many numbers the last layer returns at each step."""
        return self.layers[-1].output_size

    def forward(self, x, state=None, lengths=None, reads=None) -> Runs:
        """Run over a sequence ``x`` of shape ``(seq_len, batch_size, input_size)``.

        Args:
            state: the state that each layer begins with, from below; None for zeros, in place of
                one or of all.
            lengths: how many steps each sequence of a padded batch has, ``(batch_size,)``.
            reads: the side inputs of each layer, from below: a dictionary by name,
                ``[{"clock": …}, None]``, or a pair of them for both directions; None for the
                cells' defaults. Those that come from the layer below are filled in.

        Returns:
            :class:`~lstm_lib.layers.Runs` with the last layer's ``outputs``, and tuples with the
            final ``state`` of each layer and its run (``run.runs[0].gates["f"]``).

        Raises:
            TypeError: not one state, or one entry of ``reads``, for each layer.
        """
        states = self.each("state", state, "one state for each layer, or None")
        reads = self.each("reads", reads, "each layer's side inputs, by name, or None")
        reads = tree_map(self.time_first, reads)
        x, runs = self.time_first(x), []
        for layer, first, given in zip(self.layers, states, reads, strict=True):
            if runs:
                x = functional.dropout(runs[-1].outputs, self.dropout, self.training)
            runs.append(self.over(layer, x, first, lengths, given, below=runs[-1:]))
        run = Runs(runs[-1].outputs, tuple(run.state for run in runs), tuple(runs))
        return self.as_given(run)

    def over(self, layer, x, state, lengths, given, below):
        """Run one layer over the outputs of the one below, with its side inputs."""
        if not isinstance(layer, Recurrent):
            return layer(x, state, lengths, given)
        from_below = {
            name: run.states[part] for run in below for name, part in reads_below(layer).items()
        }
        return layer(x, state, lengths, **from_below | (given or {}))

    def to_numpy(self) -> list:
        """A NumPy cell for each layer, or :class:`~lstm_lib.layers.BothWays` of two, from below;
        see :meth:`lstm_lib.layers.Recurrent.to_numpy`."""
        return [layer.to_numpy() for layer in self.layers]

    def each(self, name, values, meaning):
        """A value, or None, for each layer. A named tuple, such as a state, is refused."""
        count = len(self.layers)
        if values is None:
            return [None] * count
        if (
            not isinstance(values, (tuple, list))
            or len(values) != count
            or hasattr(values, "_fields")
        ):
            raise TypeError(f"{name} must be a list of {count}: {meaning}")
        return values

    def extra_repr(self):
        return ", ".join(filter(None, (f"dropout={self.dropout}", super().extra_repr())))


def reads_below(layer):
    """The side inputs that come from the layer below, each with the part of its state."""
    reads = layer.bare_cell.reads if isinstance(layer, Recurrent) else {}
    return {name: part for name, part in reads.items() if part}


def check_layers(layers):
    """Each must be a recurrent layer, and read what the one below it has."""
    if not layers:
        raise ValueError("cells is empty; a stack has one layer or more")
    for k, layer in enumerate(layers, start=1):
        if not isinstance(layer, (Recurrent, Bidirectional)):
            name = kind_of(layer)
            raise TypeError(f"layer {k} is a {name}; give a cell, a Recurrent or a Bidirectional")
        check_time_first(f"layer {k}", layer, "Stacked")
    for k, (below, above) in enumerate(pairwise(layers), start=1):
        if above.input_size != below.output_size:
            raise ValueError(
                f"layer {k + 1} has input_size={above.input_size}, and layer {k} puts out "
                f"{below.output_size} numbers"
            )
        shapes = below.bare_cell.state_shapes() if isinstance(below, Recurrent) else {}
        for name, part in reads_below(above).items():
            size, found = above.hidden_size, shapes.get(part, "none")
            if found != (size,):
                raise ValueError(
                    f"layer {k + 1} reads {name}, the state {part!r} of layer {k}, as {size} "
                    f"numbers; its shape there is {found}"
                )
