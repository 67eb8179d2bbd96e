"""Full gate recurrence: every gate also reads the values of all gates at the last step."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import sigmoid, tanh


class FGRCell(Cell):
    r"""The peephole LSTM with nine matrices added: each gate also reads the last step's gates.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f + p_f \odot C_{t-1} + g_f) \\
        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i + p_i \odot C_{t-1} + g_i) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o + p_o \odot C_t + g_o) \\
        h_t &= o_t \odot \tanh(C_t) \\
        \text{with } g_k &= R_{fk} f_{t-1} + R_{ik} i_{t-1} + R_{ok} o_{t-1}

    So the gates are part of the state, which starts at zero. ``cell.Rf["i"]`` is the matrix from
    the last forget gate to the input gate.

    Source: Greff et al. (2017), "LSTM: A search space odyssey", where it is called FGR.
    """

    gates = ("f", "i", "c_tilde", "o")
    state = ("h", "c", "f", "i", "o")

    def weight_shapes(self):
        h, gates = self.hidden_size, ("f", "i", "o")
        square = {kind: dict.fromkeys(gates, (h, h)) for kind in ("Rf", "Ri", "Ro")}
        return super().weight_shapes() | {"p": dict.fromkeys(gates, (h,))} | square

    def gate(self, a, k, c, s):
        from_gates = s.f @ self.Rf[k].T + s.i @ self.Ri[k].T + s.o @ self.Ro[k].T
        return sigmoid(a + self.p[k] * c + from_gates)

    def step(self, a, s):
        f = self.gate(a.f, "f", s.c, s)
        i = self.gate(a.i, "i", s.c, s)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + i * c_tilde
        o = self.gate(a.o, "o", c, s)
        h = o * tanh(c)
        gates = self.Gates(f=f, i=i, c_tilde=c_tilde, o=o)
        return self.State(h=h, c=c, f=f, i=i, o=o), gates
