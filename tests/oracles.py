"""All cells of the library, and PyTorch's modules as references."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import lstm_lib.cells
from lstm_lib.layers import PYTORCH
from lstm_lib.layers.torch_weights import SETTINGS


def descendants(cls):
    for child in cls.__subclasses__():
        yield child
        yield from descendants(child)


#: Every cell of the library: a new one is tested without a word here.
CELLS = [
    cell for cell in descendants(lstm_lib.cells.Cell) if cell.__module__.startswith("lstm_lib.")
]

#: Those that PyTorch has too.
CELLS_IN_TORCH = [cell for cell in CELLS if cell in PYTORCH]


#: Those whose units can be silent, below zero: then nothing that they read moves them.
MAY_BE_SILENT = [lstm_lib.cells.ReLURNNCell]


def torch_module(cell_class, input_size, hidden_size, seed=0, dtype=torch.float64, **settings):
    """PyTorch's module for this cell, with random weights and two random biases."""
    torch.manual_seed(seed)
    settings |= SETTINGS.get(cell_class, {})
    return PYTORCH[cell_class][0](input_size, hidden_size, dtype=dtype, **settings)


def run_torch(module, x, state):
    """Outputs and final state of PyTorch's module, both as tensors: ``(outputs, (h, c))``."""
    first = tuple(part[None] for part in state)
    outputs, last = module(x, first if isinstance(module, nn.LSTM) else first[0])
    return outputs, tuple(part[0] for part in (last if isinstance(last, tuple) else (last,)))


def torch_gates(module, x, h_before):
    """Every gate by name, cut from PyTorch's packed weights; ``h_before`` is each step's h_{t-1}.

    The order of the slices is the one that PyTorch documents for ``weight_ih_l0``.
    """
    biases = (module.bias_ih_l0, module.bias_hh_l0) if module.bias else (None, None)
    from_x = functional.linear(x, module.weight_ih_l0, biases[0])
    from_h = functional.linear(h_before, module.weight_hh_l0, biases[1])
    a, n = from_x + from_h, module.hidden_size
    if isinstance(module, nn.RNN):
        return {"h": torch.relu(a) if module.nonlinearity == "relu" else torch.tanh(a)}
    if isinstance(module, nn.LSTM):
        return {
            "i": torch.sigmoid(a[..., 0 * n : 1 * n]),
            "f": torch.sigmoid(a[..., 1 * n : 2 * n]),
            "c_tilde": torch.tanh(a[..., 2 * n : 3 * n]),
            "o": torch.sigmoid(a[..., 3 * n : 4 * n]),
        }
    if isinstance(module, nn.GRU):
        r, z = torch.sigmoid(a[..., :n]), torch.sigmoid(a[..., n : 2 * n])
        return {
            "r": r,
            "z": z,
            "h_tilde": torch.tanh(from_x[..., 2 * n :] + r * from_h[..., 2 * n :]),
        }
    raise NotImplementedError(f"say here how {type(module).__name__} packs its gates")


def random_input(rng, *shape, dtype=np.float64):
    return rng.normal(size=shape).astype(dtype)


def random_state(rng, cell_class, *shape, dtype=np.float64):
    """A random state that the cell can be in; ``shape`` is that of a part of the usual size."""
    *examples, size = shape
    parts = {
        name: random_input(rng, *examples, *part, dtype=dtype)
        for name, part in cell_class(1, size).state_shapes().items()
    }
    if "n" in parts:  # a sum of weights, by which something is divided
        parts["n"] = np.abs(parts["n"]) + 1
    return cell_class.State(**parts)


def random_reads(rng, cell, *shape, dtype=np.float64):
    """The cell's side inputs at random; of one step if ``shape``, (steps, examples), is empty."""
    size = (*shape, cell.hidden_size)
    kinds = {
        "clock": lambda: rng.integers(0, 2, size).astype(dtype),
    }
    return {
        name: kinds[name]() if name in kinds else random_input(rng, *size, dtype=dtype)
        for name in cell.reads
    }


def from_here(cell, x):
    """The side inputs that a cell needs together with a state: a clock that starts with ``x``."""
    return {name: cell.reading(name, x) for name in cell.timed}
