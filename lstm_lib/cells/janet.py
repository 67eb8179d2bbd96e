"""JANET: the LSTM with its forget gate alone."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class JANETCell(Cell):
    r"""An LSTM with a forget gate alone: what it does not keep is replaced, and all is shown.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f) && \text{what to keep of the old state} \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \quad && \text{what to write} \\
        C_t &= f_t \odot C_{t-1} + (1 - f_t) \odot \tilde{C}_t && \text{the new state} \\
        h_t &= C_t && \text{the output}

    It is a :class:`~lstm_lib.cells.GRUCell` whose reset gate is always open and whose update gate
    is :math:`1 - f_t`. In a further variant of the paper, left out here, a constant :math:`\beta`
    is subtracted from the pre-activation in the factor of the candidate.

    Source: van der Westhuizen & Lasenby (2018), "The unreasonable effectiveness of the forget
    gate".
    """

    gates = ("f", "c_tilde")
    state = ("h", "c")

    def step(self, a, s):
        f = sigmoid(a.f)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + (1 - f) * c_tilde
        return self.State(h=c, c=c), self.Gates(f=f, c_tilde=c_tilde)
