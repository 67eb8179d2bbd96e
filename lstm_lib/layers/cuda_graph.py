"""The steps of a layer as a CUDA graph: recorded once, then started all at once.

On a GPU each operation of a step takes less time than starting it from Python. A recorded graph is
started as a whole, forwards and backwards.
"""

import gc
import threading
import warnings
import weakref
from contextlib import contextmanager
from functools import partial

import torch

from lstm_lib.equations.dependencies import Dependencies, is_array
from lstm_lib.layers.compiled import observed
from lstm_lib.sequences.unroll import ByName, Given, Unrolled, steps

GRAPHS = weakref.WeakKeyDictionary()
"""What each recorded cell depended on, and its graphs by what they were recorded with."""

ONE_AT_A_TIME = threading.RLock()
"""A graph has one memory, and PyTorch records one graph at a time."""


class Graph:
    """The steps of ``cell``, recorded with tensors like these."""

    def __init__(self, cell, weights, parts, reads, tensors):
        self.runs, self.backward_pass, self.stream = 0, None, torch.cuda.current_stream()
        like = tensors[0]
        arrays = {name: value for name, value in vars(cell).items() if is_array(value)}
        vars(cell).update({name: like.new_tensor(value) for name, value in arrays.items()})
        self.cell = cell  # the graph reads the memory of these
        samples = tuple(t.detach().clone().requires_grad_(needs_gradient(t)) for t in tensors)
        function = of_tensors(cell, weights, parts, reads)
        record = torch.cuda.make_graphed_callables
        try:
            with waiting_refused():
                function(*samples)
            with recording():
                self.start = record(function, samples, allow_unused_input=True)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:  # such as a branch on a value, for which a GPU must wait
            refuse(f"its steps cannot be recorded ({str(error).splitlines()[0]})", error)

    def __call__(self, tensors):
        """The values of all steps. What goes in and out of the graph's memory is copied, gradients
        too: the next run overwrites it."""
        stream = torch.cuda.current_stream()
        stream.wait_stream(self.stream)
        self.runs, self.backward_pass, self.stream = self.runs + 1, None, stream
        values = [value.clone() for value in self.start(*map(copy_of_gradient, tensors))]
        for value in values:
            if value.requires_grad:
                value.register_hook(partial(self.check_backward, self.runs))
        return values

    def check_backward(self, run, _):
        """A backward pass reads what the last run left in the graph's memory, and overwrites it."""
        this = torch._C._current_graph_task_id()
        if run != self.runs:
            refuse_backward("ran again before the backward pass of an earlier run, which is lost")
        if torch.is_grad_enabled():
            refuse_backward("has first derivatives alone, not those that create_graph=True is for")
        if self.backward_pass not in (None, this):
            refuse_backward("has made the backward pass of this run, and can make it once")
        self.backward_pass = this


def copy_of_gradient(tensor):
    """The same tensor, whose gradient will be a copy."""
    if needs_gradient(tensor):
        tensor = tensor.view_as(tensor)
        tensor.register_hook(lambda gradient: None if gradient is None else gradient.clone())
    return tensor


@contextmanager
def waiting_refused():
    """It is an error if the GPU must wait for a value. A recording that fails for this reason would
    leave PyTorch's random numbers on the GPU unusable."""
    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch says that it does not find all such cases
        torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


@contextmanager
def recording():
    """Record on the device in use, and leave its stream as it is. A graph that is freed meanwhile
    would end the recording: what nothing refers to is freed first, and then nothing."""
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    torch.cuda.graph.default_capture_stream = None  # made anew: it may be one of another device
    try:
        with torch.cuda.stream(torch.cuda.current_stream()):
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
        RuntimeError: in the backward pass, if the run is not the last, or it is a second one, or
            one that is to be differentiated.
    """
    x, state, reads, real = given
    check(x.device)
    weights = [(kind, gate) for kind in cell.kinds for gate in getattr(cell, kind)]
    tensors = [x, *state, *reads, *(getattr(cell, kind)[gate] for kind, gate in weights)]
    tensors += [] if real is None else [real]
    modes = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    precision = torch.get_float32_matmul_precision()
    alike = ((t.shape, t.dtype, t.device, needs_gradient(t)) for t in tensors)
    with ONE_AT_A_TIME, torch.cuda.device(x.device):
        graphs, key = graphs_of(bare_cell), (*modes, precision, *alike)
        if key not in graphs:
            graphs[key] = Graph(cell, weights, len(state), len(reads), tensors)
        values = iter(graphs[key](tensors))
    states = ByName({part: next(values) for part in cell.state}, "state")
    gates = ByName({gate: next(values) for gate in cell.gates}, "gate")
    return Unrolled(states[cell.output], cell.State(*values), gates, states)


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


def refuse_backward(what):
    raise RuntimeError(
        f"this layer was made with cuda_graph=True, and {what}: call backward() once, before the "
        "next run, or make the layer without"
    )
