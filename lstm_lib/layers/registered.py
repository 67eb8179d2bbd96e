"""Our classes registered with PyTorch, as pytrees and as safe globals, so that it can export them
and load them from a file."""

from torch.serialization import add_safe_globals
from torch.utils._pytree import _register_namedtuple, register_pytree_node

from lstm_lib import cells
from lstm_lib.cells.base import found_again
from lstm_lib.sequences import ByName, Unrolled

registered = set()


def register_cell(cell_class):
    """Let ``torch.load(weights_only=True)`` read this cell's states and gates, and
    ``torch.export.save`` store a program that returns its state."""
    add_safe_globals([cell_class, found_again])
    register_for_export(cell_class.State)


def register_runs(*run_classes):
    """The same for these named tuples."""
    add_safe_globals(list(run_classes))
    for each in run_classes:
        register_for_export(each)


def register_for_export(tuple_class):
    name = f"{tuple_class.__module__}.{tuple_class.__qualname__}"
    if name not in registered:  # a class of the same name may be defined again in a notebook
        _register_namedtuple(tuple_class, serialized_type_name=name)
        registered.add(name)


def unflatten(values, context):
    names, kind = context
    return ByName(zip(names, values, strict=True), kind)


register_pytree_node(
    ByName,
    lambda by_name: (list(by_name.values()), (list(by_name), by_name.kind)),
    unflatten,
    serialized_type_name="lstm_lib.sequences.ByName",
)
add_safe_globals([ByName])
register_runs(Unrolled)
for name in cells.__all__:
    if name != "Cell":
        register_cell(getattr(cells, name))
