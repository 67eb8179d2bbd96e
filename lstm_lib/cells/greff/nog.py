"""No output gate: the hidden state is the tanh of the whole cell state."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class NOGCell(Cell):
    r"""The peephole LSTM without its output gate: its hidden state is the tanh of the cell state.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f + p_f \odot C_{t-1}) \\
        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i + p_i \odot C_{t-1}) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        h_t &= \tanh(C_t)

    With the gate goes its peephole. It is as if :math:`o_t = 1`.

    Source: Greff et al. (2017), "LSTM: A search space odyssey", where it is called NOG.
    """

    gates = ("f", "i", "c_tilde")
    state = ("h", "c")

    def weight_shapes(self):
        return super().weight_shapes() | {"p": dict.fromkeys(("f", "i"), (self.hidden_size,))}

    def step(self, a, s):
        f = sigmoid(a.f + self.p["f"] * s.c)
        i = sigmoid(a.i + self.p["i"] * s.c)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + i * c_tilde
        h = tanh(c)
        return self.State(h=h, c=c), self.Gates(f=f, i=i, c_tilde=c_tilde)
