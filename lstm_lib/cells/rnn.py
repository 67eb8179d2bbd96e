"""The plain recurrent cell."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import tanh


class RNNCell(Cell):
    r"""The plain recurrent cell: one tanh layer of the input and the previous hidden state.

    .. math:: h_t = \tanh(W_h x_t + U_h h_{t-1} + b_h)

    Its only layer computes the new hidden state, so layer and state share the name ``h``.

    Source: Elman (1990), the simple recurrent network, here with tanh as in ``torch.nn.RNN``.
    """

    gates = ("h",)
    state = ("h",)

    def step(self, a, s):
        h = tanh(a.h)
        return self.State(h=h), self.Gates(h=h)
