"""No output activation function: the hidden state has no tanh."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class NOAFCell(Cell):
    r"""The peephole LSTM without the tanh of its output: the hidden state then has no bound.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f + p_f \odot C_{t-1}) \\
        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i + p_i \odot C_{t-1}) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o + p_o \odot C_t) \\
        h_t &= o_t \odot C_t

    All gates and peepholes are there.

    Source: Greff et al. (2017), "LSTM: A search space odyssey", where it is called NOAF.
    """

    gates = ("f", "i", "c_tilde", "o")
    state = ("h", "c")

    def weight_shapes(self):
        return super().weight_shapes() | {"p": dict.fromkeys(("f", "i", "o"), (self.hidden_size,))}

    def step(self, a, s):
        f = sigmoid(a.f + self.p["f"] * s.c)
        i = sigmoid(a.i + self.p["i"] * s.c)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + i * c_tilde
        o = sigmoid(a.o + self.p["o"] * c)
        h = o * c
        return self.State(h=h, c=c), self.Gates(f=f, i=i, c_tilde=c_tilde, o=o)
