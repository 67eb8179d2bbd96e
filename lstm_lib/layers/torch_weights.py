"""Weights from and to PyTorch's own recurrent modules."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from lstm_lib.cells import (
    Cell,
    GRUResetAfterCell,
    LSTMCell,
    ProjectedLSTMCell,
    ReLURNNCell,
    RNNCell,
)
from lstm_lib.layers.bidirectional import Bidirectional
from lstm_lib.layers.recurrent import Recurrent, RecurrentLayer, array
from lstm_lib.layers.stacked import Stacked

PYTORCH = {
    LSTMCell: (nn.LSTM, ("i", "f", "c_tilde", "o")),
    RNNCell: (nn.RNN, ("h",)),
    ReLURNNCell: (nn.RNN, ("h",)),
    GRUResetAfterCell: (nn.GRU, ("r", "z", "h_tilde")),
}
"""For each cell, PyTorch's module and the order in which its packed weights hold the gates."""

SETTINGS = {RNNCell: {"nonlinearity": "tanh"}, ReLURNNCell: {"nonlinearity": "relu"}}
"""For cells with the same PyTorch module, the setting in which they differ."""

PROJECTED = {ProjectedLSTMCell: PYTORCH[LSTMCell]}
"""The cell that is an LSTM with ``proj_size``."""

ONE_STEP = {nn.LSTMCell: nn.LSTM, nn.RNNCell: nn.RNN, nn.GRUCell: nn.GRU}
"""PyTorch's modules for one step, each with the module for a sequence."""

DIRECTIONS = ("", "_reverse")

HOOKS = {
    "_forward_pre_hooks": "forward pre-hook",
    "_forward_hooks": "forward hook",
    "_backward_pre_hooks": "backward pre-hook",
    "_backward_hooks": "backward hook",
    "_post_accumulate_grad_hooks": "hook after its gradient",
}
"""The attributes in which PyTorch stores hooks, each with the name of the hook."""


def from_torch(module: nn.Module) -> Cell:
    r"""A cell with the weights of a ``torch.nn.RNN``, ``LSTM`` or ``GRU`` of one layer, or of a
    ``torch.nn.RNNCell``, ``LSTMCell`` or ``GRUCell``.

    PyTorch keeps the gates' matrices stacked (an LSTM's in the order i, f, g, o; its g is our
    ``c_tilde``) and adds **two** biases; the cell's ``b`` is their sum. A GRU's candidate keeps
    them apart, since the reset gate scales only the second, our ``d``. ``proj_size`` makes a
    :class:`~lstm_lib.cells.ProjectedLSTMCell`.

    A cell is weights and equations in NumPy. It has no training mode, no frozen weights and no
    device; :func:`stack_from_torch` keeps all of these.

    Raises:
        TypeError: a module that has no counterpart here, a subclass of one included; bfloat16.
        ValueError: several layers or both directions, or ``batch_first``, for which there is
            :func:`~lstm_lib.layers.stack_from_torch`; parametrised weights, a hook, weights of two
            dtypes, shared weights, or weights on the device ``meta``.
    """
    cell_class, gates = counterpart(module)
    check_plain(module)
    check_one_cell(module)
    return cell_from(module, cell_class, gates, "" if type(module) in ONE_STEP else "_l0")


def stack_from_torch(module: nn.Module) -> Stacked:
    """The layers of a ``torch.nn.RNN``, ``LSTM`` or ``GRU``, however many, in one direction or
    both, with its dropout, ``batch_first``, dtype, device, training mode and frozen weights. A
    module without biases gets biases that are zero and frozen.

    Raises:
        TypeError: a module that has no counterpart here, a subclass of one included.
        ValueError: parametrised weights, a hook, weights of two dtypes, shared weights, or weights
            on the device ``meta``.
    """
    cell_class, gates = counterpart(module)
    if type(module) in ONE_STEP:
        raise TypeError(
            f"torch.nn.{type(module).__name__} is one step; "
            "give Recurrent(from_torch(module)) in its place"
        )
    check_plain(module)
    kind = Bidirectional if module.bidirectional else Recurrent
    directions = DIRECTIONS if module.bidirectional else DIRECTIONS[:1]
    weight = module.weight_hh_l0
    layers = []
    for k in range(module.num_layers):
        places = [f"_l{k}{direction}" for direction in directions]
        cells = [cell_from(module, cell_class, gates, place, wide=True) for place in places]
        layer = kind(*cells, dtype=weight.dtype)
        for place, each in zip(places, directions_of(layer), strict=True):
            freeze(each, module, gates, place)
        layers.append(layer)
    stack = Stacked(layers, dropout=module.dropout, batch_first=module.batch_first)
    return stack.to(weight.device).train(module.training)


