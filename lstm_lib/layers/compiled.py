"""Where compiled code is used: :func:`compiled_steps` does what
:func:`lstm_lib.sequences.unroll.steps` does, with the same result but for rounding."""

import logging
import weakref

import torch
from torch.overrides import _get_current_function_mode
from torch.utils._python_dispatch import _get_current_dispatch_mode

from lstm_lib.equations import build
from lstm_lib.equations.backend import chosen_backend
from lstm_lib.equations.dependencies import Dependencies, Unsupported
from lstm_lib.layers.compiled_products import DTYPES
from lstm_lib.layers.compiled_sequence import Code, Sequence
from lstm_lib.sequences.unroll import ByName, Given, Unrolled

log = logging.getLogger("lstm_lib")


def compiled_steps(bare_cell, cell, given):
    """The run of ``cell`` over what it was :class:`~lstm_lib.sequences.unroll.Given`; None where
    that takes the readable path. ``bare_cell`` is the cell without its weights, the same object at
    every call."""
    if torch.compiler.is_compiling():
        return None  # PyTorch compiles the steps itself, and could not compile a notice
    try:
        if reason := unsuited(given, cell.weights):
            raise Unsupported(reason)
        code = code_of(bare_cell)
        code.function("forward", DTYPES[given.x.dtype])
        build.matrices(DTYPES[given.x.dtype])
    except (Unsupported, build.Unavailable) as error:
        notice(type(cell).__name__, error)
        return None
    alone = given.x.ndim == 2
    x, state, reads, real = with_batch(given) if alone else given
    weights = (getattr(cell, weight.kind)[weight.gate] for weight in code.weights)
    values = Sequence.apply(code, cell, real, x, *reads, *state, *weights)
    at_steps, final = values[: len(code.names)], values[len(code.names) :]
    if alone:
        at_steps, final = [value[:, 0] for value in at_steps], [value[0] for value in final]
    named = dict(zip(code.program.c_names, at_steps, strict=True))
    states = ByName({part: named[part] for part in cell.state}, "state")
    gates = ByName({gate: named[gate] for gate in cell.gates}, "gate")
    return Unrolled(states[cell.output], cell.State(*final), gates, states)


def with_batch(given):
    """One sequence alone as a batch of one."""
    state = given.state._make(value[None] for value in given.state)
    return Given(given.x[:, None], state, [value[:, None] for value in given.reads], None)


PLAIN = (torch.Tensor, torch.nn.Parameter)


def unsuited(given, weights):
    """Why these values take the readable path; None if they need not."""
    x = given.x
    if chosen_backend() == "readable":
        return "LSTM_LIB_BACKEND is readable"
    if torch.jit.is_tracing():
        return "PyTorch is recording the steps"
    of_kinds = (value for kind in weights.values() for value in kind.values())
    for value in (x, *given.state, *given.reads, *of_kinds):
        if type(value) not in PLAIN or not value.is_cpu or value.is_neg():
            about = f"a {type(value).__name__} on {value.device}"
            return f"compiled code reads plain tensors on the CPU, not {about}"
    if x.dtype not in DTYPES:
        return f"compiled code computes in float32 and float64, not in {x.dtype}"
    if torch.is_autocast_enabled("cpu"):
        return "torch.autocast chooses the precision of each operation"
    if torch._C._are_functorch_transforms_active() or torch.autograd.forward_ad._current_level >= 0:
        return "a transformation of torch.func, or forward-mode differentiation, is active"
    if _get_current_dispatch_mode() is not None or _get_current_function_mode() is not None:
        return "a mode of PyTorch observes every operation"
    return "the batch is empty" if x.numel() == 0 else None


CODES = weakref.WeakKeyDictionary()
"""What each cell that was traced depended on, and its code."""


def code_of(bare_cell):
    """The code of a cell; traced again if anything that its equations read was set anew.

    Raises:
        Unsupported: a cell that has none.
    """
    depends, code = CODES.get(bare_cell, (None, None))
    if depends is None or depends.changed(bare_cell):
        depends = Dependencies(bare_cell)
        try:
            code = Code(bare_cell)
        except Unsupported as error:
            code = error
        CODES[bare_cell] = (depends, code)
    if isinstance(code, Unsupported):
        raise code
    return code


NOTICED = set()
"""What was said already."""


def notice(cell, error):
    """Say once why the readable path is taken: aloud only if something is missing here."""
    said = str(error) if isinstance(error, build.Unavailable) else (cell, str(error))
    if said not in NOTICED:
        NOTICED.add(said)
        level = logging.WARNING if isinstance(error, build.Unavailable) else logging.INFO
        log.log(level, "%s takes the readable path, which is slower: %s", cell, error)
