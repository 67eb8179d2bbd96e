"""The assignments: each is a notebook, its source, and a module that says what it asks."""

from functools import wraps

NAMES = ("rnn_by_hand", "gates_and_cell", "backpropagation", "variants", "experiment")
"""In the order in which they are given; the first is assignment 1."""


def listed(draw):
    """Make a function that yields calls return a list of them."""

    @wraps(draw)
    def drawn(rng):
        return list(draw(rng))

    return drawn
