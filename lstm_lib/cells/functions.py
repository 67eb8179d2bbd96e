"""The functions that a step is written with, for arrays, tensors and traced scalars alike.

Traced scalars, and mostly tensors too, know these functions themselves; anything else is NumPy's.
Where a function has two arguments, they may be of different kinds, and one a plain number.
The last seven are for cells whose state is not one row of numbers a unit: on a single unit, as it
is traced, they are plain products.
"""

import numbers

import numpy as np

from lstm_lib.cells.checks import is_tensor


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


def relu(a):
    r"""What is negative becomes 0, elementwise; NaN stays NaN.

    .. math:: \text{ReLU}(a) = \max(a, 0)
    """
    return a.relu() if hasattr(a, "relu") else np.maximum(a, 0)


def positive(a):
    r"""A positive number for any number, elementwise: straight above zero, a sigmoid below.

    .. math:: g(a) = \max(a + \tfrac{1}{2},\; \sigma(a))
              = \begin{cases} a + \frac{1}{2} & a \geq 0 \\ \sigma(a) & a < 0 \end{cases}
    """
    return maximum(a + 0.5, sigmoid(a))


def log_positive(a):
    r"""The logarithm of :func:`positive`, elementwise, also where that is too small to be told
    from 0.

    .. math:: \log g(a) = \log(1 + 2 \max(a, 0)) + \log \sigma(\min(a, 0))
    """
    above, below = maximum(a, 0.0), -maximum(-a, 0.0)
    grown = (2 * above).log1p() if is_tensor(a) else np.log1p(2 * above)
    return grown + log_sigmoid(below)


def exp(a):
    """:math:`e^a`, elementwise; what is too large becomes infinity, without a warning."""
    if hasattr(a, "exp"):
        return a.exp()
    with np.errstate(over="ignore"):
        return np.exp(a)


def log_sigmoid(a):
    r"""The logarithm of a gate, elementwise, also where the gate itself is too small to be told
    from 0.

    .. math:: \log \sigma(a) = \min(a, 0) - \log(1 + e^{-|a|})
    """
    if is_tensor(a):
        from torch.nn.functional import logsigmoid  # without tensors there need be no PyTorch

        return logsigmoid(a)
    if hasattr(a, "log_sigmoid"):
        return a.log_sigmoid()
    return np.minimum(a, 0) - np.log1p(np.exp(-np.abs(a)))


def maximum(a, b):
    """The larger of two numbers, elementwise."""
    a, b = of_one_kind(a, b)
    return a.maximum(b) if hasattr(a, "maximum") else np.maximum(a, b)


def outer(v, k):
    r"""Every number of one vector times every number of another: :math:`v\,k^\top`, a matrix."""
    v, k = of_one_kind(v, k)
    if hasattr(v, "outer_product"):
        return v.outer_product(k)
    return v * k if are_numbers(v, k) else v[..., :, None] * k[..., None, :]


def inner(n, q):
    r"""The sum of the products, one number: :math:`n^\top q`, shape ``(…, 1)``."""
    n, q = of_one_kind(n, q)
    if hasattr(n, "inner_product"):
        return n.inner_product(q)
    return n * q if are_numbers(n, q) else (n * q).sum(-1)[..., None]


def matvec(c, q):
    """A matrix of the state, one for each example, times a vector."""
    c, q = of_one_kind(c, q)
    if hasattr(c, "matvec"):
        return c.matvec(q)
    return c * q if are_numbers(c, q) else (c @ q[..., None])[..., 0]


def per_root(a):
    r"""Divided by the square root of how many numbers a vector has: :math:`a / \sqrt{H}`."""
    if hasattr(a, "per_root"):
        return a.per_root()
    return a if are_numbers(a) else a / a.shape[-1] ** 0.5


def heads(a, count):
    """A vector cut into ``count`` equal pieces, one for each head: ``(…, count, size)``."""
    return a.heads() if hasattr(a, "heads") else a.reshape(*a.shape[:-1], count, -1)


def join_heads(a):
    """The heads side by side again, as one vector."""
    return a.join_heads() if hasattr(a, "join_heads") else a.reshape(*a.shape[:-2], -1)


def masked(weights, mask):
    """Weights with zeros where ``mask`` is 0. A single unit's has nothing to hide."""
    if hasattr(weights, "masked"):
        return weights.masked(mask)
    weights, mask = of_one_kind(weights, mask)
    if is_tensor(weights):
        return weights * mask.to(weights)
    return weights * np.asarray(mask, np.asarray(weights).dtype)


def of_one_kind(*values):
    """Numbers, arrays, tensors and symbols in any mixture: all made symbols if one is, or else
    tensors if one is, of its type and where it is."""
    for like in values:
        if hasattr(like, "lift"):
            return [like.lift(value) for value in values]
    for like in values:
        if is_tensor(like):
            return [as_tensor(value, like) for value in values]
    return values


def as_tensor(value, like):
    """A number or an array as a tensor of the type of ``like``, and where it is."""
    if isinstance(value, numbers.Number):
        return like.new_full((), value)  # made on a GPU, not copied to it
    return like.new_tensor(value) if isinstance(value, np.ndarray) else value


def are_numbers(*values):
    """Whether each is one number, a single unit's, without axes."""
    return all(getattr(value, "ndim", 0) == 0 for value in values)
