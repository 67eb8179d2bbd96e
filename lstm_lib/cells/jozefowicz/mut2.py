"""MUT2: the input enters the reset gate as it is."""

from lstm_lib.cells.gru import GRUCell


class MUT2Cell(GRUCell):
    r"""A relative of the GRU found by mutation: the input enters the reset gate as it is.

    .. math::

        z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z) \\
        r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r) \\
        \tilde{h}_t &= \tanh(W_h x_t + b_h + U_h (r_t \odot h_{t-1})) \\
        h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t

    In the reset gate the paper writes :math:`x_t` itself, which needs an input as wide as the
    state. Here it keeps a matrix :math:`W_r`, so that any sizes go together, and with that it is
    the :class:`~lstm_lib.cells.GRUCell`; ``cell.W["r"] = np.eye(hidden_size)`` is the paper's.

    Source: Jozefowicz, Zaremba & Sutskever (2015), where it is called MUT2.
    """
