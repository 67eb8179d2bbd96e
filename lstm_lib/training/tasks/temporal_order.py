"""Which of two rare symbols came first."""

from dataclasses import dataclass

import torch

from lstm_lib.cells.checks import positive_integer
from lstm_lib.training.tasks.base import Batch, Choice, only_at_the_end


@dataclass(frozen=True)
class TemporalOrder(Choice):
    """Read two rare symbols, X or Y, in a long sequence, and answer which they were, in order.

    B at the start, E at the end, and a, b, c, d at random in between; one step about a tenth into
    the sequence, and one just after its middle, is X or Y instead. The answer, at the end, is XX,
    XY, YX or YY.

    Args:
        length: how many steps; 10 or more.

    Baseline: one of four is guessed.

    Source: Hochreiter & Schmidhuber (1997), experiment 6a: X or Y at steps 10 to 20 and 50 to 60
    of about 100; here in the same proportion, and all sequences equally long.
    """

    length: int = 100

    tokens = len("abcdXYBE")
    answers = len(("XX", "XY", "YX", "YY"))
    baseline = 1 / answers

    def __post_init__(self):
        positive_integer("length", self.length, 10)

    def draw(self, size, generator):
        inputs = torch.randint(4, (self.length, size), generator=generator)
        inputs[0], inputs[-1] = "abcdXYBE".index("B"), "abcdXYBE".index("E")
        tenth = self.length // 10
        early = torch.randint(tenth, 2 * tenth + 1, (1, size), generator=generator)
        late = torch.randint(5 * tenth, 6 * tenth + 1, (1, size), generator=generator)
        x_or_y = torch.randint(2, (2, size), generator=generator)
        inputs.scatter_(0, torch.cat([early, late]), x_or_y + "abcdXYBE".index("X"))
        return Batch(inputs, *only_at_the_end(2 * x_or_y[0] + x_or_y[1], self.length))
