"""Coupled input and forget gate, with peepholes."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class CIFGCell(Cell):
    r"""The peephole LSTM whose forget gate is one minus its input gate.

    .. math::

        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i + p_i \odot C_{t-1}) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= (1 - i_t) \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o + p_o \odot C_t) \\
        h_t &= o_t \odot \tanh(C_t)

    It is as if :math:`f_t = 1 - i_t`: the :class:`~lstm_lib.cells.CoupledLSTMCell` with peepholes.

    Source: Greff et al. (2017), "LSTM: A search space odyssey", where it is called CIFG.
    """

    gates = ("i", "c_tilde", "o")
    state = ("h", "c")

    def weight_shapes(self):
        return super().weight_shapes() | {"p": dict.fromkeys(("i", "o"), (self.hidden_size,))}

    def step(self, a, s):
        i = sigmoid(a.i + self.p["i"] * s.c)
        c_tilde = tanh(a.c_tilde)
        c = (1 - i) * s.c + i * c_tilde
        o = sigmoid(a.o + self.p["o"] * c)
        h = o * tanh(c)
        return self.State(h=h, c=c), self.Gates(i=i, c_tilde=c_tilde, o=o)
