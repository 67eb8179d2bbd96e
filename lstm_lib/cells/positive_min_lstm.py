"""The minimal LSTM whose state is positive, so that it can be computed in logarithms."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import log_positive, log_sigmoid, positive, sigmoid


class PositiveMinLSTMCell(Cell):
    r"""The minimal LSTM with a candidate that is always positive: its state has a logarithm.

    .. math::

        f_t &= \frac{\sigma(a_f)}{\sigma(a_f) + \sigma(a_i)} && \text{what to keep} \\
        i_t &= 1 - f_t && \text{where to write} \\
        \tilde{h}_t &= g(W_h x_t + b_h), \quad g(a) = \max(a + \tfrac{1}{2},\, \sigma(a))
            && \text{what to write} \\
        h_t &= f_t \odot h_{t-1} + i_t \odot \tilde{h}_t

    with :math:`a_f = W_f x_t + b_f` and :math:`a_i = W_i x_t + b_i`. It is the
    :class:`~lstm_lib.cells.MinLSTMCell` but for :math:`g`, which is :math:`a + \tfrac{1}{2}` for
    :math:`a \geq 0` and :math:`\sigma(a)` below. Since nothing is negative, all states can be
    computed at once as logarithms, which neither overflow nor underflow:
    ``scan_log(*cell.log_terms(x))``.

    Source: Feng et al. (2024), "Were RNNs all we needed?", the form for training in log space.
    """

    gates = ("f", "i", "h_tilde")
    state = ("h",)

    def weight_shapes(self):
        return super().weight_shapes() | {"U": {}}

    def step(self, a, s):
        f = sigmoid(log_sigmoid(a.f) - log_sigmoid(a.i))
        i = 1 - f
        h_tilde = positive(a.h_tilde)
        h = f * s.h + i * h_tilde
        return self.State(h=h), self.Gates(f=f, i=i, h_tilde=h_tilde)

    def log_terms(self, x):
        r"""The logarithms of what each step keeps, :math:`f_t`, and writes,
        :math:`i_t \odot \tilde{h}_t`, for :func:`~lstm_lib.sequences.scan_log`.

        Args:
            x: the inputs, ``(seq_len, batch_size, input_size)``, or without the batch.

        Returns:
            ``(log_keep, log_write)``, each ``(seq_len, batch_size, hidden_size)``. They come from
            the pre-activations, so they are finite where :math:`f_t` itself is rounded to 0 or 1.
        """
        self.check_input(x, axes=("seq_len", "batch_size", "input_size"))
        a = self.pre_activations(x, None)
        share = log_sigmoid(a.f) - log_sigmoid(a.i)
        return log_sigmoid(share), log_sigmoid(-share) + log_positive(a.h_tilde)
