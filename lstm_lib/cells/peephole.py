"""The LSTM with peepholes."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class PeepholeLSTMCell(Cell):
    r"""An LSTM whose gates also read the cell state, each unit its own number of it.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f + p_f \odot C_{t-1}) \\
        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i + p_i \odot C_{t-1}) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o + p_o \odot C_t) \\
        h_t &= o_t \odot \tanh(C_t)

    Forget and input gate see the old cell state; the output gate comes last and sees the new one.
    A peephole ``cell.p["f"]`` has shape ``(hidden_size,)``: one weight for each unit.

    Args:
        peepholes: the gates that have one, any of ``"f"``, ``"i"`` and ``"o"``; without any, this
            is the :class:`~lstm_lib.cells.LSTMCell`. The others are as for every cell.

    Raises:
        ValueError: a peephole for something else.

    Source: Gers & Schmidhuber (2000), "Recurrent nets that time and count".
    """

    gates = ("f", "i", "c_tilde", "o")
    state = ("h", "c")

    def __init__(self, input_size, hidden_size, seed=0, peepholes=("f", "i", "o"), **settings):
        unknown = [gate for gate in peepholes if gate not in ("f", "i", "o")]
        if unknown:
            raise ValueError(f"no peephole for {unknown[0]!r}; there may be one for f, i and o")
        self.peepholes = tuple(peepholes)
        super().__init__(input_size, hidden_size, seed, **settings)

    def weight_shapes(self):
        return super().weight_shapes() | {"p": dict.fromkeys(self.peepholes, (self.hidden_size,))}

    def peek(self, a, gate, c):
        return a + self.p[gate] * c if gate in self.peepholes else a

    def step(self, a, s):
        f = sigmoid(self.peek(a.f, "f", s.c))
        i = sigmoid(self.peek(a.i, "i", s.c))
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + i * c_tilde
        o = sigmoid(self.peek(a.o, "o", c))
        h = o * tanh(c)
        return self.State(h=h, c=c), self.Gates(f=f, i=i, c_tilde=c_tilde, o=o)
