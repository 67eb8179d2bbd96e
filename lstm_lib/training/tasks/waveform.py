"""A curve to produce without input."""

import math
from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, Number, uniform


@dataclass(frozen=True)
class Waveform(Number):
    r"""Produce a given curve: the inputs are all zero, and the outputs are to follow the curve.

    The curve is a sum of sines of different periods, scaled to mean 0 and mean square 1. It is the
    same in every example, so there is a single example: the task is to store it in the weights.

    Args:
        length: how many steps; 8 or more.
        waves: how many sines are added. Their periods are between 4 steps and ``length``, each
            factor of 2 equally likely.
        seed: of the periods and phases; each seed is another curve.

    Baseline: always answer 0, the mean; the error is then the mean square, 1.

    Source: after Koutník et al. (2014), section 4.1, whose curves are pieces of music of 320
    samples.
    """

    length: int = 320
    waves: int = 6
    seed: int = 0

    features = 1
    answers = 1
    baseline = 1.0

    def __post_init__(self):
        positive_integer("length", self.length, 8)
        positive_integer("waves", self.waves)

    @property
    def periods(self):
        """The period of each sine, in steps, from the shortest to the longest."""
        return self.sines()[0].flatten().sort().values

    @property
    def curve(self):
        """The curve that the outputs are to follow, ``(seq_len,)``."""
        periods, phases = self.sines()
        time = torch.arange(self.length)
        sum_of_sines = torch.sin(2 * math.pi * (time / periods + phases)).sum(0)
        centred = sum_of_sines - sum_of_sines.mean()
        return centred / centred.square().mean().sqrt()

    def sines(self):
        """Periods and phases, the latter as a share of a period, each ``(waves, 1)``."""
        generator = torch.Generator().manual_seed(self.seed)
        draws = uniform(2, self.waves, 1, generator=generator)
        return 4 * (self.length / 4) ** draws[0], draws[1]

    def draw(self, size, generator):
        targets = self.curve[:, None, None].expand(-1, size, 1)
        asked = torch.ones(self.length, size, dtype=torch.bool)
        return Batch(torch.zeros_like(targets), targets, asked)
