"""The steps of a layer as a CUDA graph: recorded once, then started all at once.

On a GPU each operation of a step takes less time than starting it from Python. A recorded graph is
started as a whole, forwards and backwards.
"""

import gc
import weakref
from contextlib import contextmanager
from functools import partial

import torch

from lstm_lib.equations.dependencies import Dependencies, is_array
from lstm_lib.layers.compiled import observed
from lstm_lib.sequences.unroll import Given, by_name, steps

GRAPHS = weakref.WeakKeyDictionary()
"""What each recorded cell depended on, and its graphs by what they were recorded with."""


class Graph:
    """The steps of ``cell``, recorded with tensors like these. ``runs`` counts its runs."""

    def __init__(self, cell, weights, parts, reads, tensors):
        like, self.runs = tensors[0], 0
        arrays = {name: value for name, value in vars(cell).items() if is_array(value)}
        vars(cell).update({name: like.new_tensor(value) for name, value in arrays.items()})
        self.cell = cell  # the graph reads the memory of these
        samples = tuple(t.detach().clone().requires_grad_(needs_gradient(t)) for t in tensors)
        function = of_tensors(cell, weights, parts, reads)
        record = torch.cuda.make_graphed_callables
        try:
            with nothing_freed():
                self.start = record(function, samples, allow_unused_input=True)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:  # such as a branch on a value, for which a GPU must wait
            refuse(f"its steps cannot be recorded ({str(error).splitlines()[0]})", error)

    def __call__(self, tensors):
        self.runs += 1
        values = [value.clone() for value in self.start(*tensors)]  # the next run overwrites them
        for value in values:
            if value.requires_grad:
                value.register_hook(partial(self.check_backward, self.runs))
        return values

    def check_backward(self, run, _):
        """A backward pass reads what the run left in the graph's memory."""
        if run != self.runs:
            raise RuntimeError(
                "this layer was made with cuda_graph=True, and ran again before the backward pass "
                "of an earlier run, over what that pass needs: call backward() before the next "
                "run, or make the layer without"
            )


@contextmanager
def nothing_freed():
    """Free first what nothing refers to, and then nothing: a graph that is freed ends the recording
    of another."""
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def recorded_steps(bare_cell, cell, given):
    """The run of ``cell`` by a graph. A first call with new shapes records one, which takes about
    as long as ten runs and keeps its memory for as long as the layer lives.

    Raises:
        ValueError: values that are not on a GPU; a cell or a mode in which a graph would compute
            something else than the steps.
        RuntimeError: in the backward pass, a run that is not the last.
    """
    x, state, reads, real = given
    check(x.device)
    weights = [(kind, gate) for kind in cell.kinds for gate in getattr(cell, kind)]
    tensors = [x, *state, *reads, *(getattr(cell, kind)[gate] for kind, gate in weights)]
    tensors += [] if real is None else [real]
    graphs = graphs_of(bare_cell)
    mode = (torch.is_grad_enabled(), torch.is_inference_mode_enabled())
    key = (mode, *((t.shape, t.dtype, t.device, needs_gradient(t)) for t in tensors))
    if key not in graphs:
        graphs[key] = Graph(cell, weights, len(state), len(reads), tensors)
    values, names = graphs[key](tensors), (*cell.state, *cell.gates)
    return by_name(cell, dict(zip(names, values, strict=False)), values[len(names) :])


def graphs_of(bare_cell):
    """The graphs of a cell; none, if anything that its equations read was set anew."""
    depends, graphs = GRAPHS.get(bare_cell, (None, None))
    if depends is None or depends.changed(bare_cell):
        depends, graphs = Dependencies(bare_cell), {}
        GRAPHS[bare_cell] = depends, graphs
    if depends.reason:
        refuse(depends.reason)
    return graphs


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


def needs_gradient(tensor):
    return tensor.requires_grad and torch.is_grad_enabled()


def check(device):
    """A graph must be on a GPU, and repeat exactly the operations that it was recorded with."""
    if device.type != "cuda":
        raise ValueError(
            f"this layer was made with cuda_graph=True, and x is on {device}: move the layer and x "
            'to a GPU, .to("cuda"), or make the layer without'
        )
    if torch.compiler.is_compiling():
        refuse("torch.compile records graphs of its own")
    if reason := observed("cuda"):
        refuse(reason)


def refuse(reason, cause=None):
    raise ValueError(
        f"this layer was made with cuda_graph=True, and {reason}; a graph repeats the operations "
        "that it recorded, and nothing else: make the layer without"
    ) from cause