def to_torch(layer) -> nn.Module:
    """A ``torch.nn.RNN``, ``LSTM`` or ``GRU`` that computes what ``layer`` computes.

    The bias goes into PyTorch's first bias; its second is zero, but for a GRU's candidate. Dropout,
    ``batch_first``, dtype, device, training mode and frozen weights are kept. Layers whose biases
    are all zero and frozen become a module with ``bias=False``.

    Args:
        layer: a cell, or one of the layers here if its cells are all of one class and of one
            ``hidden_size``.

    Raises:
        TypeError: a cell that PyTorch has no module for.
        ValueError: a stack of layers that are not alike; gates of which some are frozen and some
            are not, which PyTorch packs into one weight; parametrised weights, a hook, shared
            weights, or weights on the device ``meta``.
    """
    if isinstance(layer, nn.Module) and not isinstance(layer, RecurrentLayer):
        raise TypeError(f"{name_of(layer)} is no cell and no layer of lstm_lib.layers")
    if isinstance(layer, nn.Module):
        for module in layer.modules():
            check_plain(module)
        check_own(layer)
    stack = [cells_of(each) for each in getattr(layer, "layers", [layer])]
    cell = stack[0][0]
    row = (PYTORCH | PROJECTED).get(type(cell))
    if row is None:
        known = ", ".join(each.__name__ for each in PYTORCH | PROJECTED)
        raise TypeError(f"PyTorch has no module for {type(cell).__name__}; it has one for {known}")
    check_alike(stack)
    module_class, gates = row
    settings = dict(SETTINGS.get(type(cell), {}))
    if type(cell) is ProjectedLSTMCell:
        settings["proj_size"] = cell.proj_size
    weight = tensor(cell.W[gates[0]])
    module = module_class(
        cell.input_size,
        cell.hidden_size,
        num_layers=len(stack),
        bias=not all(is_without_biases(each) for cells in stack for each in cells),
        bidirectional=len(stack[0]) == 2,
        dropout=getattr(layer, "dropout", 0.0),
        batch_first=getattr(layer, "batch_first", False),
        dtype=weight.dtype,
        device=weight.device,
        **settings,
    )
    for k, cells in enumerate(stack):
        for direction, each in zip(DIRECTIONS, cells, strict=False):
            fill(module, gates, f"_l{k}{direction}", each)
    return module.train(getattr(layer, "training", True))


# From PyTorch


def cell_from(module, cell_class, gates, place, wide=False):
    """The cell whose weights PyTorch names with this ending: ``_l0``, ``_l1_reverse``; ``wide``
    converts a bfloat16 module's to float32, which is exact."""

    def packed(name):
        whole = getattr(module, f"{name}{place}").detach()
        return array(whole.float() if wide and whole.dtype == torch.bfloat16 else whole)

    W, U = packed("weight_ih"), packed("weight_hh")
    none = np.zeros(len(W), W.dtype)
    first, second = (packed(f"bias_{source}") if module.bias else none for source in ("ih", "hh"))
    parts = {
        kind: dict(zip(gates, np.split(whole, len(gates)), strict=True))
        for kind, whole in {"W": W, "U": U, "b": first, "d": second}.items()
    }
    sizes = {"proj_size": module.proj_size} if cell_class is ProjectedLSTMCell else {}
    cell = cell_class(W.shape[1], module.hidden_size, dtype=W.dtype, **sizes)
    apart = cell.weights.get("d", ())
    for gate in gates:
        cell.W[gate], cell.U[gate] = parts["W"][gate], parts["U"][gate]
        if gate in apart:
            cell.b[gate], cell.d[gate] = parts["b"][gate], parts["d"][gate]
        else:
            cell.b[gate] = parts["b"][gate] + parts["d"][gate]
    if sizes:
        cell.P["h"] = packed("weight_hr")
    return cell


