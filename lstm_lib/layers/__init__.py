"""Cells as PyTorch layers: one cell, stacks of them, and both directions; conversion of weights
from and to PyTorch's own modules."""

from lstm_lib.cells.checks import needs

with needs("torch"):
    from lstm_lib.layers.bidirectional import Bidirectional, BothWays
    from lstm_lib.layers.recurrent import GateParameters, Recurrent, Runs
    from lstm_lib.layers.stacked import Stacked
    from lstm_lib.layers.torch_weights import (
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
