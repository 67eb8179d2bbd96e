"""The plain recurrent cell with a rectifier in place of tanh."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import relu


class ReLURNNCell(Cell):
    r"""A plain recurrent cell with ReLU in place of tanh: no upper bound, a slope of 1 or 0.

    .. math:: h_t = \max(W_h x_t + U_h h_{t-1} + b_h,\; 0)

    Its only layer computes the new hidden state, so layer and state share the name ``h``. Where a
    unit is positive, the derivative through the activation is 1 at every step, so how fast
    gradients grow or shrink is decided by :math:`U_h` alone;
    :func:`~lstm_lib.cells.initialise.identity` starts it at the identity matrix. Nothing bounds
    the state from above: with a larger :math:`U_h` it can grow without limit.

    Source: Le, Jaitly & Hinton (2015), "A simple way to initialize recurrent networks of rectified
    linear units"; the form of ``torch.nn.RNN(nonlinearity="relu")``.
    """

    gates = ("h",)
    state = ("h",)

    def step(self, a, s):
        h = relu(a.h)
        return self.State(h=h), self.Gates(h=h)
