"""What is compared: the cells of the library, PyTorch's layers, loops as one writes them by hand,
and the products of matrices alone.

Each contestant is a dictionary of functions without arguments, by what they compute: ``forward``,
without gradients, and ``both``, forwards and then back to the gradients of all weights.
"""

import math
import warnings

import torch
from torch import nn

import lstm_lib.cells
from lstm_lib import backend
from lstm_lib.layers import Recurrent
from lstm_lib.sequences import scan, unroll

CELLS = {n: getattr(lstm_lib.cells, n) for n in lstm_lib.cells.__all__ if n != "Cell"}
NATIVE = {"nn.RNN": nn.RNN, "nn.LSTM": nn.LSTM, "nn.GRU": nn.GRU}

MOST_BYTES = 2**29
"""A cell whose states of all steps are larger than this is left out."""


class TextbookLSTM(nn.Module):
    """The loop that tutorials write: one ``Linear`` for all four gates, one step at a time."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, x: torch.Tensor):
        h = x.new_zeros(x.shape[1], self.hidden_size)
        c = h
        outputs = []
        for t in range(x.shape[0]):
            i, f, g, o = self.linear(torch.cat([x[t], h], 1)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs), (h, c)


def scripted(module):
    """The module as TorchScript. It is deprecated in favour of ``torch.compile``, which unrolls the
    loop: it took three minutes to compile 25 steps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(module)


class ScannedMinGRU(nn.Module):
    """The minimal GRU by a parallel scan: ``h_t = (1 - z_t) h_{t-1} + z_t h_tilde_t``."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.layer = Recurrent(lstm_lib.cells.MinGRUCell(input_size, hidden_size))

    def forward(self, x):
        cell = self.layer.cell
        zero = x.new_zeros(*x.shape[:2], cell.hidden_size)
        written, gates = cell.step(cell.pre_activations(x, zero), cell.State(h=zero))
        return (scan(1 - gates.z, written.h),)


def trained(module, x, **reads):
    """The functions of a module that returns its outputs first."""
    gradient = torch.randn_like(module(x, **reads)[0])

    def forward():
        with torch.no_grad():
            module(x, **reads)

    def both():
        module.zero_grad()
        module(x, **reads)[0].backward(gradient)

    return {"forward": forward, "both": both}


def products(x, hidden_size):
    """The products of matrices that an LSTM cannot do without, by ``torch.mm``, and nothing else:
    the input's and the recurrent ones, the gradient's way back, and the gradients at the weights.
    """
    (steps, batch, features), width = x.shape, 4 * hidden_size
    rows, a = x.reshape(-1, features), x.new_empty(steps, batch, width)
    h, into_a = torch.randn(steps, batch, hidden_size, dtype=x.dtype), x.new_empty(batch, width)
    into_h, flat_h, flat_a = x.new_empty(batch, hidden_size), h.flatten(0, 1), a.flatten(0, 1)
    w = torch.randn(features, width, dtype=x.dtype)
    u = torch.randn(hidden_size, width, dtype=x.dtype)
    u_transposed = u.T.contiguous()

    def forward():
        torch.mm(rows, w, out=flat_a)
        for t in range(steps):
            torch.mm(h[t], u, out=into_a)

    def both():
        forward()
        for t in range(steps):
            torch.mm(a[t], u_transposed, out=into_h)
        torch.mm(rows.T, flat_a)
        torch.mm(flat_h.T, flat_a)

    return {"forward": forward, "both": both}


def in_numpy(x, hidden_size):
    """The LSTM of the library on NumPy arrays."""
    cell = lstm_lib.cells.LSTMCell(x.shape[-1], hidden_size, dtype=x.numpy().dtype)
    return {"forward": lambda: unroll(cell, x.numpy())}


def recurrent(name, x, hidden_size):
    """A cell of the library as a layer; what it reads beside the input, if need be, is random."""
    cell = CELLS[name](x.shape[-1], hidden_size)
    shape = (*x.shape[:2], hidden_size)
    reads = {n: torch.randn(shape, dtype=x.dtype) for n in cell.reads if n not in cell.timed}
    return trained(Recurrent(cell, dtype=x.dtype), x, **reads)


def too_large(name, x, hidden_size):
    """Why a cell is left out for this shape; None if it need not be."""
    shapes = CELLS[name](1, hidden_size).state_shapes().values()
    needed = x.shape[0] * x.shape[1] * sum(map(math.prod, shapes)) * x.element_size()
    return f"its states need {needed / 2**30:.1f} GiB" if needed > MOST_BYTES else None


def left_out(x, hidden_size, cells):
    """The cells that are too large for this shape, and why."""
    reasons = {name: too_large(name, x, hidden_size) for name in cells}
    return {name: reason for name, reason in reasons.items() if reason}


def groups(x, hidden_size, cells=CELLS):
    """Groups that are measured together, each a dictionary by name with PyTorch's layers in it.

    In small groups: a round is short, and what runs between two turns of a contestant empties the
    caches and gives memory back to the system, which a layer that is trained has at hand.
    """
    sizes, omitted = (x.shape[-1], hidden_size), left_out(x, hidden_size, cells)
    native = {name: trained(module(*sizes).to(x.dtype), x) for name, module in NATIVE.items()}
    textbook = TextbookLSTM(*sizes).to(x.dtype)
    first = {
        "textbook loop": trained(textbook, x),
        "torch.jit.script": trained(scripted(textbook), x),
        "matrix products": products(x, hidden_size),
        "LSTMCell": recurrent("LSTMCell", x, hidden_size),
    }
    if x.dtype == torch.float64:
        first["NumPy"] = in_numpy(x, hidden_size)
    yield native | first
    others = [name for name in cells if name not in omitted and name not in first]
    others.sort(key=lambda name: backend(CELLS[name](*sizes)).name)  # the readable ones last
    for group in batched(others, 4):
        yield native | {name: recurrent(name, x, hidden_size) for name in group}


def batched(values, count):
    return [values[k : k + count] for k in range(0, len(values), count)]


def of_long_sequences(x, hidden_size):
    """The minimal GRU by a scan, beside PyTorch's GRU."""
    sizes = (x.shape[-1], hidden_size)
    return {
        "nn.GRU": trained(nn.GRU(*sizes).to(x.dtype), x),
        "MinGRUCell by steps": recurrent("MinGRUCell", x, hidden_size),
        "MinGRUCell by scan": trained(ScannedMinGRU(*sizes).to(x.dtype), x),
    }