def freeze(layer, module, gates, place):
    """Freeze what is frozen in PyTorch's module; a sum of two biases, if both are frozen."""

    def learns(name):
        return getattr(module, f"{name}{place}").requires_grad

    biases = [learns("bias_ih"), learns("bias_hh")] if module.bias else [False, False]
    layer.W.requires_grad_(learns("weight_ih"))
    layer.U.requires_grad_(learns("weight_hh"))
    apart = getattr(layer, "d", {})
    for gate in gates:
        layer.b[gate].requires_grad_(biases[0] if gate in apart else any(biases))
        if gate in apart:
            layer.d[gate].requires_grad_(biases[1])
    if hasattr(layer, "P"):
        layer.P.requires_grad_(learns("weight_hr"))


def counterpart(module):
    """The cell that computes what the module does, and the order of its gates there."""
    kind = parametrize.type_before_parametrizations(module) if is_module(module) else None
    kind = ONE_STEP.get(kind, kind)
    classes = [each for each, (module_class, _) in PYTORCH.items() if module_class is kind]
    if not classes:
        names = dict.fromkeys(f"torch.nn.{each.__name__}" for each, _ in PYTORCH.values())
        advice = f"give one of {', '.join(names)}"
        for each in (*ONE_STEP, *ONE_STEP.values()):
            if isinstance(module, each):
                advice = (
                    f"it is a subclass of torch.nn.{each.__name__} and may compute something else. "
                    f"If it does not, load its state_dict() into a torch.nn.{each.__name__}"
                )
        raise TypeError(f"{name_of(module)} has no counterpart here; {advice}")
    if getattr(module, "proj_size", 0):
        return ProjectedLSTMCell, PROJECTED[ProjectedLSTMCell][1]
    for cell_class in classes:
        if all(getattr(module, s) == v for s, v in SETTINGS.get(cell_class, {}).items()):
            return cell_class, PYTORCH[cell_class][1]
    have = " or ".join(repr(v) for each in classes for v in SETTINGS[each].values())
    name = next(iter(SETTINGS[classes[0]]))
    raise ValueError(
        f"this module has {name}={getattr(module, name)!r}; the cells here have {name}={have}"
    )


def check_one_cell(module):
    """A cell is one layer in one direction, and has no ``batch_first``."""
    for setting, plain in {"num_layers": 1, "bidirectional": False, "batch_first": False}.items():
        value = getattr(module, setting, plain)
        if value != plain:
            raise ValueError(
                f"this module has {setting}={value!r}; a cell is one layer in one direction, time "
                f"first, with {setting}={plain!r}: stack_from_torch keeps {setting}={value!r}"
            )


# To PyTorch


def fill(module, gates, place, cell):
    """Copy the cell's weights to where PyTorch names them with this ending."""
    apart = cell.weights.get("d", {})

    def put(name, *groups):
        """The weights of each gate in the first of these groups that has one."""
        weights = [next((g[gate] for g in groups if gate in g), None) for gate in gates]
        none = torch.zeros_like(tensor(cell.b[gates[0]]))
        parameter = getattr(module, f"{name}{place}")
        whole = [none if weight is None else tensor(weight) for weight in weights]
        with torch.no_grad():
            parameter.copy_(torch.cat(whole))
        return parameter

    put("weight_ih", cell.W).requires_grad_(learns_as_one("W", cell.W.values()))
    put("weight_hh", cell.U).requires_grad_(learns_as_one("U", cell.U.values()))
    if module.bias:
        learns = learns_as_one("b", cell.b.values())
        put("bias_ih", cell.b).requires_grad_(learns)
        if apart and not learns and learns_as_one("d", apart.values()):
            raise ValueError(
                "d learns and b is frozen; PyTorch has one bias for d and for what it adds to the "
                "other gates: freeze both or none"
            )
        put("bias_hh", apart).requires_grad_(
            learns_as_one("d", apart.values()) if apart else learns
        )
    if type(cell) is ProjectedLSTMCell:
        with torch.no_grad():
            parameter = getattr(module, f"weight_hr{place}")
            parameter.copy_(tensor(cell.P["h"]))
        parameter.requires_grad_(learns_as_one("P", cell.P.values()))


def learns_as_one(kind, weights):
    """Whether these weights, which PyTorch packs into one, learn: all or none of them. Those of a
    NumPy cell do."""
    learn = {getattr(weight, "requires_grad", True) for weight in weights}
    if len(learn) > 1:
        raise ValueError(
            f"some of the gates' {kind} are frozen and some are not; PyTorch packs them into one "
            "weight: freeze all or none"
        )
    return learn.pop()


