"""Cells as PyTorch modules, alone, on top of each other and in both directions; weights from and
to PyTorch's own."""

from lstm_lib.cells.checks import need

need("torch", by="lstm_lib.layers")

from lstm_lib.layers.bidirectional import Bidirectional, BothWays  # noqa: E402
from lstm_lib.layers.recurrent import GateParameters, Recurrent, Runs  # noqa: E402
from lstm_lib.layers.stacked import Stacked  # noqa: E402
from lstm_lib.layers.torch_weights import (  # noqa: E402
    PYTORCH,
    from_torch,
    stack_from_torch,
    to_torch,
    turn_z,
)

__all__ = [
    "PYTORCH",
    "Bidirectional",
    "BothWays",
    "GateParameters",
    "Recurrent",
    "Runs",
    "Stacked",
    "from_torch",
    "stack_from_torch",
    "to_torch",
    "turn_z",
]
