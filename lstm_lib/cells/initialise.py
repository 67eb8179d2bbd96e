"""Initial weights that decide how long an untrained network remembers."""

import numpy as np


def forget_bias(cell, value: float = 1.0):
    r"""Start every forget gate at the same bias, so that it stands open before training.

    .. math:: b_f = \text{value}, \qquad f \approx \sigma(\text{value})

    A value of 1 lets 73 % through at each step, 3 lets 95 %. PyTorch's default is near 0: half
    of the memory is gone after one step.

    Args:
        cell: a cell with a gate ``f``; it is changed, and returned.

    Source: Gers, Schmidhuber & Cummins (2000); Jozefowicz, Zaremba & Sutskever (2015) found that
    a bias of 1 closes most of the gap between LSTM and GRU.
    """
    cell.b["f"] = np.full(cell.hidden_size, value)
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
        cell: a cell with gates ``f`` and ``i``; it is changed, and returned.
        longest: the longest dependency :math:`T_{\max}`, in steps; 3 or more.
        seed: an ``int`` or a ``numpy.random.Generator``.

    Raises:
        ValueError: a ``longest`` below 3.

    Source: Tallec & Ollivier (2018), "Can recurrent neural networks warp time?".
    """
    if longest < 3:
        raise ValueError(f"longest is {longest}; chrono initialisation needs 3 steps or more")
    u = np.random.default_rng(seed).uniform(1, longest - 1, cell.hidden_size)
    cell.b["f"] = np.log(u)
    cell.b["i"] = -np.log(u)
    return cell
