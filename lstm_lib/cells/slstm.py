"""The sLSTM: exponential gates, kept in bounds by a normaliser and a stabiliser."""

import numpy as np

from lstm_lib.cells.base import Cell
from lstm_lib.cells.checks import check_heads
from lstm_lib.cells.functions import (
    exp,
    heads,
    join_heads,
    log_sigmoid,
    matvec,
    maximum,
    sigmoid,
    tanh,
)


class SLSTMCell(Cell):
    r"""An LSTM whose input gate is an exponential, and whose output is divided by a normaliser.

    .. math::

        m_t &= \max(\log \sigma(a_f) + m_{t-1},\; a_i) && \text{the stabiliser} \\
        f_t &= \exp(\log \sigma(a_f) + m_{t-1} - m_t) && \text{what to keep} \\
        i_t &= \exp(a_i - m_t) && \text{where to write} \\
        \tilde{C}_t &= \tanh(a_C) && \text{what to write} \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        n_t &= f_t \odot n_{t-1} + i_t && \text{the normaliser} \\
        o_t &= \sigma(a_o) \\
        h_t &= o_t \odot (C_t / n_t)

    with :math:`a_g = W_g x_t + U_g h_{t-1} + b_g`. Dividing by :math:`n` makes :math:`C/n` a mean
    of all candidates, each with its weight. Multiplying :math:`C` and :math:`n` by the same
    number changes nothing, so both are kept divided by :math:`e^{m}`, and no exponential
    overflows. Before the first step :math:`m` is minus infinity: nothing was written yet.

    With several heads each unit reads only the units of its own head: the matrices :math:`U_g`
    are block-diagonal. Of each row ``cell.U["f"]`` keeps only the block, so its shape is
    ``(hidden_size, hidden_size / num_heads)``.

    Args:
        num_heads: how many heads; it divides ``hidden_size``. The others are as for every cell.

    Raises:
        ValueError: ``num_heads`` is not a positive whole number that divides ``hidden_size``.

    Source: Beck et al. (2024), "xLSTM", with a sigmoid forget gate.
    """

    gates = ("f", "i", "c_tilde", "o")
    state = ("h", "c", "n", "m")
    start = {"m": -np.inf}

    def __init__(self, input_size, hidden_size, seed=0, num_heads=1, **settings):
        self.num_heads = check_heads(num_heads, hidden_size)
        super().__init__(input_size, hidden_size, seed, **settings)

    def weight_shapes(self):
        block = (self.hidden_size, self.hidden_size // self.num_heads)
        return super().weight_shapes() | {"U": dict.fromkeys(self.gates, block)}

    def recurrent_term(self, gate, h):
        if self.num_heads == 1:
            return super().recurrent_term(gate, h)
        U = self.U[gate]
        blocks = U.reshape(self.num_heads, -1, U.shape[-1])
        return join_heads(matvec(blocks, heads(h, self.num_heads)))

    def step(self, a, s):
        kept = log_sigmoid(a.f) + s.m
        m = maximum(kept, a.i)
        f = exp(kept - m)
        i = exp(a.i - m)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + i * c_tilde
        n = f * s.n + i
        o = sigmoid(a.o)
        h = o * (c / n)
        return self.State(h=h, c=c, n=n, m=m), self.Gates(f=f, i=i, c_tilde=c_tilde, o=o)
