"""No forget gate: the old cell state is always kept whole."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class NFGCell(Cell):
    r"""The peephole LSTM without its forget gate: the old cell state is always kept whole.

    .. math::

        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i + p_i \odot C_{t-1}) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o + p_o \odot C_t) \\
        h_t &= o_t \odot \tanh(C_t)

    With the gate goes its peephole. It is as if :math:`f_t = 1`: the
    :class:`~lstm_lib.cells.LSTM1997Cell` with peepholes.

    Source: Greff et al. (2017), "LSTM: A search space odyssey", where it is called NFG.
    """

    gates = ("i", "c_tilde", "o")
    state = ("h", "c")

    def weight_shapes(self):
        return super().weight_shapes() | {"p": dict.fromkeys(("i", "o"), (self.hidden_size,))}

    def step(self, a, s):
        i = sigmoid(a.i + self.p["i"] * s.c)
        c_tilde = tanh(a.c_tilde)
        c = s.c + i * c_tilde
        o = sigmoid(a.o + self.p["o"] * c)
        h = o * tanh(c)
        return self.State(h=h, c=c), self.Gates(i=i, c_tilde=c_tilde, o=o)
