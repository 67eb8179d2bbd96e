"""The gated recurrent unit, as in the essay: the reset gate comes before the matrix."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class GRUCell(Cell):
    r"""The gated recurrent unit: one state, and an update gate that mixes it with a candidate.

    .. math::

        z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z) && \text{how much is replaced} \\
        r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r) && \text{how much of it the candidate reads} \\
        \tilde{h}_t &= \tanh(W_h x_t + b_h + U_h (r_t \odot h_{t-1})) \quad
            && \text{what replaces it} \\
        h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t

    Two things differ between libraries. Here :math:`z = 1` replaces, as in the essay; in PyTorch
    :math:`z = 1` keeps, and :func:`~lstm_lib.layers.turn_z` goes from one to the other. And here
    the reset gate comes before the matrix :math:`U_h`; PyTorch's comes after it. With two units or
    more that is another function: each computes what no weights of the other do.

    Source: Cho et al. (2014), where :math:`z = 1` keeps; the essay, which mixes as here.
    """

    gates = ("z", "r", "h_tilde")
    state = ("h",)
    late = {"h_tilde": "U"}

    def step(self, a, s):
        z = sigmoid(a.z)
        r = sigmoid(a.r)
        h_tilde = tanh(a.h_tilde + (r * s.h) @ self.U["h_tilde"].T)
        h = (1 - z) * s.h + z * h_tilde
        return self.State(h=h), self.Gates(z=z, r=r, h_tilde=h_tilde)
