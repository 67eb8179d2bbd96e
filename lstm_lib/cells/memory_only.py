"""An LSTM without a hidden state between the steps: its gates read the cell state."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid


class MemoryOnlyCell(Cell):
    r"""An LSTM without tanh whose gates read the cell state in place of the hidden state.

    .. math::

        f_t &= \sigma(W_f x_t + U_f C_{t-1} + b_f) && \text{what to keep} \\
        i_t &= \sigma(W_i x_t + U_i C_{t-1} + b_i) && \text{where to write} \\
        \tilde{C}_t &= W_C x_t && \text{what to write} \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t && \text{the memory} \\
        o_t &= \sigma(W_o x_t + U_o C_{t-1} + b_o) && \text{what to show of it} \\
        h_t &= o_t \odot C_t && \text{the output}

    It differs from the :class:`~lstm_lib.cells.LSTMCell` in several places. Each gate reads the
    whole cell state through a matrix, where an LSTM's reads the previous hidden state, and a
    peephole one number. The candidate is a linear function of the input alone, without bias and
    without tanh, and there is no tanh in the output either.

    Source: no paper that we know of proposes just this cell; compare Gers & Schmidhuber (2000),
    whose peepholes read the memory too.
    """

    gates = ("f", "i", "c_tilde", "o")
    state = ("h", "c")
    recurrent = "c"

    def weight_shapes(self):
        shapes = super().weight_shapes()
        del shapes["U"]["c_tilde"], shapes["b"]["c_tilde"]
        return shapes

    def step(self, a, s):
        f = sigmoid(a.f)
        i = sigmoid(a.i)
        c_tilde = a.c_tilde
        c = f * s.c + i * c_tilde
        o = sigmoid(a.o)
        h = o * c
        return self.State(h=h, c=c), self.Gates(f=f, i=i, c_tilde=c_tilde, o=o)
