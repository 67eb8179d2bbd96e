"""A sine to continue."""

import math
from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, Number, uniform


@dataclass(frozen=True)
class Sine(Number):
    r"""Continue a sine of unknown frequency and phase: predict the next value.

    Three values in a row determine all that follow; one does not, since it does not say whether
    the curve is rising. The score counts from the third step on.

    Args:
        length: how many steps; 3 or more.
        shortest: steps in the shortest period; above 2, so that the samples determine the sine.
        longest: steps in the longest period.

    Baseline: with :math:`\omega` uniform between its slowest and fastest and every phase equally
    likely, the best prediction from :math:`x_t` alone is
    :math:`x_t \cdot \operatorname{E}[\cos \omega]`, and its mean squared error is

    .. math::

        \frac{1 - \operatorname{E}[\cos \omega]^2}{2},
        \qquad \operatorname{E}[\cos \omega]
        = \frac{\sin \omega_\text{fast} - \sin \omega_\text{slow}}
               {\omega_\text{fast} - \omega_\text{slow}}
    """

    length: int
    shortest: float = 10
    longest: float = 50

    features = 1
    answers = 1

    def __post_init__(self):
        positive_integer("length", self.length, 3)
        if not 2 < self.shortest < self.longest < math.inf:
            raise ValueError(
                f"periods from {self.shortest} to {self.longest} steps; "
                "shortest must be above 2, and longest above shortest"
            )

    @property
    def frequencies(self):
        """The slowest and the fastest :math:`\\omega`, in radians a step."""
        return 2 * math.pi / self.longest, 2 * math.pi / self.shortest

    @property
    def baseline(self):
        slow, fast = self.frequencies
        mean_cosine = (math.sin(fast) - math.sin(slow)) / (fast - slow)
        return (1 - mean_cosine**2) / 2

    def draw(self, size, generator):
        slow, fast = self.frequencies
        frequency = slow + (fast - slow) * uniform(size, generator=generator)
        phase = 2 * math.pi * uniform(size, generator=generator)
        time = torch.arange(self.length + 1)[:, None]
        values = torch.sin(frequency * time + phase)[..., None]
        asked = (time[:-1] >= 2).expand(-1, size)
        return Batch(values[:-1], values[1:], asked)
