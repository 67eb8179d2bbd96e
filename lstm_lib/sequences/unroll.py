"""Run a cell over a sequence, and keep the gates and the state of every step."""

from functools import partial
from typing import NamedTuple

import numpy as np

from lstm_lib.cells.base import Cell, quiet
from lstm_lib.cells.checks import is_tensor, unknown_name
from lstm_lib.sequences.compiled import arrays_compiled
from lstm_lib.sequences.padding import real_steps, where


class ByName(dict):
    """A dictionary of values over time, by name. An unknown name raises a ``KeyError`` with a list
    of the known ones."""

    def __init__(self, values, kind="name"):
        super().__init__(values)
        self.kind = kind

    def __reduce__(self):  # from plain types, so that torch.load(weights_only=True) reads it
        return ByName, (dict(self), self.kind)

    def __missing__(self, name):
        raise KeyError(unknown_name(self.kind, name, self))


class Unrolled(NamedTuple):
    """The result of :func:`unroll`, over a sequence of ``seq_len`` steps.

    Its first two fields are what PyTorch's recurrent modules return: ``y, state = run[:2]``.
    """

    outputs: object
    """The output at each step, the hidden state, shape ``(seq_len, batch_size, hidden_size)``."""
    state: tuple
    """The state after the last step, by name (``run.state.c``); in a padded batch, after each
    sequence's own last step."""
    gates: ByName
    """Every gate at each step, by name (``run.gates["f"]``), ``(seq_len, batch_size, …)``."""
    states: ByName
    """Every part of the state after each step, by name (``run.states["c"]``)."""


def unroll(cell, x, state=None, lengths=None, **reads) -> Unrolled:
    r"""Run ``cell`` over the sequence ``x``: the same weights at each step.

    .. math:: (s_t, g_t) = \text{step}(x_t, s_{t-1}), \qquad t = 1, \dots, T

    The same loop serves NumPy arrays and PyTorch tensors. Large arrays are run by compiled code,
    with the same result but for rounding; see :func:`~lstm_lib.equations.backend`.

    In a batch of sequences of unequal length, the padding after a sequence's end changes no
    result, even if it is NaN. There the sequence's outputs, gates and states are zero; its final
    state is the one after its own last step.

    Args:
        cell: a :class:`~lstm_lib.cells.Cell`.
        x: the inputs, ``(seq_len, batch_size, input_size)``, or ``(seq_len, input_size)`` for one
            sequence alone.
        state: the state before the first step, ``cell.State(h=…, c=…)``, a dictionary of the
            same names, or a tuple in their order; zeros if left out.
        lengths: how many steps each sequence has, ``(batch_size,)``, in any order; all of them
            if left out.
        reads: the cell's side inputs, by name (``c_below``), if it has any, each
            ``(seq_len, batch_size, hidden_size)``; if left out, the cell's default.

    Raises:
        ValueError: an empty sequence, a shape that does not fit the cell, a length that is not
            from 1 to seq_len, or a state without the clock that goes with it.
        TypeError: not an array, not floating-point, or not of the weights' dtype; a side input
            that the cell does not have; not a cell.
    """
    over = given(cell, x, state, lengths, reads)
    compiled = arrays_compiled(cell, over)
    return steps(cell, over) if compiled is None else by_name(cell, *compiled)


class Given(NamedTuple):
    """What a cell is run over, checked and complete."""

    x: object
    """The inputs, zero in the padding."""
    state: tuple
    """The state before the first step."""
    reads: tuple
    """The side inputs, in the order of the cell's ``reads``."""
    real: object
    """Where a step belongs to its sequence, ``(seq_len, batch_size)``; None if all do."""


def given(cell, x, state, lengths, reads) -> Given:
    """Check what :func:`unroll` was given, and fill in what was left out."""
    check_cell(cell)
    cell.check_input(x, axes=("seq_len", "batch_size", "input_size"))
    if len(x) == 0:
        raise ValueError("x has no steps (seq_len is 0): there is nothing to unroll")
    reads = cell.check_reads(reads, x, goes_on=state is not None)
    state = cell.initial_state(x[0]) if state is None else cell.check_state(state, x[0])
    real = None if lengths is None else real_steps(x, lengths)
    if real is not None:
        x, *reads = (where(real, value) for value in (x, *reads))
    return Given(x, state, tuple(reads), real)


def by_name(cell, values, final) -> Unrolled:
    """A run, from its values over time by name and the parts of its final state."""
    states = ByName({part: values[part] for part in cell.state}, "state")
    gates = ByName({gate: values[gate] for gate in cell.gates}, "gate")
    return Unrolled(states[cell.output], cell.State(*final), gates, states)


def steps(cell, given: Given) -> Unrolled:
    """One step of the cell after the other."""
    x, state, reads, real = given
    states, gates = [], []
    with quiet(x):
        for t, (x_t, *reads_t) in enumerate(zip(x, *reads, strict=True)):
            last = state
            state, gate = cell.advance(x_t, last, reads_t)
            if real is not None:  # at its end a sequence keeps its state
                state = cell.State(*map(partial(where, real[t]), state, last))
            states.append(state)
            gates.append(gate)
    states, gates = stack_steps("state", states, real), stack_steps("gate", gates, real)
    return Unrolled(outputs=states[cell.output], state=state, gates=gates, states=states)


def check_cell(cell):
    """``cell`` must be a cell: not the class of one, a layer, or a PyTorch module."""
    if isinstance(cell, type):
        raise TypeError(
            f"cell is the class {cell.__name__}; make a cell of it first: "
            f"{cell.__name__}(input_size, hidden_size)"
        )
    if not isinstance(cell, Cell):
        module = type(cell).__module__
        if module.startswith("torch."):
            advice = "from_torch in lstm_lib.layers makes a cell of a PyTorch module"
        elif module.startswith("lstm_lib.layers"):
            advice = "it is a layer already: call it, layer(x)"
        else:
            advice = "give one of lstm_lib.cells"
        raise TypeError(f"cell is a {type(cell).__name__}; {advice}")


def stack_steps(kind, steps, real=None):
    """From a list of named tuples, one for each step: an array with a time axis for each name,
    zero in the padding."""
    names = steps[0]._fields
    values = {name: stack([getattr(step, name) for step in steps]) for name in names}
    if real is not None:
        values = {name: where(real, value) for name, value in values.items()}
    return ByName(values, kind)


def stack(values):
    if not is_tensor(values[0]):
        return np.stack(values)
    import torch  # here and not above: without tensors there need be no PyTorch

    return torch.stack(values)
