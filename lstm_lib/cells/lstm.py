"""The LSTM."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class LSTMCell(Cell):
    r"""The LSTM: a cell state that is carried along, and three gates that protect and control it.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f) && \text{what to keep of the old state} \\
        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) && \text{where to write} \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \quad && \text{what to write} \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t && \text{the new state} \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o) && \text{what to show of it} \\
        h_t &= o_t \odot \tanh(C_t) && \text{the output}

    Sources: Hochreiter & Schmidhuber (1997); the forget gate is from Gers, Schmidhuber & Cummins
    (2000). This is the form of the essay and of ``torch.nn.LSTM``: no peepholes.
    """

    gates = ("f", "i", "c_tilde", "o")
    state = ("h", "c")

    def step(self, a, s):
        f = sigmoid(a.f)
        i = sigmoid(a.i)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + i * c_tilde
        o = sigmoid(a.o)
        h = o * tanh(c)
        return self.State(h=h, c=c), self.Gates(f=f, i=i, c_tilde=c_tilde, o=o)
