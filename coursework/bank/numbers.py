"""Questions for a number, which the library computes."""

import numpy as np

from coursework.bank import Number
from lstm_lib import LSTMCell, RNNCell, sigmoid, unroll
from lstm_lib.cells import CoupledLSTMCell, GRUCell


def one_unit(cell, **weights):
    """A cell of one unit and one input with these weights, ``W_h=1.5``; the others are 0."""
    for kind, values in cell.weights.items():
        for gate in values:
            getattr(cell, kind)[gate] = np.full(
                values[gate].shape, weights.get(f"{kind}_{gate}", 0.0)
            )
    return cell


def third_output() -> float:
    cell = one_unit(RNNCell(1, 1), W_h=1.5, U_h=0.8)
    return float(unroll(cell, np.array([[1.0], [0.0], [0.0]])).outputs[-1, 0])


def after_one_step() -> float:
    """The cell state of an LSTM all of whose weights are 0."""
    cell = one_unit(LSTMCell(1, 1))
    state, _ = cell(np.zeros(1), (np.zeros(1), np.array([2.0])))
    return float(state.c[0])


NUMBERS = (
    Number(
        1,
        "A plain recurrent network reads vectors of 16 numbers and has 64 units, with one bias "
        "each. How many numbers does training adjust?",
        RNNCell(16, 64).num_parameters,
        0,
        "W has 64 · 16 numbers, U 64 · 64, and the bias 64.",
    ),
    Number(
        1,
        "One tanh unit with W = 1.5, U = 0.8 and no bias reads 1, then 0, then 0, from 0. "
        "What is its third output, to two decimals?",
        round(third_output(), 4),
        0.01,
        "tanh(1.5), then twice the tanh of 0.8 times the output before.",
    ),
    Number(
        2,
        "The gradient is multiplied by 0.9 at each step. Which share is left after 30 steps, to "
        "two decimals?",
        round(0.9**30, 4),
        0.01,
        "0.9 to the power of 30.",
    ),
    Number(
        3,
        "An LSTM reads vectors of 3 numbers and has 4 units, with one bias for each unit of each "
        "layer. How many numbers does training adjust?",
        LSTMCell(3, 4).num_parameters,
        0,
        "Four layers, each with 4 · 3 + 4 · 4 + 4 numbers.",
    ),
    Number(
        3,
        "What is the forget gate if its pre-activation is its bias of 3, to two decimals?",
        round(float(sigmoid(np.array(3.0))), 4),
        0.01,
        "The sigmoid of 3.",
    ),
    Number(
        4,
        "All weights and biases of an LSTM unit are 0, and its cell state is 2. What is the cell "
        "state after one step?",
        after_one_step(),
        0.001,
        "Each gate is a half and the candidate is 0: half of 2 is left.",
    ),
    Number(
        4,
        "Nothing is written, and the forget gate stands at 0.9. After how many steps is half of "
        "the memory left, to one decimal?",
        round(float(np.log(0.5) / np.log(0.9)), 4),
        0.1,
        "The logarithm of a half, divided by that of 0.9.",
    ),
    Number(
        6,
        "Three gradients of one number each are 3, 4 and 12. They are clipped together to the "
        "length 6.5. What becomes of the 12?",
        12 * 6.5 / float(np.linalg.norm([3, 4, 12])),
        0.001,
        "Together they are 13 long, so all are halved.",
    ),
    Number(
        7,
        "A GRU reads vectors of 3 numbers and has 4 units, with one bias for each unit of each "
        "layer. How many numbers does training adjust?",
        GRUCell(3, 4).num_parameters,
        0,
        "Three layers, each with 4 · 3 + 4 · 4 + 4 numbers.",
    ),
    Number(
        7,
        "By how many numbers is an LSTM of 3 inputs and 4 units larger than a coupled one?",
        LSTMCell(3, 4).num_parameters - CoupledLSTMCell(3, 4).num_parameters,
        0,
        "By one layer: 4 · 3 + 4 · 4 + 4 numbers.",
    ),
)
