"""The minimal LSTM: its gates read only the input, so all steps can be computed at once."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import log_sigmoid, sigmoid


class MinLSTMCell(Cell):
    r"""An LSTM of two gates that sum to one and, like its candidate, read only the input.

    .. math::

        f_t &= \frac{\sigma(a_f)}{\sigma(a_f) + \sigma(a_i)} && \text{what to keep} \\
        i_t &= 1 - f_t = \frac{\sigma(a_i)}{\sigma(a_f) + \sigma(a_i)}
            && \text{where to write} \\
        \tilde{h}_t &= W_h x_t + b_h && \text{what to write} \\
        h_t &= f_t \odot h_{t-1} + i_t \odot \tilde{h}_t

    with :math:`a_f = W_f x_t + b_f` and :math:`a_i = W_i x_t + b_i`. There are no matrices
    :math:`U`, so :func:`lstm_lib.sequences.scan` computes all states at once. The share is written
    :math:`f_t = \sigma(\log \sigma(a_f) - \log \sigma(a_i))`, the same number, which no large
    :math:`a` can turn into zero by zero.

    Source: Feng et al. (2024), "Were RNNs all we needed?".
    """

    gates = ("f", "i", "h_tilde")
    state = ("h",)

    def weight_shapes(self):
        return super().weight_shapes() | {"U": {}}

    def step(self, a, s):
        f = sigmoid(log_sigmoid(a.f) - log_sigmoid(a.i))
        i = 1 - f
        h_tilde = a.h_tilde
        h = f * s.h + i * h_tilde
        return self.State(h=h), self.Gates(f=f, i=i, h_tilde=h_tilde)
