"""Weights addressed by the name of the gate they belong to."""

import numpy as np

from lstm_lib.cells.checks import unknown_name


class GateWeights(dict):
    """One weight array for each gate: ``W["f"]`` is the forget gate's.

    A dictionary that checks: a gate that does not exist raises a ``KeyError`` that names those that
    do, and an array of another shape or type raises an error when it is assigned.
    """

    def __init__(self, kind, values):
        super().__init__(values)
        self.kind = kind

    def __reduce__(self):  # so that a copy is checked too
        return GateWeights, (self.kind, dict(self))

    def __missing__(self, gate):
        raise KeyError(unknown_name("gate", gate, self))

    def __setitem__(self, gate, value):
        old = self[gate]
        value = np.asarray(value)
        if value.shape != old.shape:
            raise ValueError(
                f"{self.kind}[{gate!r}] is given shape {value.shape}, this cell expects {old.shape}"
            )
        if value.dtype.kind not in "fiu":
            raise TypeError(f"{self.kind}[{gate!r}] is given {value.dtype}, not numbers")
        super().__setitem__(gate, value.astype(old.dtype))
