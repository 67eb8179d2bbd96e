"""The Clockwork RNN: units that are updated at different rates."""

import numpy as np

from lstm_lib.cells.base import Cell
from lstm_lib.cells.checks import is_tensor, positive_integer
from lstm_lib.cells.functions import masked, tanh


class ClockworkRNNCell(Cell):
    r"""A plain recurrent cell in modules, each of which is updated only every so many steps.

    .. math:: h_t = k_t \odot \tanh(W_h x_t + U_h h_{t-1} + b_h) + (1 - k_t) \odot h_{t-1}

    The clock :math:`k_t` is 1 for the units whose period divides :math:`t`, counted from 0, and 0
    for the others: they keep :math:`h_{t-1}` as it is. The units form modules of (almost) equal
    size, from the fastest to the slowest, and :math:`U_h` is block upper triangular: a module
    reads every module that is not faster than itself.

    The cell reads its clock (``clock``, like ``h``) and sets it by itself, starting from step 0.
    To go on from a state, the clock has to be given, since the state does not say which step it is
    of: ``unroll(cell, x, state, clock=cell.clock(range(5, 10), x))``.

    Args:
        periods: every how many steps each module is updated. The others are as for every cell.

    Raises:
        ValueError: no periods, or one that is not a positive whole number.

    Source: Koutník et al. (2014), "A Clockwork RNN".
    """

    gates = ("h",)
    reads = {"clock": None}
    timed = ("clock",)

    def __init__(self, input_size, hidden_size, seed=0, periods=(1, 2, 4, 8), **settings):
        if not len(periods):
            raise ValueError("periods is empty; give each module's, such as (1, 2, 4, 8)")
        self.periods = tuple(sorted(positive_integer("period", p) for p in periods))
        super().__init__(input_size, hidden_size, seed, **settings)
        modules = np.array_split(np.arange(hidden_size), len(self.periods))
        self.period = np.repeat(self.periods, [len(module) for module in modules])
        self.slower = (self.period[None, :] >= self.period[:, None]).astype(float)

    @property
    def num_parameters(self):
        return super().num_parameters - int((self.slower == 0).sum())

    def clock(self, steps, x):
        """1 where a unit's clock ticks and 0 elsewhere, at each of ``steps``, to go with ``x``."""
        ticks = (np.asarray(steps)[:, None] % self.period == 0).astype(float)
        ticks = ticks.reshape(len(ticks), *(1,) * (x.ndim - 2), -1)
        ticks = np.broadcast_to(ticks, (*x.shape[:-1], self.hidden_size))
        return x.new_tensor(ticks.copy()) if is_tensor(x) else ticks.astype(x.dtype)

    def reading(self, name, x):
        return self.clock(range(len(x)), x)

    def recurrent_term(self, gate, h):
        return h @ masked(self.U[gate], self.slower).T

    def step(self, a, s):
        h = s.clock * tanh(a.h) + (1 - s.clock) * s.h
        return self.State(h=h), self.Gates(h=h)
