"""An LSTM without a hidden state between the steps: its gates read the memory itself."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid


class MemoryOnlyCell(Cell):
    r"""A memory, and three gates that read it: what to keep, what to write, what to show.

    .. math::

        f_t &= \sigma(W_f x_t + U_f C_{t-1} + b_f) && \text{what to keep} \\
        i_t &= \sigma(W_i x_t + U_i C_{t-1} + b_i) && \text{where to write} \\
        \tilde{C}_t &= W_C x_t && \text{what to write} \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t && \text{the memory} \\
        o_t &= \sigma(W_o x_t + U_o C_{t-1} + b_o) && \text{what to show of it} \\
        h_t &= o_t \odot C_t && \text{the output}

    Each gate meets the whole memory, through a matrix, where an LSTM's meet the last output and a
    peephole one unit. Only gates are squashed: what is written is the input, turned by a fixed
    matrix without bias, and what is shown is the memory itself.

    Source: the simplification with which some introductions begin; compare Gers & Schmidhuber
    (2000), whose peepholes read the memory too.
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
