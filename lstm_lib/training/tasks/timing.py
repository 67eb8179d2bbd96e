"""Beats at equal intervals after one signal."""

from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, Choice


@dataclass(frozen=True)
class Timing(Choice):
    """Answer with a beat at every ``interval``-th step after a signal, without further input.

    The signal, a 1 among zeros, comes at one of the first ``interval`` steps. The answer at each
    step is 1 for a beat and 0 for none, so the first is due ``interval`` steps after the signal.
    The score is the share of sequences with no step wrong. There is one sequence for each step at
    which the signal may come, so there are only ``interval`` different ones.

    Args:
        interval: how many steps from the signal to the first beat, and from beat to beat.
        length: how many steps; twice the interval or more, so that every sequence has a beat.

    Baseline: without a memory all steps after the signal get the same answer, so no sequence is
    right.

    Source: after the timed spikes of Gers, Schraudolph & Schmidhuber (2002), whose network began
    by itself.
    """

    interval: int
    length: int

    features = 1
    answers = len(("none", "beat"))
    baseline = 0.0

    def __post_init__(self):
        positive_integer("interval", self.interval, 2)
        positive_integer("length", self.length, 2 * self.interval)

    def draw(self, size, generator):
        signal = torch.randint(self.interval, (1, size), generator=generator)
        since = torch.arange(self.length)[:, None] - signal
        beats = (since > 0) & (since % self.interval == 0)
        inputs = (since == 0).to(torch.get_default_dtype())[..., None]
        return Batch(inputs, beats.long(), torch.ones_like(beats))

    def score(self, outputs, batch):
        right = outputs.argmax(-1) == batch.targets
        return (right | ~batch.asked).all(0).float().mean()
