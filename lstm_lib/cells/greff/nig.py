"""No input gate: the whole candidate is always added."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class NIGCell(Cell):
    r"""The peephole LSTM without its input gate: the whole candidate is always added.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f + p_f \odot C_{t-1}) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= f_t \odot C_{t-1} + \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o + p_o \odot C_t) \\
        h_t &= o_t \odot \tanh(C_t)

    With the gate goes its peephole. It is as if :math:`i_t = 1`.

    Source: Greff et al. (2017), "LSTM: A search space odyssey", where it is called NIG.
    """

    gates = ("f", "c_tilde", "o")
    state = ("h", "c")

    def weight_shapes(self):
        return super().weight_shapes() | {"p": dict.fromkeys(("f", "o"), (self.hidden_size,))}

    def step(self, a, s):
        f = sigmoid(a.f + self.p["f"] * s.c)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + c_tilde
        o = sigmoid(a.o + self.p["o"] * c)
        h = o * tanh(c)
        return self.State(h=h, c=c), self.Gates(f=f, c_tilde=c_tilde, o=o)
