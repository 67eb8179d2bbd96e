"""Initial weights that decide how long an untrained network remembers."""

import numpy as np

from lstm_lib.cells.checks import unknown_name


def forget_bias(cell, value: float = 1.0):
    r"""Start every forget gate at the same bias, so that it stands open before training.

    .. math:: b_f = \text{value}, \qquad f \approx \sigma(\text{value})

    A value of 1 lets 73 % through at each step, 3 lets 95 %. PyTorch's default is near 0: half
    of the memory is gone after one step.

    Args:
        cell: a cell with a gate ``f``, or a :class:`~lstm_lib.layers.Recurrent` of one; it is
            changed, and returned.

    Raises:
        KeyError: a cell without a gate ``f``, or whose ``f`` has no bias.
        TypeError: something else than a cell or such a layer.

    Source: Gers, Schmidhuber & Cummins (2000); Jozefowicz, Zaremba & Sutskever (2015) found that
    a bias of 1 closes most of the gap between LSTM and GRU.
    """
    check_gates(cell, "f")
    cell.b["f"] = np.full(cell.b["f"].shape, value)
    return cell


def identity(cell, scale: float = 1.0):
    r"""Start a plain recurrent cell as one that carries its state on unchanged.

    .. math:: U_h = \text{scale} \cdot I, \qquad b_h = 0

    With ReLU and a scale of 1, what is positive is kept as long as there is no input, and so is
    its gradient; a scale below 1 forgets at that rate.

    Args:
        cell: a :class:`~lstm_lib.cells.ReLURNNCell` or another with a single layer ``h``; it is
            changed, and returned.

    Source: Le, Jaitly & Hinton (2015), for ReLU; they draw the input weights from a normal
    distribution with standard deviation 0.001.
    """
    cell.U["h"] = scale * np.eye(cell.hidden_size)
    cell.b["h"] = np.zeros(cell.hidden_size)
    return cell


def chrono(cell, longest: int, seed=0):
    r"""Give the units different memories, up to the longest dependency that is expected.

    .. math:: b_f = \log u, \quad u \sim \text{Uniform}(1, T_{\max} - 1), \qquad b_i = -b_f

    A forget gate at :math:`\sigma(\log u)` keeps things for about :math:`u + 1` steps, so the
    units' time scales spread over the whole range.

    Args:
        cell: a cell with gates ``f`` and ``i``, or a :class:`~lstm_lib.layers.Recurrent` of one;
            it is changed, and returned.
        longest: the longest dependency :math:`T_{\max}`, in steps; 3 or more.
        seed: an ``int`` or a ``numpy.random.Generator``.

    Raises:
        ValueError: a ``longest`` below 3.
        KeyError: a cell without one of the two gates, or its bias.
        TypeError: something else than a cell or such a layer.

    Source: Tallec & Ollivier (2018), "Can recurrent neural networks warp time?".
    """
    if longest < 3:
        raise ValueError(f"longest is {longest}; chrono initialisation needs 3 steps or more")
    check_gates(cell, "f", "i")
    u = np.random.default_rng(seed).uniform(1, longest - 1, cell.b["f"].shape)
    cell.b["f"] = np.log(u)
    cell.b["i"] = -np.log(u)
    return cell


def check_gates(cell, *gates):
    """All that is about to be set must be there, before any of it is."""
    if isinstance(cell, type):
        raise TypeError(
            f"cell is the class {cell.__name__}; make a cell of it first: "
            f"{cell.__name__}(input_size, hidden_size)"
        )
    biases = getattr(cell, "b", None)
    if not hasattr(biases, "keys"):
        raise TypeError(
            f"cell is a {type(cell).__name__}; give a cell or a Recurrent. In a stack, or in both "
            "directions, each layer has biases of its own; from_torch makes a cell of a PyTorch "
            "module"
        )
    for gate in gates:
        if gate not in biases:
            raise KeyError(unknown_name("gate", gate, biases))
