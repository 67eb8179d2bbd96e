"""As many b's as there were a's."""

from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, Choice


@dataclass(frozen=True)
class Counting(Choice):
    """Read n a's and then b's, and answer at which b there are as many b's as a's.

    Each example is n times a, n times b, and blanks as padding. At each b the answer is
    whether it is the last. The score is the share of examples without a single mistake. There is
    one example for each n: 10 different ones, for n from 1 to 10, by default.

    Args:
        most: the largest n.
        least: the smallest n; all from there up to ``most`` are equally likely.

    Baseline: always answer "last" at the same number of b's, which is right for one n.

    Source: the language :math:`a^n b^n` of Gers & Schmidhuber (2001), where the next symbol is
    predicted.
    """

    most: int = 10
    least: int = 1

    tokens = len("ab ")
    answers = len(("go on", "last"))

    def __post_init__(self):
        positive_integer("most", self.most, 1)
        positive_integer("least", self.least, 1)
        if self.least > self.most:
            raise ValueError(f"least is {self.least}, above most, {self.most}")

    @property
    def baseline(self):
        return 1 / (self.most - self.least + 1)

    def draw(self, size, generator):
        choices = (self.least, self.most + 1)
        return self.strings(torch.randint(*choices, (size,), generator=generator))

    def strings(self, n):
        """The examples with these many a's, ``(batch_size,)``, side by side."""
        step = torch.arange(2 * self.most)[:, None]
        inputs = (step >= n).long() + (step >= 2 * n).long()
        return Batch(inputs, targets=(step == 2 * n - 1).long(), asked=inputs == 1)

    def score(self, outputs, batch):
        right = outputs.argmax(-1) == batch.targets
        return (right | ~batch.asked).all(0).float().mean()
