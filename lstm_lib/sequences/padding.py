"""Sequences of unequal length in one batch: which steps are real, and which are padding."""

import numpy as np

from lstm_lib.cells.checks import is_tensor, positive_integer


def real_steps(x, lengths):
    """True where a step belongs to its sequence, false in the padding after its end.

    Args:
        x: a padded batch, ``(seq_len, batch_size, ...)``, array or tensor.
        lengths: how many steps each sequence has, ``(batch_size,)``, in any order.

    Returns:
        The same kind of array as ``x``, of shape ``(seq_len, batch_size)``.

    Raises:
        ValueError: another number of lengths than sequences, or a length below 1 or above seq_len.
    """
    real = np.arange(len(x))[:, None] < check_lengths(lengths, x)
    return x.new_tensor(real).bool() if is_tensor(x) else real


def where(real, value, otherwise=0):
    """``value`` for the steps that are real, ``otherwise`` for padding, whatever stands there:
    a choice and not a product, since NaN times zero is NaN."""
    real = real.reshape(*real.shape, *(1 for _ in value.shape[real.ndim :]))
    return value.where(real, otherwise) if is_tensor(value) else np.where(real, value, otherwise)


def reverse(x, lengths=None):
    r"""Each sequence read backwards; twice gives ``x`` again.

    .. math:: x_1, \dots, x_n, \text{padding} \;\to\; x_n, \dots, x_1, \text{padding}

    Args:
        x: ``(seq_len, batch_size, ...)``; ``(seq_len, ...)`` will do if there are no ``lengths``.
        lengths: how many steps :math:`n` each sequence has; all of them if left out.

    Raises:
        ValueError: lengths that do not fit, as in :func:`~lstm_lib.sequences.real_steps`.
    """
    steps = np.arange(len(x))
    if lengths is None:
        return x[len(x) - 1 - steps]
    steps, lengths = steps[:, None], check_lengths(lengths, x)
    return x[np.where(steps < lengths, lengths - 1 - steps, steps), np.arange(len(lengths))]


def check_lengths(lengths, x):
    """``lengths`` must be one whole number, from 1 to seq_len, for each sequence of ``x``."""
    if x.ndim < 3:
        raise ValueError(
            f"x has shape {tuple(x.shape)}, one sequence alone: lengths are for a batch of them"
        )
    lengths = lengths.tolist() if hasattr(lengths, "tolist") else lengths
    if not isinstance(lengths, (list, tuple)) or len(lengths) != x.shape[1]:
        raise ValueError(f"lengths is {lengths}; x has batch_size={x.shape[1]}, give one for each")
    for k, length in enumerate(lengths):
        if positive_integer(f"lengths[{k}]", length) > len(x):
            raise ValueError(f"lengths[{k}] is {length}, and x has {len(x)} steps")
    return np.array(lengths)
