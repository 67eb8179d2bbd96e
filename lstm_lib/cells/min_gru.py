"""The minimal GRU: its gate reads only the input, so all steps can be computed at once."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid


class MinGRUCell(Cell):
    r"""A GRU without reset gate whose update gate and candidate read only the input.

    .. math::

        z_t &= \sigma(W_z x_t + b_z) && \text{how much is replaced} \\
        \tilde{h}_t &= W_h x_t + b_h && \text{what replaces it} \\
        h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t

    There are no matrices :math:`U`. Gate and candidate of every step are known as soon as the
    inputs are, and :func:`lstm_lib.sequences.scan` computes all states in about :math:`\log_2 T`
    rounds.

    Source: Feng et al. (2024), "Were RNNs all we needed?".
    """

    gates = ("z", "h_tilde")
    state = ("h",)

    def weight_shapes(self):
        return super().weight_shapes() | {"U": {}}

    def step(self, a, s):
        z = sigmoid(a.z)
        h_tilde = a.h_tilde
        h = (1 - z) * s.h + z * h_tilde
        return self.State(h=h), self.Gates(z=z, h_tilde=h_tilde)
