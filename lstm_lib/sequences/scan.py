"""A parallel scan: all states of a gated sum in a few rounds, instead of one step at a time."""

import numpy as np

from lstm_lib.cells.checks import is_tensor


def scan(keep, write, first=None):
    r"""Every state of :math:`h_t = k_t \odot h_{t-1} + w_t`, without walking through them.

    Two steps in a row are a step of the same form,
    :math:`k_2 (k_1 h + w_1) + w_2 = (k_2 k_1)\, h + (k_2 w_1 + w_2)`. So in each round every
    step swallows what reaches ``reach`` steps back, and ``reach`` doubles: after about
    :math:`\log_2 T` rounds each knows all before it. A step that depends on the last state in
    any other way, as an LSTM's gates do, cannot be joined like that.

    Args:
        keep: :math:`k_t`, shape ``(seq_len, …)``; a cell whose gates read only ``x`` knows them
            for all steps at once.
        write: :math:`w_t`, shaped like ``keep``.
        first: the state before the first step, shaped like one step; zeros if left out.

    Returns:
        The state after each step, shaped like ``keep``. Arrays or tensors, as given.

    Source: Hillis & Steele (1986) for the rounds; Feng et al. (2024) train minGRU and minLSTM so.
    """
    join = concatenate(keep)
    if first is not None:
        write = join((write[:1] + keep[:1] * first, write[1:]))
    reach = 1
    while reach < len(keep):
        write = join((write[:reach], keep[reach:] * write[:-reach] + write[reach:]))
        keep = join((keep[:reach], keep[reach:] * keep[:-reach]))
        reach *= 2
    return write


def concatenate(like):
    if not is_tensor(like):
        return np.concatenate
    import torch  # here and not above: without tensors there need be no PyTorch

    return torch.cat
