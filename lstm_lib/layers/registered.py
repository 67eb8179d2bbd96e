"""What PyTorch must be told of our classes, so that it takes them apart and stores them."""

from torch.serialization import add_safe_globals
from torch.utils._pytree import register_pytree_node

from lstm_lib import cells
from lstm_lib.cells.base import found_again
from lstm_lib.sequences import ByName, Unrolled


def register_cell(cell_class):
    """Let ``torch.load(weights_only=True)`` read this cell's states and gates."""
    add_safe_globals([cell_class, found_again])


def register_runs(*run_classes):
    """Let it read these named tuples too."""
    add_safe_globals(list(run_classes))


def unflatten(values, context):
    names, kind = context
    return ByName(zip(names, values, strict=True), kind)


register_pytree_node(
    ByName,
    lambda by_name: (list(by_name.values()), (list(by_name), by_name.kind)),
    unflatten,
    serialized_type_name="lstm_lib.sequences.ByName",
)
register_runs(ByName, Unrolled)
for name in cells.__all__:
    register_cell(getattr(cells, name))
