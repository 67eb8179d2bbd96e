"""MUT3: the update gate reads the tanh of the state."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class MUT3Cell(Cell):
    r"""A GRU whose update gate reads the tanh of the state.

    .. math::

        z_t &= \sigma(W_z x_t + b_z + U_z \tanh(h_{t-1})) \\
        r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r) \\
        \tilde{h}_t &= \tanh(W_h x_t + b_h + U_h (r_t \odot h_{t-1})) \\
        h_t &= z_t \odot \tilde{h}_t + (1 - z_t) \odot h_{t-1}

    It is the :class:`~lstm_lib.cells.GRUCell` but for one tanh, and one of the three best
    variants that a search by mutations found.

    Source: Jozefowicz, Zaremba & Sutskever (2015), where it is called MUT3.
    """

    gates = ("z", "r", "h_tilde")
    state = ("h",)
    late = {"z": "U", "h_tilde": "U"}

    def step(self, a, s):
        z = sigmoid(a.z + tanh(s.h) @ self.U["z"].T)
        r = sigmoid(a.r)
        h_tilde = tanh(a.h_tilde + (r * s.h) @ self.U["h_tilde"].T)
        h = z * h_tilde + (1 - z) * s.h
        return self.State(h=h), self.Gates(z=z, r=r, h_tilde=h_tilde)
