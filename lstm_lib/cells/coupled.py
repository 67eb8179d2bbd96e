"""The LSTM with coupled input and forget gates."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class CoupledLSTMCell(Cell):
    r"""An LSTM whose forget gate is one minus its input gate: it forgets as much as it writes.

    .. math::

        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= (1 - i_t) \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
        h_t &= o_t \odot \tanh(C_t)

    Since :math:`1 - \sigma(a) = \sigma(-a)`, it is an :class:`~lstm_lib.cells.LSTMCell` whose
    forget gate has the input gate's weights with the opposite sign. The cell state is an average
    of what was there and the candidate, so it stays between -1 and 1 if it starts there.

    Source: the essay, "coupled forget and input gates"; "CIFG" in Greff et al. (2017).
    """

    gates = ("i", "c_tilde", "o")
    state = ("h", "c")

    def step(self, a, s):
        i = sigmoid(a.i)
        c_tilde = tanh(a.c_tilde)
        c = (1 - i) * s.c + i * c_tilde
        o = sigmoid(a.o)
        h = o * tanh(c)
        return self.State(h=h, c=c), self.Gates(i=i, c_tilde=c_tilde, o=o)
