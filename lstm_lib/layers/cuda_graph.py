"""The steps of a layer as a CUDA graph: recorded once, then started all at once.

On a GPU each operation of a step takes less time than starting it from Python. A recorded graph is
started as a whole, forwards and backwards.
"""

import weakref

import torch

from lstm_lib.sequences.unroll import Given, by_name, steps

GRAPHS = weakref.WeakKeyDictionary()
"""The graphs of each cell, by the shapes of what they were recorded with."""


def recorded_steps(bare_cell, cell, given):
    """The run of ``cell`` by a graph. A first call with new shapes records one, which takes about
    as long as ten runs and keeps its memory for as long as the layer lives.

    Raises:
        ValueError: values that are not on a GPU; a mode in which a graph would compute something
            else than the steps.
    """
    check(given)
    x, state, reads, real = given
    weights = [(kind, gate) for kind in cell.kinds for gate in getattr(cell, kind)]
    tensors = [x, *state, *reads, *(getattr(cell, kind)[gate] for kind, gate in weights)]
    tensors += [] if real is None else [real]
    key = (torch.is_grad_enabled(), *((t.shape, t.dtype, t.requires_grad) for t in tensors))
    graphs = GRAPHS.setdefault(bare_cell, {})
    if key not in graphs:
        function = of_tensors(cell, weights, len(state), len(reads))
        samples = tuple(t.detach().clone().requires_grad_(t.requires_grad) for t in tensors)
        graphs[key] = torch.cuda.make_graphed_callables(function, samples, allow_unused_input=True)
    values = [value.clone() for value in graphs[key](*tensors)]  # the next run overwrites its own
    names = (*cell.state, *cell.gates)
    return by_name(cell, dict(zip(names, values, strict=False)), values[len(names) :])


def of_tensors(cell, weights, parts, reads):
    """The steps as a function of tensors alone, which returns a tuple of tensors."""

    def function(x, *rest):
        state, rest = cell.State(*rest[:parts]), rest[parts:]
        reads_of_cell, rest = rest[:reads], rest[reads:]
        values, real = rest[: len(weights)], rest[len(weights) :]
        for (kind, gate), value in zip(weights, values, strict=True):
            getattr(cell, kind)[gate] = value
        run = steps(cell, Given(x, state, reads_of_cell, *(real or [None])))
        return (*run.states.values(), *run.gates.values(), *run.state)

    return function


def check(given):
    """A graph must be on a GPU, and repeat exactly the operations that it was recorded with."""
    device = given.x.device
    if device.type != "cuda":
        raise ValueError(
            f"this layer was made with cuda_graph=True, and x is on {device}: move the layer and x "
            'to a GPU, .to("cuda"), or make the layer without'
        )
    if torch.is_autocast_enabled("cuda"):
        raise ValueError(
            "this layer was made with cuda_graph=True, and a graph keeps the precision that it was "
            "recorded in: leave torch.autocast, or make the layer without"
        )
    if torch._C._are_functorch_transforms_active() or torch.autograd.forward_ad._current_level >= 0:
        raise ValueError(
            "this layer was made with cuda_graph=True, and a graph has first derivatives alone: "
            "make the layer without for torch.func and forward-mode differentiation"
        )
