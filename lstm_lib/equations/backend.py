"""Which backend runs the layers: compiled C, or the readable steps in PyTorch."""

import os
import platform
from typing import NamedTuple

from lstm_lib.equations import build
from lstm_lib.equations.program import Program, Unsupported

BACKENDS = ("compiled", "readable")


class Backend(NamedTuple):
    """A backend and the reason for it."""

    name: str
    """``"compiled"`` or ``"readable"``."""
    why: str
    """In a sentence."""

    def __str__(self):
        return f"{self.name}: {self.why}"


def backend(cell=None) -> Backend:
    """Which backend runs the layers here, and why.

    ``compiled``: the equations of a cell are written as C, compiled by the system's compiler when
    they are first used, and kept for the next time. ``readable``: they are run as they stand in the
    cell, one operation of PyTorch after the other, with the same results but for rounding. The
    setting is an environment variable, ``LSTM_LIB_BACKEND=readable``; one of its own has the same
    effect in a program: ``os.environ["LSTM_LIB_BACKEND"] = "readable"``.

    Even so, a single call takes the readable path where the compiled one would not do: for tensors
    on a GPU or in half precision, in ``torch.compile``, ``torch.autocast`` and ``torch.func``.

    A cell of your own is compiled too, if its equations use what those of the library's cells use:
    arithmetic, the functions of :mod:`lstm_lib.cells.functions`, products with transposed weights,
    settings and constants. If they do anything else, such as drawing random numbers or calling
    PyTorch, they are run as they stand; the logger ``lstm_lib`` says so once, and why.

    Args:
        cell: a cell, or a :class:`~lstm_lib.layers.Recurrent`, to ask about; without, it is about
            this computer.

    Raises:
        ValueError: ``LSTM_LIB_BACKEND`` is something else.
    """
    if chosen_backend() == "readable":
        return Backend("readable", "LSTM_LIB_BACKEND is readable")
    try:
        for dtype in build.REALS:
            build.matrices(dtype)
        if cell is not None:
            Program(getattr(cell, "bare_cell", cell))
    except build.Unavailable as reason:
        return Backend("readable", str(reason))
    except Unsupported as reason:
        return Backend("readable", f"{type(cell).__name__} cannot be compiled: {reason}")
    return Backend("compiled", f"{build.compiler()[0]}, for {platform.machine()}")


def chosen_backend() -> str:
    """The setting ``LSTM_LIB_BACKEND``; ``compiled`` if there is none.

    Raises:
        ValueError: neither ``compiled`` nor ``readable``.
    """
    name = os.environ.get("LSTM_LIB_BACKEND") or BACKENDS[0]
    if name not in BACKENDS:
        raise ValueError(f"LSTM_LIB_BACKEND is {name!r}; it may be {' or '.join(BACKENDS)}")
    return name
