"""The LSTM with a projection: a cell state larger than the hidden state."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.checks import positive_integer
from lstm_lib.cells.functions import sigmoid, tanh


class ProjectedLSTMCell(Cell):
    r"""An LSTM whose hidden state is a learned projection, with fewer numbers than its cell state.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f) \\
        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
        h_t &= P_h (o_t \odot \tanh(C_t))

    The matrix ``cell.P["h"]``, of shape ``(proj_size, hidden_size)``, is learned. The gates read
    the small :math:`h`, so each :math:`U` is ``(hidden_size, proj_size)``: the weights of a large
    cell state cost less.

    Args:
        proj_size: how many numbers :math:`h_t` has; half of ``hidden_size`` if left out, at least
            one. The others are as for every cell.

    Raises:
        ValueError: a ``proj_size`` that is not a positive whole number.

    Source: Sak, Senior & Beaufays (2014); the form of ``torch.nn.LSTM(proj_size=…)``, without
    their peepholes.
    """

    gates = ("f", "i", "c_tilde", "o")
    state = ("h", "c")

    def __init__(self, input_size, hidden_size, seed=0, proj_size=None, **settings):
        half = max(1, hidden_size // 2) if proj_size is None else proj_size
        self.proj_size = positive_integer("proj_size", half)
        super().__init__(input_size, hidden_size, seed, **settings)

    def weight_shapes(self):
        from_h = dict.fromkeys(self.gates, (self.hidden_size, self.proj_size))
        to_h = {"h": (self.proj_size, self.hidden_size)}
        return super().weight_shapes() | {"U": from_h, "P": to_h}

    def state_shapes(self):
        return {"h": (self.proj_size,), "c": (self.hidden_size,)}

    def step(self, a, s):
        f = sigmoid(a.f)
        i = sigmoid(a.i)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + i * c_tilde
        o = sigmoid(a.o)
        h = (o * tanh(c)) @ self.P["h"].T
        return self.State(h=h, c=c), self.Gates(f=f, i=i, c_tilde=c_tilde, o=o)
