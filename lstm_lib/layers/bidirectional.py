"""Two cells over the same sequence, in opposite directions."""

from functools import partial
from typing import NamedTuple

import torch
from torch.utils._pytree import tree_map

from lstm_lib.layers.recurrent import Recurrent, RecurrentLayer, Runs, along_time, as_layer
from lstm_lib.layers.registered import register_runs
from lstm_lib.sequences.padding import reverse


class BothWays(NamedTuple):
    """Something for each of the two directions."""

    forwards: object
    """Of the cell that reads from the first step to the last."""
    backwards: object
    """Of the cell that reads from the last step to the first."""


register_runs(BothWays, Runs)


class Bidirectional(RecurrentLayer):
    r"""Two cells read a sequence in opposite directions: each output depends on all of it.

    .. math::

        \overrightarrow{s}_t &= \overrightarrow{\text{step}}(x_t, \overrightarrow{s}_{t-1}),
            \qquad t = 1, \dots, T \\
        \overleftarrow{s}_t &= \overleftarrow{\text{step}}(x_t, \overleftarrow{s}_{t+1}),
            \qquad t = T, \dots, 1 \\
        y_t &= [\overrightarrow{h}_t, \overleftarrow{h}_t]

    Both runs are returned in the order of time: entry ``t`` of ``run.runs.backwards.gates["f"]`` is
    what was computed where :math:`x_t` was read. So the backward cell's final state belongs to
    the *first* step. With ``lengths``, it begins at each sequence's own last step.

    The two are the layers ``layer.forwards`` and ``layer.backwards``.

    Args:
        cell_forward: a :class:`~lstm_lib.cells.Cell`, or a :class:`~lstm_lib.layers.Recurrent`.
        cell_backward: another, with the same ``input_size``; its hidden size may differ.
        dtype: of the parameters of cells; PyTorch's default dtype if left out.
        batch_first: as for ``torch.nn.LSTM``: the axes of sequences are batch, time, features.

    Raises:
        ValueError: cells that read different numbers of features; a layer that is ``batch_first``
            itself.
        TypeError: neither a cell nor a :class:`~lstm_lib.layers.Recurrent`.

    Source: Schuster & Paliwal (1997), "Bidirectional recurrent neural networks".
    """

    num_layers = 1
    bidirectional = True

    def __init__(self, cell_forward, cell_backward, dtype=None, batch_first=False):
        super().__init__(batch_first)
        cells = {"cell_forward": cell_forward, "cell_backward": cell_backward}
        layers = [as_layer(cell, dtype) for cell in cells.values()]
        for name, layer in zip(cells, layers, strict=True):
            if not isinstance(layer, Recurrent):
                raise TypeError(f"{name} is a {kind_of(layer)}; give a cell or a Recurrent")
            check_time_first(name, layer, "Bidirectional")
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
    def hidden_size(self) -> int:
        """How many units each of the two cells has.

        Raises:
            ValueError: the two differ.
        """
        return the_same("hidden_size", [self.forwards, self.backwards])

    @property
    def output_size(self) -> int:
        """How many numbers it returns at each step, those of both directions."""
        return self.forwards.output_size + self.backwards.output_size

    def forward(self, x, state=None, lengths=None, reads=None) -> Runs:
        """Run over a sequence ``x`` of shape ``(seq_len, batch_size, input_size)``, both ways.

        Args:
            state: a pair of states, the forward cell's and the backward one's (which it has
                after each sequence's end); None for zeros, in place of one or of both.
            lengths: how many steps each sequence of a padded batch has, ``(batch_size,)``.
            reads: a pair of dictionaries with the side inputs of each cell, in the order of time:
                ``({"clock": …}, {"clock": …})``; None, in place of one or of both, for the cells'
                defaults.

        Returns:
            :class:`~lstm_lib.layers.Runs` whose ``outputs`` are the forward cell's, then the
            backward one's, and whose ``state`` and ``runs`` are
            :class:`~lstm_lib.layers.BothWays`.
        """
        ahead, back = both("state", state, "the forward cell's state, and the backward one's")
        meaning = "the forward cell's side inputs, by name, and the backward one's"
        reads_ahead, reads_back = tree_map(self.time_first, both("reads", reads, meaning))
        x, turn = self.time_first(x), partial(reverse, lengths=lengths)
        forwards = self.forwards(x, ahead, lengths, **(reads_ahead or {}))
        backwards = self.backwards(turn(x), back, lengths, **tree_map(turn, reads_back or {}))
        backwards = along_time(backwards, turn)
        return self.as_given(
            Runs(
                outputs=torch.cat([forwards.outputs, backwards.outputs], dim=-1),
                state=BothWays(forwards.state, backwards.state),
                runs=BothWays(forwards, backwards),
            )
        )

    def to_numpy(self) -> BothWays:
        """A NumPy cell for each direction; see :meth:`lstm_lib.layers.Recurrent.to_numpy`."""
        return BothWays(self.forwards.to_numpy(), self.backwards.to_numpy())


def both(name, pair, meaning):
    """A pair as :class:`BothWays`, None as two of None. A named tuple (a state) is refused."""
    if pair is None:
        return BothWays(None, None)
    other = hasattr(pair, "_fields") and not isinstance(pair, BothWays)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2 or other:
        raise TypeError(f"{name} must be a pair: {meaning}")
    return BothWays(*pair)


def the_same(name, layers):
    """The value that all of these layers have in common."""
    values = list(dict.fromkeys(getattr(layer, name) for layer in layers))
    if len(values) > 1:
        raise ValueError(
            f"these layers differ in {name}: {' and '.join(map(str, values))}; ask each of them"
        )
    return values[0]


def check_time_first(name, layer, owner):
    """A layer inside another must not be ``batch_first``: it is given sequences time first."""
    if layer.batch_first:
        raise ValueError(
            f"{name} has batch_first=True; leave it out there and set it once, on the outer layer: "
            f"{owner}(…, batch_first=True)"
        )


def kind_of(layer):
    return f"class, {layer.__name__}" if isinstance(layer, type) else type(layer).__name__
