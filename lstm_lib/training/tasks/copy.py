"""A list to repeat after a while."""

import math
from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, Choice


@dataclass(frozen=True)
class Copy(Choice):
    r"""Read a list of symbols, wait, and write it down again.

    ``length`` symbols, then ``delay`` steps of which the last is the signal to begin, with blanks
    before it; then ``length`` blanks, during which the list is to be repeated. Before that the
    answer is a blank. The score is the loss, in nats a step.

    Args:
        delay: how many steps from the end of the list to the signal, which is the last of them.
        length: how many symbols to remember.
        symbols: how many different symbols there are.

    Baseline: blanks where blanks are due, which needs only a count of the steps, and a guess for
    each symbol:

    .. math:: \frac{\text{length} \cdot \ln \text{symbols}}{\text{delay} + 2 \cdot \text{length}}

    Source: Arjovsky, Shah & Bengio (2016), whose *T* is ``delay``, after Hochreiter & Schmidhuber
    (1997).
    """

    delay: int
    length: int = 10
    symbols: int = 8

    higher_is_better = False

    def __post_init__(self):
        positive_integer("delay", self.delay, 1)
        positive_integer("length", self.length, 1)
        positive_integer("symbols", self.symbols, 2)

    @property
    def tokens(self):
        return self.symbols + 2

    @property
    def answers(self):
        return self.symbols + 1

    @property
    def baseline(self):
        return self.length * math.log(self.symbols) / (self.delay + 2 * self.length)

    def draw(self, size, generator):
        symbols = torch.randint(self.symbols, (self.length, size), generator=generator)
        blank, signal = self.symbols, self.symbols + 1
        inputs = torch.full((self.delay + 2 * self.length, size), blank)
        targets = inputs.clone()
        inputs[: self.length] = symbols
        inputs[-self.length - 1] = signal
        targets[-self.length :] = symbols
        return Batch(inputs, targets, torch.ones_like(inputs, dtype=torch.bool))

    def score(self, outputs, batch):
        return self.loss(outputs, batch)
