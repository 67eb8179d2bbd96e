"""The simple recurrent unit."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid


class SRUCell(Cell):
    r"""An LSTM without matrices :math:`U`: its gates see the cell state, its output also the input.

    .. math::

        f_t &= \sigma(W_f x_t + b_f + v_f \odot C_{t-1}) && \text{what to keep} \\
        \tilde{x}_t &= W_x x_t && \text{what to write} \\
        C_t &= f_t \odot C_{t-1} + (1 - f_t) \odot \tilde{x}_t && \text{the new state} \\
        r_t &= \sigma(W_r x_t + b_r + v_r \odot C_{t-1}) && \text{what to show of it} \\
        h_t &= r_t \odot C_t + (1 - r_t) \odot x_t && \text{the output}

    Only elementwise products reach back in time: ``cell.v["f"]`` has shape ``(hidden_size,)``. The
    input in the output, a highway past the cell, must be as wide as the state. If ``input_size`` is
    not ``hidden_size``, :math:`P_x x_t` stands there, with a matrix ``cell.P["x"]``.

    Source: Lei et al. (2018), "Simple recurrent units for highly parallelizable recurrence".
    """

    gates = ("x_tilde", "f", "r")
    state = ("h", "c")

    def weight_shapes(self):
        h, d = self.hidden_size, self.input_size
        W, vectors = super().weight_shapes()["W"], {"f": (h,), "r": (h,)}
        return {"W": W, "U": {}, "b": vectors, "v": vectors, "P": {} if d == h else {"x": (h, d)}}

    def step(self, a, s):
        x = s.x @ self.P["x"].T if self.P else s.x
        f = sigmoid(a.f + self.v["f"] * s.c)
        c = f * s.c + (1 - f) * a.x_tilde
        r = sigmoid(a.r + self.v["r"] * s.c)
        h = r * c + (1 - r) * x
        return self.State(h=h, c=c), self.Gates(x_tilde=a.x_tilde, f=f, r=r)
