"""The Grid LSTM in two dimensions: one LSTM along time, and one along depth."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class GridLSTMCell(Cell):
    r"""Two LSTMs with the same inputs: one carries its cell state through time, one up the layers.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f), \; \dots
            && \text{the gates of time; } x_t = h^{\text{below}}_t \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        h_t &= o_t \odot \tanh(C_t) && \text{to the next step} \\
        f^{\text{up}}_t &= \sigma(W_{f}^{\text{up}} x_t + U_{f}^{\text{up}} h_{t-1}
            + b_{f}^{\text{up}}), \; \dots && \text{the gates of depth} \\
        C^{\text{up}}_t &= f^{\text{up}}_t \odot C^{\text{below}}_t
            + i^{\text{up}}_t \odot \tilde{C}^{\text{up}}_t \\
        h^{\text{up}}_t &= o^{\text{up}}_t \odot \tanh(C^{\text{up}}_t)
            && \text{to the layer above}

    Both read both hidden vectors, the one that comes through time and the one from below, and
    each keeps its own cell state. From below come :math:`x_t` and ``c_below``, shape
    ``(batch_size, hidden_size)``; to the layer above go ``h_up`` and ``c_up``. They are parts of
    the state for being handed on; the next step does not read them.

    Source: Kalchbrenner, Danihelka & Graves (2015), "Grid long short-term memory", whose
    transforms have no biases and whose h is :math:`\tanh(o_t \odot C_t)`; here each of the two is
    the LSTM of the book.
    """

    gates = ("f", "i", "c_tilde", "o", "f_up", "i_up", "c_tilde_up", "o_up")
    state = ("h", "c", "h_up", "c_up")
    reads = {"c_below": "c_up"}
    output = "h_up"

    def step(self, a, s):
        f, i, c_tilde, o = sigmoid(a.f), sigmoid(a.i), tanh(a.c_tilde), sigmoid(a.o)
        c = f * s.c + i * c_tilde
        h = o * tanh(c)
        f_up, i_up = sigmoid(a.f_up), sigmoid(a.i_up)
        c_tilde_up, o_up = tanh(a.c_tilde_up), sigmoid(a.o_up)
        c_up = f_up * s.c_below + i_up * c_tilde_up
        h_up = o_up * tanh(c_up)
        gates = self.Gates(f, i, c_tilde, o, f_up, i_up, c_tilde_up, o_up)
        return self.State(h=h, c=c, h_up=h_up, c_up=c_up), gates
