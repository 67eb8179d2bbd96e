"""The depth-gated LSTM: a gate adds the cell state of the layer below."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class DepthGatedLSTMCell(Cell):
    r"""An LSTM in a stack, whose cell state also receives that of the layer below, through a gate.

    .. math::

        d_t &= \sigma(W_d x_t + b_d + p_d \odot C_{t-1} + \ell_d \odot C^{\text{below}}_t)
            && \text{how much comes up} \\
        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f) \\
        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= d_t \odot C^{\text{below}}_t + f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
        h_t &= o_t \odot \tanh(C_t)

    Its input :math:`x_t` is the :math:`h_t` of the layer below, and it reads that layer's new
    cell state, ``c_below``, shape ``(batch_size, hidden_size)``: both layers have the same
    ``hidden_size``. In the lowest layer there is nothing below, which is zero, and it is an
    :class:`~lstm_lib.cells.LSTMCell`. The weights ``cell.p["d"]`` and ``cell.l["d"]`` are
    peepholes, one for each unit; :math:`d` has no :math:`U`.

    Source: Yao et al. (2015), "Depth-gated LSTM"; the other gates are the essay's, without
    peepholes.
    """

    gates = ("d", "f", "i", "c_tilde", "o")
    state = ("h", "c")
    reads = {"c_below": "c"}

    def weight_shapes(self):
        shapes = super().weight_shapes() | {k: {"d": (self.hidden_size,)} for k in "pl"}
        del shapes["U"]["d"]
        return shapes

    def step(self, a, s):
        d = sigmoid(a.d + self.p["d"] * s.c + self.l["d"] * s.c_below)
        f = sigmoid(a.f)
        i = sigmoid(a.i)
        c_tilde = tanh(a.c_tilde)
        c = d * s.c_below + f * s.c + i * c_tilde
        o = sigmoid(a.o)
        h = o * tanh(c)
        return self.State(h=h, c=c), self.Gates(d=d, f=f, i=i, c_tilde=c_tilde, o=o)
