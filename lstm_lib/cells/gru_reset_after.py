"""The gated recurrent unit of PyTorch: the reset gate comes after the matrix."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class GRUResetAfterCell(Cell):
    r"""The gated recurrent unit of PyTorch and cuDNN: the reset comes after the recurrent matrix.

    .. math::

        z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z) && \text{how much is kept} \\
        r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r) && \text{how much of it the candidate reads} \\
        \tilde{h}_t &= \tanh(W_h x_t + b_h + r_t \odot (U_h h_{t-1} + d_h)) \quad
            && \text{what replaces it} \\
        h_t &= (1 - z_t) \odot \tilde{h}_t + z_t \odot h_{t-1}

    It is not the function of :class:`~lstm_lib.cells.GRUCell`, where the reset gate comes before
    the matrix, and :math:`z` points the other way. The candidate has a second bias,
    ``cell.d["h_tilde"]`` of shape ``(hidden_size,)``, inside the reset.

    Source: the form of cuDNN and of ``torch.nn.GRU``, after Cho et al. (2014).
    """

    gates = ("z", "r", "h_tilde")
    state = ("h",)
    late = {"h_tilde": "U"}

    def weight_shapes(self):
        return super().weight_shapes() | {"d": {"h_tilde": (self.hidden_size,)}}

    def step(self, a, s):
        z = sigmoid(a.z)
        r = sigmoid(a.r)
        h_tilde = tanh(a.h_tilde + r * (s.h @ self.U["h_tilde"].T + self.d["h_tilde"]))
        h = (1 - z) * h_tilde + z * s.h
        return self.State(h=h), self.Gates(z=z, r=r, h_tilde=h_tilde)
