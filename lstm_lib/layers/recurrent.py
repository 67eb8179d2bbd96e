"""One cell over time as a PyTorch module."""

import copy
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import torch
from torch import nn
from torch.utils._pytree import tree_map

from lstm_lib.cells import Cell
from lstm_lib.cells.checks import check_shape, unknown_name
from lstm_lib.cells.weights import GateWeights
from lstm_lib.layers.compiled import compiled_steps
from lstm_lib.layers.cuda_graph import recorded_steps
from lstm_lib.layers.registered import register_cell
from lstm_lib.sequences import ByName, Unrolled
from lstm_lib.sequences.unroll import check_cell, given, steps

CAST_BY_AUTOCAST = (torch.float32, torch.float16, torch.bfloat16)
"""The dtypes that ``torch.autocast`` converts between; it leaves float64 as it is."""


class GateParameters(nn.ParameterDict):
    """One trainable parameter for each gate: ``layer.W["f"]``.

    Assigning an ``nn.Parameter`` replaces the parameter (so two layers may share one). Assigning a
    tensor, an array or a list copies the values into the parameter. Calling it returns all weights
    as a dictionary and runs the module's hooks, so that ``weight_norm``, ``spectral_norm``,
    pruning and parametrisations take effect.

    Raises:
        KeyError: asking for a gate that is not there.
        ValueError: values of another shape.
        RuntimeError: values that require a gradient; copying them would lose their history.
    """

    def __getitem__(self, gate):
        if gate not in self:
            raise KeyError(unknown_name("gate", gate, self.keys()))
        return super().__getitem__(gate)

    def __setitem__(self, gate, value):
        if gate not in self or isinstance(value, nn.Parameter):
            return super().__setitem__(gate, value)
        if getattr(value, "requires_grad", False):
            raise RuntimeError(
                f"the values for {gate!r} require a gradient: detach() them, give an "
                "nn.Parameter, or run the layer with them by torch.func.functional_call"
            )
        old = self[gate]
        value = torch.as_tensor(value, dtype=old.dtype, device=old.device)
        check_shape(f"the value for {gate!r}", value, old.shape)
        if gate in self._parameters:
            with torch.no_grad():
                old.copy_(value)
        else:  # parametrised: the parametrisation sets the parameters behind it
            setattr(self, gate, value)

    def forward(self):
        return {gate: self[gate] for gate in self}

    __call__ = nn.Module.__call__  # ParameterDict forbids it


class RecurrentLayer(nn.Module):
    """The base class of the layers.

    Args:
        batch_first: read sequences as ``(batch_size, seq_len, input_size)``, and return
            everything that has a time axis in this order. States have none.
    """

    def __init__(self, batch_first=False):
        super().__init__()
        self.batch_first = bool(batch_first)

    def time_first(self, x):
        """The sequence with its axes as cells read it: time, batch, features, or time, features."""
        swap = self.batch_first and torch.is_tensor(x) and x.ndim > 2
        return x.transpose(0, 1) if swap else x

    def as_given(self, run):
        """The run with its axes in the order of the input's."""
        return along_time(run, self.time_first) if self.batch_first else run

    def extra_repr(self):
        return "batch_first=True" if self.batch_first else ""


