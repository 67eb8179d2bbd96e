"""Compiled code for tensors: :func:`compiled_steps` does what
:func:`lstm_lib.sequences.unroll.steps` does, with the same result but for rounding."""

import numpy as np
import torch
from torch.overrides import _get_current_function_mode
from torch.utils._python_dispatch import _get_current_dispatch_mode

from lstm_lib.equations.backend import chosen_backend
from lstm_lib.equations.program import Unsupported
from lstm_lib.sequences.compiled import available, notice
from lstm_lib.sequences.unroll import Given, by_name, steps

DTYPES = {torch.float32: np.dtype("float32"), torch.float64: np.dtype("float64")}


def compiled_steps(bare_cell, cell, given):
    """The run of ``cell`` over what it was :class:`~lstm_lib.sequences.unroll.Given`; None where
    that takes the readable path. ``bare_cell`` is the cell without its weights, the same object at
    every call."""
    if torch.compiler.is_compiling():
        return None  # PyTorch compiles the steps itself, and could not compile a notice
    if reason := unsuited(given, cell.weights):
        notice(type(cell).__name__, Unsupported(reason))
        return None
    code = available(cell, bare_cell, DTYPES[given.x.dtype])
    if code is None:
        return None
    alone = given.x.ndim == 2
    x, state, reads, real = with_batch(given) if alone else given
    weights = (getattr(cell, weight.kind)[weight.gate] for weight in code.weights)
    values = Sequence.apply(code, cell, real, x, *reads, *state, *weights)
    at_steps, final = divide(values, len(code.names))
    if alone:
        at_steps, final = [value[:, 0] for value in at_steps], [value[0] for value in final]
    return by_name(cell, dict(zip(code.program.c_names, at_steps, strict=True)), final)


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
    of_kinds = (value for kind in weights.values() for value in kind.values())
    for value in (x, *given.state, *given.reads, *of_kinds):
        if type(value) not in PLAIN or not value.is_cpu or value.is_neg():
            about = f"a {type(value).__name__} on {value.device}"
            return f"compiled code reads plain tensors on the CPU, not {about}"
    if x.dtype not in DTYPES:
        return f"compiled code computes in float32 and float64, not in {x.dtype}"
    if reason := observed("cpu"):
        return reason
    return "the batch is empty" if x.numel() == 0 else None


def observed(device):
    """Why PyTorch must see each operation of the steps; None if it need not."""
    if torch.jit.is_tracing():
        return "PyTorch is recording the steps"
    if torch.is_autocast_enabled(device):
        return "torch.autocast chooses the precision of each operation"
    if torch._C._are_functorch_transforms_active() or torch.autograd.forward_ad._current_level >= 0:
        return "a transformation of torch.func, or forward-mode differentiation, is active"
    if _get_current_dispatch_mode() is not None or _get_current_function_mode() is not None:
        return "a mode of PyTorch observes every operation"
    return None


class Sequence(torch.autograd.Function):
    """All steps of a sequence, and their gradients.

    The tensors are the input, the side inputs, the parts of the first state, and the weights. The
    results are the outputs of all steps, in the order of the code's names, and the final state.
    """

    @staticmethod
    def forward(ctx, code, cell, real, *tensors):
        keep = any(ctx.needs_input_grad)
        lengths = None if real is None else arrays([real.sum(0)])[0]
        read, first, weights = in_groups(code, arrays(tensors))
        memory = code.forward(read, first, weights, lengths, keep, torch.get_num_threads())
        # The very tensors that are returned are kept: if one is changed in place, PyTorch notices.
        # The output is a copy and may be changed, as PyTorch's may.
        values = {name: torch.from_numpy(memory[name]) for name in code.kept}
        for part, sym in code.program.last.items():
            values[code.program.c_names[part]] = values[sym.name][1:]
        if keep:
            ctx.code, ctx.cell, ctx.real, ctx.lengths = code, cell, real, lengths
            ctx.save_for_backward(*tensors, *(values[name] for name in code.kept))
            ctx.set_materialize_grads(False)
        values[code.output] = torch.from_numpy(memory["output"])
        final = map(torch.from_numpy, code.final(memory, lengths))
        return *(values[name] for name in code.names), *final

    @staticmethod
    def backward(ctx, *gradients):
        code, needed = ctx.code, ctx.needs_input_grad[3:]
        tensors, kept = divide(ctx.saved_tensors, len(needed))
        if torch.is_grad_enabled():  # these gradients are to be differentiated too
            return (None, None, None, *readable_gradients(ctx, tensors, gradients))
        read, _, weights = in_groups(code, arrays(tensors))
        at_outputs, at_final = divide(arrays(gradients), len(code.names))
        found = code.backward(
            *(read, weights, arrays(kept), at_outputs, at_final, needed[: len(read)]),
            *(ctx.lengths, torch.get_num_threads()),
        )
        wanted = (value if want else None for value, want in zip(found, needed, strict=True))
        return (None, None, None, *(None if v is None else torch.from_numpy(v) for v in wanted))


def arrays(tensors):
    """The memory of tensors as arrays, in order row by row; None stays None."""
    return [tensor if tensor is None else array(tensor.detach()) for tensor in tensors]


def array(tensor):
    return tensor.numpy() if tensor.is_contiguous() else tensor.contiguous().numpy()


def divide(values, count):
    return values[:count], values[count:]


def in_groups(code, values):
    """What is read at each step, the parts of the first state, and the weights."""
    read, rest = divide(values, len(code.program.read))
    return read, *divide(rest, len(code.program.last))


def readable_gradients(ctx, tensors, gradients):
    """The gradients by the readable path, so that PyTorch can differentiate them again."""
    code, cell = ctx.code, ctx.cell
    needed = [k for k, wanted in enumerate(ctx.needs_input_grad[3:]) if wanted]
    with torch.enable_grad():
        read, first, weights = in_groups(code, tensors)
        for weight, value in zip(code.weights, weights, strict=True):
            getattr(cell, weight.kind)[weight.gate] = value
        run = steps(cell, Given(read[0], cell.State(*first), read[1:], ctx.real))
        outputs = [(run.gates | run.states)[name] for name in code.program.c_names]
        pairs = zip([*outputs, *run.state], gradients, strict=True)
        pairs = [(o, g) for o, g in pairs if g is not None and o.requires_grad]
        found = torch.autograd.grad(
            [output for output, _ in pairs],
            [tensors[k] for k in needed],
            [gradient for _, gradient in pairs],
            create_graph=True,
            allow_unused=True,
        )
    found = dict(zip(needed, found, strict=True))
    return [found.get(k) for k in range(len(tensors))]
