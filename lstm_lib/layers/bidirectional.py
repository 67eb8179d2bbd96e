"""Two cells over the same sequence, in opposite directions."""

from typing import NamedTuple

import torch
from torch import nn

from lstm_lib.layers.recurrent import Recurrent, Runs, as_layer
from lstm_lib.sequences.padding import reverse
from lstm_lib.sequences.unroll import ByName


class BothWays(NamedTuple):
    """Something for each of the two directions."""

    forwards: object
    """Of the cell that reads from the first step to the last."""
    backwards: object
    """Of the cell that reads from the last step to the first."""


class Bidirectional(nn.Module):
    r"""Two cells read a sequence in opposite directions: each step's output knows all of it.

    .. math::

        \overrightarrow{s}_t &= \overrightarrow{\text{step}}(x_t, \overrightarrow{s}_{t-1}),
            \qquad t = 1, \dots, T \\
        \overleftarrow{s}_t &= \overleftarrow{\text{step}}(x_t, \overleftarrow{s}_{t+1}),
            \qquad t = T, \dots, 1 \\
        y_t &= [\overrightarrow{h}_t, \overleftarrow{h}_t]

    Both runs are kept in the order of time: entry ``t`` of ``run.runs.backwards.gates["f"]`` is
    what was computed where :math:`x_t` was read. So the backward cell's final state is that of
    the *first* step. With ``lengths``, it begins at each sequence's own last step.

    The two are the layers ``layer.forwards`` and ``layer.backwards``.

    Args:
        cell_forward: a :class:`~lstm_lib.cells.Cell`, or a :class:`~lstm_lib.layers.Recurrent`.
        cell_backward: another, with the same ``input_size``; its hidden size may differ.
        dtype: of the parameters of cells; PyTorch's default dtype if left out.

    Raises:
        ValueError: cells that read different numbers of features.
        TypeError: neither a cell nor a :class:`~lstm_lib.layers.Recurrent`.

    Source: Schuster & Paliwal (1997), "Bidirectional recurrent neural networks".
    """

    def __init__(self, cell_forward, cell_backward, dtype=None):
        super().__init__()
        cells = {"cell_forward": cell_forward, "cell_backward": cell_backward}
        layers = [as_layer(cell, dtype) for cell in cells.values()]
        for name, layer in zip(cells, layers, strict=True):
            if not isinstance(layer, Recurrent):
                raise TypeError(f"{name} is a {type(layer).__name__}; give a cell or a Recurrent")
        self.forwards, self.backwards = layers
        if self.backwards.input_size != self.forwards.input_size:
            raise ValueError(
                f"cell_backward has input_size={self.backwards.input_size}, and cell_forward "
                f"has {self.forwards.input_size}: both read the same sequence"
            )

    @property
    def input_size(self) -> int:
        """How many numbers it reads at each step."""
        return self.forwards.input_size

    @property
    def output_size(self) -> int:
        """How many numbers it puts out at each step, those of both directions."""
        return self.forwards.output_size + self.backwards.output_size

    def forward(self, x, state=None, lengths=None) -> Runs:
        """Run over a sequence ``x`` of shape ``(seq_len, batch_size, input_size)``, both ways.

        Args:
            state: a pair of states, the forward cell's and the backward one's (which it has
                after each sequence's end); None for zeros, in place of one or of both.
            lengths: how many steps each sequence of a padded batch has, ``(batch_size,)``.

        Returns:
            :class:`~lstm_lib.layers.Runs` whose ``outputs`` are the forward cell's, then the
            backward one's, and whose ``state`` and ``runs`` are
            :class:`~lstm_lib.layers.BothWays`.
        """
        ahead, back = both(state)
        forwards = self.forwards(x, ahead, lengths)
        backwards = in_time(self.backwards(reverse(x, lengths), back, lengths), lengths)
        return Runs(
            outputs=torch.cat([forwards.outputs, backwards.outputs], dim=-1),
            state=BothWays(forwards.state, backwards.state),
            runs=BothWays(forwards, backwards),
        )


def in_time(run, lengths):
    """A run over reversed sequences, with its steps put back into the order of time."""

    def each(values):
        return ByName(values.kind, {name: reverse(v, lengths) for name, v in values.items()})

    outputs = reverse(run.outputs, lengths)
    return run._replace(outputs=outputs, states=each(run.states), gates=each(run.gates))


def both(state):
    if state is None:
        return BothWays(None, None)
    if not isinstance(state, (tuple, list)) or len(state) != 2:
        raise TypeError("state must be a pair: the forward cell's state, and the backward one's")
    return BothWays(*state)
