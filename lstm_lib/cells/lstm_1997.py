"""The LSTM as it was first published, without a forget gate."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class LSTM1997Cell(Cell):
    r"""The first LSTM, without a forget gate: its cell state is only ever added to.

    .. math::

        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
        h_t &= o_t \odot \tanh(C_t)

    It is an :class:`~lstm_lib.cells.LSTMCell` whose forget gate is always 1. Along the cell state
    the derivative :math:`\partial C_t / \partial C_{t-1}` is exactly 1: the constant error
    carousel. The paper squashes with other sigmoids, scaled ones; here it is tanh throughout.

    Source: Hochreiter & Schmidhuber (1997).
    """

    gates = ("i", "c_tilde", "o")
    state = ("h", "c")

    def step(self, a, s):
        i = sigmoid(a.i)
        c_tilde = tanh(a.c_tilde)
        c = s.c + i * c_tilde
        o = sigmoid(a.o)
        h = o * tanh(c)
        return self.State(h=h, c=c), self.Gates(i=i, c_tilde=c_tilde, o=o)
