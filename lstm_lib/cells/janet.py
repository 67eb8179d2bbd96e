"""JANET: the LSTM with its forget gate alone."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class JANETCell(Cell):
    r"""An LSTM with a forget gate and no other gate: what is not kept is replaced, and all is shown.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f) && \text{what to keep of the old state} \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \quad && \text{what to write} \\
        C_t &= f_t \odot C_{t-1} + (1 - f_t) \odot \tilde{C}_t && \text{the new state} \\
        h_t &= C_t && \text{the output}

    The name is "just another network". It is a :class:`~lstm_lib.cells.GRUCell` whose reset gate is
    always open and whose update gate is :math:`1 - f_t`. The paper also has a variant in which
    a constant :math:`\beta` is subtracted from the pre-activation of :math:`f_t` in the second
    factor, :math:`1 - f_t`; it is left out here.

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