class Recurrent(RecurrentLayer):
    """A cell over time as a PyTorch layer: the same equations, trained by autograd.

    Its parameters are addressed by gate, ``layer.W["f"]``, ``layer.U["f"]``, ``layer.b["f"]`` (and
    ``layer.p["f"]`` where there are peepholes), and start as the cell's weights. ``layer.cell`` is
    the cell with these same parameters, so setting a weight in one sets it in the other, and
    :func:`~lstm_lib.cells.initialise.forget_bias` takes either.

    Args:
        cell: a :class:`~lstm_lib.cells.Cell`; it is copied, not changed.
        dtype: of the parameters; PyTorch's default dtype if left out.
        batch_first: as for ``torch.nn.LSTM``: the axes of sequences are batch, time, features.
        cuda_graph: for a GPU: record the steps once as a CUDA graph, for each shape of input, and
            start it as a whole at each call. It has first derivatives alone, those of the last run
            of that shape, and once.

    On a CPU with a C compiler the steps are run by compiled code; see
    :func:`~lstm_lib.equations.backend`.

    Raises:
        TypeError: something else than a cell, or a dtype that is not floating-point.
        ValueError: ``cuda_graph``, and an input that is not on a GPU, or steps that a graph cannot
            repeat.
    """

    num_layers = 1
    bidirectional = False

    def __init__(self, cell: Cell, dtype=None, batch_first=False, cuda_graph=False):
        super().__init__(batch_first)
        check_cell(cell)
        self.cuda_graph = bool(cuda_graph)
        dtype = torch.get_default_dtype() if dtype is None else dtype
        if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
            raise TypeError(f"dtype is {dtype}; give a floating-point type, such as torch.float64")
        register_cell(type(cell))
        self.bare_cell = copy.copy(cell)  # the cell without its weights
        vars(self.bare_cell).pop("layer", None)
        for kind, weights in cell.weights.items():
            del vars(self.bare_cell)[kind]
            super().__setattr__(kind, gate_parameters(weights, dtype))

    def __setattr__(self, name, value):
        """A group of weights may be assigned as a dictionary, such as another cell's."""
        mapping = isinstance(value, (Mapping, nn.ParameterDict))
        is_group = name in vars(self).get("_modules", ())  # a replica is made without __init__
        if is_group and mapping and not isinstance(value, GateParameters):
            dtype = next(iter(self.parameters())).dtype
            value = gate_parameters(value, dtype)
        super().__setattr__(name, value)

    @property
    def cell(self) -> Cell:
        """The cell, with this layer's parameters as its weights."""
        return self.cell_with(lambda group: group, layer=self)

    def cell_with(self, weights_of, **settings) -> Cell:
        """The cell with the weights ``weights_of(group)`` for each group of parameters."""
        cell = copy.copy(self.bare_cell)
        for kind in cell.kinds:
            group = getattr(self, kind)
            if not isinstance(group, GateParameters):
                raise TypeError(
                    f"{kind} is a {type(group).__name__}; give its weights by gate, in a dictionary"
                )
            vars(cell)[kind] = weights_of(group)
        vars(cell).update(settings)
        return cell

    def to_numpy(self) -> Cell:
        """A NumPy cell with a copy of the current weights, in their dtype.

        Raises:
            TypeError: bfloat16, which NumPy does not have.
            ValueError: weights on the device ``meta``, which have no values.
        """
        arrays = {
            kind: GateWeights(kind, {gate: array(weight) for gate, weight in group().items()})
            for kind, group in self.groups().items()
        }
        cell = copy.copy(self.bare_cell)
        vars(cell).update(arrays)
        return cell

    def groups(self) -> dict:
        """The groups of parameters, by kind."""
        return {kind: getattr(self, kind) for kind in self.bare_cell.kinds}

    @property
    def input_size(self) -> int:
        """How many numbers it reads at each step."""
        return self.bare_cell.input_size

    @property
    def hidden_size(self) -> int:
        """How many units the cell has."""
        return self.bare_cell.hidden_size

    @property
    def output_size(self) -> int:
        """How many numbers it returns at each step."""
        (size,) = self.bare_cell.state_shapes()[self.bare_cell.output]
        return size

    def forward(self, x, state=None, lengths=None, **reads) -> Unrolled:
        """Run over a sequence ``x`` of shape ``(seq_len, batch_size, input_size)``, and over what
        else the cell reads, by name (``c_below``).

        Args:
            state: the state to begin with, ``cell.State(h=…, c=…)`` or ``(h, c)``, each
                ``(batch_size, hidden_size)``; zeros if left out.
            lengths: how many steps each sequence of a padded batch has, ``(batch_size,)``; as
                :func:`~lstm_lib.sequences.unroll` says, padding reaches nothing.

        Returns:
            An :class:`~lstm_lib.sequences.Unrolled` with outputs, final state, every gate and
            every state by name: ``y, state = layer(x)[:2]`` are what ``torch.nn.LSTM`` returns.

        Under ``torch.autocast`` the inputs may have any dtype that autocast converts.
        """
        cell = self.cell_with(lambda group: group())
        x, reads = self.time_first(x), tree_map(self.time_first, reads)
        if torch.is_tensor(x) and casts(x.device.type):
            cast = partial(autocast, like=cell.W[cell.gates[0]])
            x, state, reads = cast(x), tree_map(cast, state), tree_map(cast, reads)
        over = given(cell, x, state, lengths, reads)
        run = (recorded_steps if self.cuda_graph else compiled_steps)(self.bare_cell, cell, over)
        return self.as_given(steps(cell, over) if run is None else run)

    def extra_repr(self):
        cell = self.bare_cell
        sizes = f"{type(cell).__name__}, {cell.input_size}, {cell.hidden_size}"
        graph = "cuda_graph=True" if self.cuda_graph else ""
        return ", ".join(filter(None, (sizes, super().extra_repr(), graph)))


class Runs(NamedTuple):
    """The result of a layer that consists of several.

    Its first two fields are what PyTorch's recurrent modules return: ``y, state = run[:2]``.
    """

    outputs: object
    """The output at each step, ``(seq_len, batch_size, output_size)``."""
    state: tuple
    """The final state of each of its layers, in the form in which an initial state is given."""
    runs: tuple
    """The run of each of its layers, with every gate and state by name."""


def as_layer(cell, dtype=None):
    """A cell as a layer; a layer is returned as it is."""
    return Recurrent(cell, dtype) if isinstance(cell, Cell) else cell


def gate_parameters(weights, dtype):
    """Parameters with these weights; a weight that is a parameter is used as it is."""

    def parameter(weight):
        if isinstance(weight, nn.Parameter):
            return weight
        return nn.Parameter(torch.as_tensor(weight).to(dtype, copy=True))

    return GateParameters([(gate, parameter(weight)) for gate, weight in weights.items()])


def along_time(run, function):
    """A run with ``function`` applied to everything in it that has a time axis."""
    if isinstance(run, Runs):
        runs = [along_time(each, function) for each in run.runs]
        runs = run.runs._make(runs) if hasattr(run.runs, "_make") else tuple(runs)
        return run._replace(outputs=function(run.outputs), runs=runs)

    def each(values):
        return ByName({name: function(value) for name, value in values.items()}, values.kind)

    return run._replace(
        outputs=function(run.outputs), states=each(run.states), gates=each(run.gates)
    )


def casts(device):
    """Whether ``torch.autocast`` is active on this kind of device."""
    return torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)


def autocast(value, like):
    """A value that ``torch.autocast`` would convert, in the dtype of the weights."""
    castable = torch.is_tensor(value) and value.dtype in CAST_BY_AUTOCAST
    return value.to(like.dtype) if castable and like.dtype in CAST_BY_AUTOCAST else value


def array(weight):
    """A copy of a weight as an array."""
    if weight.is_meta:
        raise ValueError("these weights are on the device meta and have no values: load some first")
    if weight.dtype == torch.bfloat16:
        raise TypeError("these weights are bfloat16, which NumPy does not have: float() them first")
    return weight.detach().cpu().numpy().copy()
