"""The memory of the mLSTM alone: queries, keys and values are given to it."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.checks import check_heads
from lstm_lib.cells.functions import (
    exp,
    heads,
    inner,
    join_heads,
    log_sigmoid,
    matvec,
    maximum,
    outer,
    per_root,
)


class MLSTMGivenQKVCell(Cell):
    r"""The mLSTM's matrix memory and its two gates; queries, keys and values come from outside.

    .. math::

        m_t &= \max(\log \sigma(a_f) + m_{t-1},\; a_i), \quad
        f_t = \exp(\log \sigma(a_f) + m_{t-1} - m_t), \quad i_t = \exp(a_i - m_t) \\
        C_t &= f_t C_{t-1} + i_t v_t k_t^\top / \sqrt{d}, \qquad
        n_t = f_t n_{t-1} + i_t k_t / \sqrt{d} \\
        h_t &= \frac{C_t q_t}{\max(|n_t^\top q_t|,\; e^{-m_t})}

    with :math:`a_g = W_g x_t + b_g`, in each of ``num_heads`` heads on its own. So it is in the
    blocks of xLSTM networks, which compute :math:`q`, :math:`k` and :math:`v` in their own way
    before it, and apply an output gate after it. Beside the input :math:`x_t`, which only the gates
    read, the cell reads ``q``, ``k`` and ``v``, each ``(batch_size, hidden_size)`` and cut into
    heads of :math:`d` numbers, :math:`d` = ``hidden_size / num_heads``. In the authors' mLSTM cell
    :math:`x_t` is :math:`q_t`, :math:`k_t` and :math:`v_t` side by side.

    The state has, for each head, a matrix in ``c``, ``(num_heads, d, d)``, a vector in ``n``,
    ``(num_heads, d)``, and a number in ``m``, ``(num_heads,)``; the gates are ``(num_heads,)``.
    With one head, and ``q``, ``k``, ``v`` computed by layers of :math:`x_t`, it is the
    :class:`~lstm_lib.cells.MLSTMCell` without its output gate.

    Args:
        num_heads: how many heads; it divides ``hidden_size``. The others are as for every cell.

    Raises:
        ValueError: ``num_heads`` is not a positive whole number that divides ``hidden_size``.
        TypeError: ``q``, ``k`` or ``v`` is not given.

    Source: Beck et al. (2024), "xLSTM", and its authors' packages ``xlstm`` and ``mlstm_kernels``.
    """

    gates = ("f", "i")
    state = ("h", "c", "n", "m")
    reads = {"q": None, "k": None, "v": None}

    def __init__(self, input_size, hidden_size, seed=0, num_heads=1, **settings):
        self.num_heads = check_heads(num_heads, hidden_size)
        super().__init__(input_size, hidden_size, seed, **settings)

    def weight_shapes(self):
        W = dict.fromkeys(self.gates, (self.num_heads, self.input_size))
        return {"W": W, "U": {}, "b": dict.fromkeys(self.gates, (self.num_heads,))}

    def state_shapes(self):
        count, size = self.num_heads, self.hidden_size // self.num_heads
        return {
            "h": (self.hidden_size,),
            "c": (count, size, size),
            "n": (count, size),
            "m": (count,),
        }

    def reading(self, name, x):
        raise TypeError(
            f"{type(self).__name__} is not given {name!r}: it reads q, k and v beside x, each with "
            f"hidden_size={self.hidden_size} numbers a step, such as unroll(cell, x, q=q, k=k, v=v)"
        )

    def step(self, a, s):
        kept = log_sigmoid(a.f) + s.m
        m = maximum(kept, a.i)
        f, i = exp(kept - m), exp(a.i - m)
        q, k, v = (heads(each, self.num_heads) for each in (s.q, s.k, s.v))
        k = per_root(k)
        c = f[..., None, None] * s.c + i[..., None, None] * outer(v, k)
        n = f[..., None] * s.n + i[..., None] * k
        h = join_heads(matvec(c, q) / maximum(abs(inner(n, q)), exp(-m)[..., None]))
        return self.State(h=h, c=c, n=n, m=m), self.Gates(f=f, i=i)
