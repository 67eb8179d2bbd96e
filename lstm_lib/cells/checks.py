"""Bad input, answered with a sentence: what was given, and what was expected."""

import numbers
from contextlib import contextmanager

import numpy as np


def positive_integer(name, value, least=1):
    """``value`` must be a whole number, ``least`` or more."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{name} is {value!r}; it must be a whole number, {least} or more")
    if value < least:
        raise ValueError(f"{name} is {value}; it must be {least} or more")
    return int(value)


def check_heads(num_heads, hidden_size):
    """``num_heads`` must be a positive whole number that divides ``hidden_size``."""
    positive_integer("num_heads", num_heads)
    if positive_integer("hidden_size", hidden_size) % num_heads:
        raise ValueError(
            f"num_heads is {num_heads}; it must divide hidden_size={hidden_size} into equal heads"
        )
    return int(num_heads)


def is_tensor(value):
    """Whether this is a PyTorch tensor, asked without importing PyTorch."""
    return hasattr(value, "new_zeros")


def check_kind(name, value, like):
    """``value`` must be the same kind of array as the weights (``like``), and of the same type."""
    if type(value).__name__ == "PackedSequence":
        raise TypeError(
            f"{name} is a PackedSequence; give the padded batch and its lengths instead: "
            f"{name}, lengths = torch.nn.utils.rnn.pad_packed_sequence({name}), then "
            f"layer({name}, lengths=lengths)"
        )
    if not (isinstance(value, np.ndarray) or is_tensor(value)):
        raise TypeError(
            f"{name} is a {type(value).__name__}; give a NumPy array or a PyTorch tensor"
        )
    if is_tensor(value) and not is_tensor(like):
        raise TypeError(
            f"{name} is a PyTorch tensor and this cell's weights are NumPy arrays: "
            "wrap the cell in lstm_lib.layers.Recurrent"
        )
    if is_tensor(like) and not is_tensor(value):
        raise TypeError(
            f"{name} is a NumPy array and these weights are PyTorch tensors: "
            f"torch.from_numpy({name})"
        )
    if str(value.dtype).removeprefix("torch.").startswith("complex"):
        raise TypeError(
            f"{name} has dtype {value.dtype}, and cells compute with real numbers: "
            f"give real and imaginary parts as features of their own"
        )
    if is_tensor(value) and value.device != like.device:
        raise ValueError(
            f"{name} is on the device {value.device}, and what it meets is on {like.device}: "
            f"{name}.to({str(like.device)!r})"
        )
    if value.dtype != like.dtype:
        raise TypeError(
            f"{name} has dtype {value.dtype}, this cell computes in {like.dtype}: "
            f"convert {name} first"
        )


def check_features(name, value, size, size_name):
    """The last axis of ``value`` must have ``size`` entries."""
    if value.ndim == 0:
        raise ValueError(f"{name} is a single number, this cell expects {size_name}={size}")
    if value.shape[-1] != size:
        raise ValueError(
            f"{name} has {value.shape[-1]} features, this cell expects {size_name}={size}"
        )


def check_shape(name, value, shape):
    if tuple(value.shape) != tuple(shape):
        raise ValueError(f"{name} has shape {tuple(value.shape)}, expected {tuple(shape)}")


def unknown_name(kind, name, names):
    """The sentence for somebody who asked for something that is not there."""
    return f"no {kind} {name!r} here; there is {names_of(names)}"


def names_of(names):
    return ", ".join(names) or "none"


@contextmanager
def needs(extra):
    """Imports that stand inside need what an extra of this package brings, ``"torch"``."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("lstm_lib"):
            raise  # a fault of our own, which no installation mends
        raise ModuleNotFoundError(
            f"{error.name} is not installed, and this part of lstm_lib needs it: "
            f'pip install "lstm_lib[{extra}]"',
            name=error.name,
        ) from error
