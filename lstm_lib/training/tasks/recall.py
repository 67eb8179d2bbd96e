"""A key to remember across a gap."""

from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, Choice, only_at_the_end


@dataclass(frozen=True)
class Recall(Choice):
    """“I grew up in France … I speak fluent *French*”: a key, a gap, and then a query.

    A key at the first step, ``gap`` random fillers, a query; the answer is the key.

    Args:
        gap: how many fillers stand between key and query.
        keys: how many different keys there are.
        fillers: how many different fillers there are.

    Baseline: one key in ``keys`` is guessed.

    Source: the example is from Olah (2015); the task is one of Hochreiter & Schmidhuber (1997),
    experiment 2, with random fillers and more keys.
    """

    gap: int
    keys: int = 8
    fillers: int = 8

    def __post_init__(self):
        positive_integer("gap", self.gap, 1)
        positive_integer("keys", self.keys, 2)
        positive_integer("fillers", self.fillers, 1)

    @property
    def tokens(self):
        return self.keys + self.fillers + 1

    @property
    def answers(self):
        return self.keys

    @property
    def baseline(self):
        return 1 / self.keys

    def draw(self, size, generator):
        key = torch.randint(self.keys, (1, size), generator=generator)
        filler = torch.randint(self.fillers, (self.gap, size), generator=generator) + self.keys
        query = torch.full((1, size), self.tokens - 1)
        inputs = torch.cat([key, filler, query])
        return Batch(inputs, *only_at_the_end(key[0], len(inputs)))
