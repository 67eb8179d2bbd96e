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
    return steps_of(x)[:, None] < check_lengths(lengths, x)


def steps_of(x):
    """The numbers of the steps, 0, 1, …: the same kind of array as ``x``, on its device."""
    if not is_tensor(x):
        return np.arange(len(x))
    import torch  # here and not above: without tensors there need be no PyTorch

    return torch.arange(len(x), device=x.device)


def where(real, value, otherwise=0):
    """``value`` at real steps, ``otherwise`` in the padding. The padding is replaced and not
    multiplied by zero, since it may hold NaN, and NaN times zero is NaN."""
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
    steps = steps_of(x)
    if lengths is None:
        return x[len(x) - 1 - steps]
    steps, lengths = steps[:, None], check_lengths(lengths, x)
    return x[where(steps < lengths, lengths - 1 - steps, steps), steps_of(x[0])]


def check_lengths(lengths, x):
    """``lengths`` must be one whole number, from 1 to seq_len, for each sequence of ``x``. Returns
    them as the same kind of array as ``x``, on its device."""
    if x.ndim < 3:
        raise ValueError(
            f"x has shape {tuple(x.shape)}, one sequence alone: lengths are for a batch of them"
        )
    if is_tensor(x) and is_tensor(lengths) and not has_numbers(lengths):
        return check_later(lengths, x)
    numbers = lengths.tolist() if hasattr(lengths, "tolist") else lengths
    if not isinstance(numbers, (list, tuple)) or len(numbers) != x.shape[1]:
        raise ValueError(f"lengths is {numbers}; x has batch_size={x.shape[1]}, give one for each")
    for k, length in enumerate(numbers):
        if positive_integer(f"lengths[{k}]", length) > len(x):
            raise ValueError(f"lengths[{k}] is {length}, and x has {len(x)} steps")
    if not is_tensor(x):
        return np.array(numbers)
    if is_tensor(lengths):
        return lengths.to(steps_of(x))
    return steps_of(x).new_tensor(numbers)


def has_numbers(tensor):
    """Whether the values of a tensor can be read: not while PyTorch compiles or traces."""
    import torch

    recording = torch.compiler.is_compiling() or torch.jit.is_tracing()
    return not (recording or tensor.is_meta)


def check_later(lengths, x):
    """Check the shape and dtype of lengths whose values cannot be read yet. Their values are
    checked by an assertion in the traced graph."""
    import torch

    if lengths.shape != x.shape[1:2] or lengths.is_floating_point() or lengths.dtype == torch.bool:
        raise ValueError(
            f"lengths has shape {tuple(lengths.shape)} and dtype {lengths.dtype}; x has "
            f"batch_size={x.shape[1]}, give one whole number for each"
        )
    lengths = lengths.to(steps_of(x))
    if not lengths.is_meta:
        fit = ((lengths >= 1) & (lengths <= len(x))).all()
        torch._assert_async(fit, f"lengths must be from 1 to {len(x)}, the steps of x")
    return lengths
