"""The minimal GRU whose state is positive, so that it can be computed in logarithms."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import log_positive, log_sigmoid, positive, sigmoid


class PositiveMinGRUCell(Cell):
    r"""The minimal GRU with a positive candidate, so that its state can be kept as a logarithm.

    .. math::

        z_t &= \sigma(W_z x_t + b_z) && \text{how much is replaced} \\
        \tilde{h}_t &= g(W_h x_t + b_h), \quad g(a) = \max(a + \tfrac{1}{2},\, \sigma(a))
            && \text{what replaces it} \\
        h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t

    It is the :class:`~lstm_lib.cells.MinGRUCell` but for :math:`g`, which is
    :math:`a + \tfrac{1}{2}` for :math:`a \geq 0` and :math:`\sigma(a)` below. Since nothing is
    negative, all states can be computed at once as logarithms, which neither overflow nor
    underflow: ``scan_log(*cell.log_terms(x))``.

    Source: Feng et al. (2024), "Were RNNs all we needed?", the form for training in log space.
    """

    gates = ("z", "h_tilde")
    state = ("h",)

    def weight_shapes(self):
        return super().weight_shapes() | {"U": {}}

    def step(self, a, s):
        z = sigmoid(a.z)
        h_tilde = positive(a.h_tilde)
        h = (1 - z) * s.h + z * h_tilde
        return self.State(h=h), self.Gates(z=z, h_tilde=h_tilde)

    def log_terms(self, x):
        r"""The logarithms of what each step keeps, :math:`1 - z_t`, and writes,
        :math:`z_t \odot \tilde{h}_t`, for :func:`~lstm_lib.sequences.scan_log`.

        Args:
            x: the inputs, ``(seq_len, batch_size, input_size)``, or without the batch.

        Returns:
            ``(log_keep, log_write)``, each ``(seq_len, batch_size, hidden_size)``. They come from
            the pre-activations, so they are finite where :math:`z_t` itself is rounded to 0 or 1.
        """
        self.check_input(x, axes=("seq_len", "batch_size", "input_size"))
        a = self.pre_activations(x, None)
        return log_sigmoid(-a.z), log_sigmoid(a.z) + log_positive(a.h_tilde)
