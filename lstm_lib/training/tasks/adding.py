"""Two marked numbers to add."""

from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, Number, only_at_the_end, uniform


@dataclass(frozen=True)
class Adding(Number):
    r"""Add the two numbers that are marked, among many that are not.

    Each step is a number between 0 and 1 and a mark, which is 1 at one step of the first half
    and one of the second, and 0 elsewhere. The answer, at the last step, is the sum.

    Args:
        length: how many steps; 3 or more. The last is never marked.

    Baseline: always answer 1, the mean. The error is then the variance of a sum of two uniform
    numbers,

    .. math:: 2 \cdot \tfrac{1}{12} = \tfrac{1}{6}

    Source: Hochreiter & Schmidhuber (1997), experiment 4, in the form with numbers between 0 and
    1 (Le, Jaitly & Hinton 2015).
    """

    length: int

    features = 2
    answers = 1
    baseline = 2 * (1 / 12)

    def __post_init__(self):
        positive_integer("length", self.length, 3)

    def draw(self, size, generator):
        numbers = uniform(self.length, size, generator=generator)
        half = self.length // 2
        first = torch.randint(half, (1, size), generator=generator)
        second = torch.randint(half, self.length - 1, (1, size), generator=generator)
        marks = torch.zeros(self.length, size).scatter(0, torch.cat([first, second]), 1)
        total = (numbers * marks).sum(0)
        targets, asked = only_at_the_end(total[:, None], self.length)
        return Batch(torch.stack([numbers, marks], -1), targets, asked)
