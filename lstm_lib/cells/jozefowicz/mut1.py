"""MUT1: the update gate reads only the input."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class MUT1Cell(Cell):
    r"""A GRU whose update gate reads only the input, which passes a tanh before the candidate.

    .. math::

        z_t &= \sigma(W_z x_t + b_z) \\
        r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r) \\
        \tilde{h}_t &= \tanh(\tanh(W_h x_t) + U_h (r_t \odot h_{t-1}) + b_h) \\
        h_t &= z_t \odot \tilde{h}_t + (1 - z_t) \odot h_{t-1}

    It is one of the three best variants of the GRU that a search by mutations found. Inside the
    candidate the paper writes :math:`\tanh(x_t)`, which needs an input as wide as the state. Here
    there is a matrix :math:`W_h`, so that any sizes go together;
    ``cell.W["h_tilde"] = np.eye(hidden_size)`` is the paper's.

    Source: Jozefowicz, Zaremba & Sutskever (2015), where it is called MUT1.
    """

    gates = ("z", "r", "h_tilde")
    state = ("h",)
    late = {"h_tilde": "Ub"}

    def weight_shapes(self):
        shapes = super().weight_shapes()
        del shapes["U"]["z"]
        return shapes

    def step(self, a, s):
        z = sigmoid(a.z)
        r = sigmoid(a.r)
        h_tilde = tanh(tanh(a.h_tilde) + (r * s.h) @ self.U["h_tilde"].T + self.b["h_tilde"])
        h = z * h_tilde + (1 - z) * s.h
        return self.State(h=h), self.Gates(z=z, r=r, h_tilde=h_tilde)
