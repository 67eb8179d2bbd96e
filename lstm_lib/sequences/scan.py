"""A parallel scan: all states of a linear recurrence at once, instead of one step at a time."""

import operator

import numpy as np

from lstm_lib.cells.checks import is_tensor


def scan(keep, write, first=None):
    r"""Every state of :math:`h_t = k_t \odot h_{t-1} + w_t`, computed in parallel.

    Two steps in a row are a step of the same form,
    :math:`k_2 (k_1 h + w_1) + w_2 = (k_2 k_1)\, h + (k_2 w_1 + w_2)`. So in each round every
    step is combined with the one ``reach`` steps before it, and ``reach`` doubles: after about
    :math:`\log_2 T` rounds each includes all steps before it. A step that depends on the last
    state in any other way, as an LSTM's gates do, cannot be combined like this.

    Args:
        keep: :math:`k_t`, shape ``(seq_len, …)``; a cell whose gates read only ``x`` can compute
            them for all steps at once.
        write: :math:`w_t`, shaped like ``keep``.
        first: the state before the first step, shaped like one step; zeros if left out.

    Returns:
        The state after each step, shaped like ``keep``. Arrays or tensors, as given.

    Source: Hillis & Steele (1986) for the rounds; Feng et al. (2024) train minGRU and minLSTM so.
    """
    return in_rounds(keep, write, first, times=operator.mul, plus=operator.add)


def scan_log(log_keep, log_write, log_first=None):
    r"""The same in logarithms: every :math:`\log h_t` from :math:`\log k_t` and :math:`\log w_t`.

    .. math:: \log h_t = \log\!\big(e^{\log k_t + \log h_{t-1}} + e^{\log w_t}\big)

    In logarithms a product is a sum, and a sum is ``logaddexp``; the rounds are those of
    :func:`scan`. Nothing overflows or underflows, however many steps there are, as long as nothing
    is negative: :math:`k`, :math:`w` and :math:`h_0` are at least 0, and
    :math:`\log 0 = -\infty`. ``PositiveMinGRUCell`` and ``PositiveMinLSTMCell`` give both
    logarithms, ``scan_log(*cell.log_terms(x))``.

    Args:
        log_keep: :math:`\log k_t`, shape ``(seq_len, …)``.
        log_write: :math:`\log w_t`, shaped like ``log_keep``.
        log_first: :math:`\log h_0`, shaped like one step; :math:`-\infty`, a state of zeros, if
            left out.

    Returns:
        :math:`\log h_t` after each step, shaped like ``log_keep``. Arrays or tensors, as given.

    Source: Feng et al. (2024), after Heinsen (2023), "Efficient parallelization of a ubiquitous
    sequential computation". They take cumulative sums of :math:`\log k` and subtract them again;
    over thousands of steps with gates nearly shut these sums are so large that digits are lost.
    The rounds subtract nothing.
    """
    plus = np.logaddexp
    if is_tensor(log_keep):
        from torch import logaddexp as plus  # without tensors there need be no PyTorch

    return in_rounds(log_keep, log_write, log_first, times=operator.add, plus=plus)


def in_rounds(keep, write, first, times, plus):
    """The scan, with ``times`` for the product and ``plus`` for the sum."""
    join = concatenate(keep)
    if first is not None:
        write = join((plus(write[:1], times(keep[:1], first)), write[1:]))
    reach = 1
    while reach < len(keep):
        further = plus(times(keep[reach:], write[:-reach]), write[reach:])
        write = join((write[:reach], further))
        keep = join((keep[:reach], times(keep[reach:], keep[:-reach])))
        reach *= 2
    return write


def concatenate(like):
    """NumPy's function or PyTorch's, as ``like`` is an array or a tensor."""
    if not is_tensor(like):
        return np.concatenate
    import torch  # here and not above: without tensors there need be no PyTorch

    return torch.cat
