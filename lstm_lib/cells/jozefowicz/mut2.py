"""MUT2: the input enters the reset gate without a matrix."""

from lstm_lib.cells.gru import GRUCell


class MUT2Cell(GRUCell):
    r"""The GRU itself: MUT2 has no input matrix in the reset gate, and here there is one.

    .. math::

        z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z) \\
        r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r) \\
        \tilde{h}_t &= \tanh(W_h x_t + b_h + U_h (r_t \odot h_{t-1})) \\
        h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t

    It is one of the three best variants of the GRU that a search by mutations found. In the reset
    gate the paper writes :math:`x_t` itself, which needs an input as wide as the state. Here there
    is a matrix :math:`W_r`, so that any sizes go together, and with that it is the
    :class:`~lstm_lib.cells.GRUCell`; ``cell.W["r"] = np.eye(hidden_size)`` is the paper's.

    Source: Jozefowicz, Zaremba & Sutskever (2015), where it is called MUT2.
    """
