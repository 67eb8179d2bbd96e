"""The two squashing functions, for NumPy arrays, PyTorch tensors and traced scalars alike.

Tensors and traced scalars know their own ``sigmoid`` and ``tanh``; anything else is NumPy's.
"""

import numpy as np


def sigmoid(a):
    r"""Squash to between 0 and 1, elementwise: how open a gate is.

    .. math:: \sigma(a) = \frac{1}{1 + e^{-a}}

    Written so that the exponent is never positive: nothing overflows, however large ``a`` is.
    The shape and the floating-point type of ``a`` are kept; NaN stays NaN.
    """
    if hasattr(a, "sigmoid"):
        return a.sigmoid()
    e = np.exp(-np.abs(a))
    return np.where(np.signbit(a), e, 1) / (1 + e)


def tanh(a):
    r"""Squash to between -1 and 1, elementwise: what a candidate or an output may be.

    .. math:: \tanh(a) = \frac{e^{a} - e^{-a}}{e^{a} + e^{-a}} = 2\,\sigma(2a) - 1
    """
    return a.tanh() if hasattr(a, "tanh") else np.tanh(a)
