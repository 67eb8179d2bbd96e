"""The mLSTM: the cell state is a matrix, written to by keys and read by queries."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.functions import (
    exp,
    inner,
    log_sigmoid,
    matvec,
    maximum,
    outer,
    per_root,
    sigmoid,
)


class MLSTMCell(Cell):
    r"""An LSTM with a matrix for its cell state: values are stored under keys, read with queries.

    .. math::

        m_t &= \max(\log \sigma(a_f) + m_{t-1},\; a_i), \quad
        f_t = \exp(\log \sigma(a_f) + m_{t-1} - m_t), \quad i_t = \exp(a_i - m_t) \\
        k_t &= a_k / \sqrt{H}, \qquad v_t = a_v, \qquad q_t = a_q, \qquad o_t = \sigma(a_o) \\
        C_t &= f_t C_{t-1} + i_t v_t k_t^\top, \qquad n_t = f_t n_{t-1} + i_t k_t \\
        h_t &= o_t \odot \frac{C_t q_t}{\max(|n_t^\top q_t|,\; e^{-m_t})}

    with :math:`a_g = W_g x_t + b_g`: only the state depends on the steps before. It has a matrix
    ``c`` of shape ``(hidden_size, hidden_size)``, a vector ``n`` and one number ``m``; the gates
    ``f`` and ``i`` are one number each. As in the :class:`~lstm_lib.cells.SLSTMCell`, ``c`` and
    ``n`` are kept divided by :math:`e^{m}`; without that the lower bound would be 1.
    The :class:`~lstm_lib.cells.MLSTMGivenQKVCell` is its memory alone, with any number of heads.

    Source: Beck et al. (2024), "xLSTM", with one head.
    """

    gates = ("f", "i", "k", "v", "q", "o")
    state = ("h", "c", "n", "m")

    def weight_shapes(self):
        wide = {"f": 1, "i": 1} | dict.fromkeys("kvqo", self.hidden_size)
        W = {gate: (rows, self.input_size) for gate, rows in wide.items()}
        return {"W": W, "U": {}, "b": {gate: (rows,) for gate, rows in wide.items()}}

    def state_shapes(self):
        h = self.hidden_size
        return {"h": (h,), "c": (h, h), "n": (h,), "m": (1,)}

    def step(self, a, s):
        kept = log_sigmoid(a.f) + s.m
        m = maximum(kept, a.i)
        f, i = exp(kept - m), exp(a.i - m)
        k, v, q, o = per_root(a.k), a.v, a.q, sigmoid(a.o)
        c = f[..., None] * s.c + i[..., None] * outer(v, k)
        n = f * s.n + i * k
        h = o * (matvec(c, q) / maximum(abs(inner(n, q)), exp(-m)))
        return self.State(h=h, c=c, n=n, m=m), self.Gates(f=f, i=i, k=k, v=v, q=q, o=o)