def is_without_biases(cell):
    """Whether there are only biases that are zero and stay so, as in a module with bias=False."""
    biases = [*cell.b.values(), *cell.weights.get("d", {}).values()]
    return all(
        torch.is_tensor(bias) and not bias.requires_grad and not bias.any() for bias in biases
    )


def tensor(weight):
    return torch.from_numpy(weight) if isinstance(weight, np.ndarray) else weight.detach()


def directions_of(layer):
    """The layers of one direction each that a layer is made of."""
    return [layer.forwards, layer.backwards] if isinstance(layer, Bidirectional) else [layer]


def cells_of(layer):
    """The cells of a layer, one for each direction."""
    return [getattr(each, "cell", each) for each in directions_of(layer)]


def check_alike(stack):
    """PyTorch's modules have one class of cell, one size, and as many directions in each layer."""
    kinds = {(type(cell).__name__, cell.hidden_size) for cells in stack for cell in cells}
    if len(kinds) > 1:
        found = " and ".join(f"{name} of hidden_size={size}" for name, size in sorted(kinds))
        raise ValueError(f"PyTorch's modules have one cell in all layers; here is {found}")
    sizes = {cell.proj_size for cells in stack for cell in cells if hasattr(cell, "proj_size")}
    if len(sizes) > 1:
        raise ValueError(f"PyTorch's modules have one proj_size; here are {sorted(sizes)}")
    if len({len(cells) for cells in stack}) > 1:
        raise ValueError("PyTorch's modules have as many directions in each layer; here it differs")


# Both ways


def check_plain(module):
    """A module must be determined by its settings and parameters: no parametrisation, no hook."""
    if parametrize.is_parametrized(module):
        name = next(iter(module.parametrizations))
        raise ValueError(
            f"{name} is parametrized: first "
            f"torch.nn.utils.parametrize.remove_parametrizations(module, {name!r})"
        )
    own = {"module": module} | dict(module.named_parameters(recurse=False))
    for name, each in own.items():
        for attribute, kind in HOOKS.items():
            if getattr(each, attribute, None):
                raise ValueError(
                    f"the {name} has a {kind}, which may change what it computes and would be "
                    "lost: remove it first (weight_norm, spectral_norm and pruning have a function "
                    "of their own for that)"
                )
    check_own(module)


def check_own(module):
    """No parameter may be shared or without values, and all must have one dtype."""
    seen = {}
    for name, parameter in module.named_parameters(remove_duplicate=False):
        if id(parameter) in seen:
            raise ValueError(
                f"{seen[id(parameter)]} and {name} are one parameter; after the conversion they "
                "would be two: give one of them a copy of its own first"
            )
        seen[id(parameter)] = name
        if parameter.is_meta:
            raise ValueError(f"{name} is on the device meta and has no values: load some first")
    dtypes = {parameter.dtype for parameter in module.parameters()}
    if len(dtypes) > 1:
        found = " and ".join(sorted(map(str, dtypes)))
        raise ValueError(f"the parameters are of {found}: convert them to one, module.float()")


def is_module(module):
    return isinstance(module, nn.Module)


def name_of(module):
    """The name of a class, in full if it is of neither PyTorch nor this library: several are called
    ``LSTM``."""
    kind = module if isinstance(module, type) else type(module)
    plain = kind.__module__.startswith(("torch.nn.modules", "builtins", "lstm_lib"))
    name = kind.__name__ if plain else f"{kind.__module__}.{kind.__qualname__}"
    return f"the class {name}" if isinstance(module, type) else name


def turn_z(cell):
    r"""A copy of the cell with :math:`1 - z` in the place of :math:`z`.

    .. math:: \sigma(-a_z) = 1 - \sigma(a_z)

    So negating the weights of ``z`` converts between a GRU in which :math:`z = 1` keeps the old
    state and one in which it replaces it.

    Raises:
        ValueError: a cell without a gate ``z``.
    """
    if "z" not in cell.gates:
        raise ValueError(f"{type(cell).__name__} has no gate z to turn round")
    turned = copy.deepcopy(cell)
    for weights in turned.weights.values():
        if "z" in weights:
            weights["z"] = -weights["z"]
    return turned
