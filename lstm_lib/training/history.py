"""What happened in training."""

from dataclasses import dataclass

import numpy as np

WINDOW = 10
"""A task counts as solved by the mean score of this many steps."""


@dataclass(frozen=True)
class History:
    """What happened in training, step by step."""

    loss: np.ndarray
    """The loss of each step, ``(steps,)``."""
    score: np.ndarray
    """The task's score at each step, on examples that were never seen before."""
    gradient_norm: np.ndarray
    """The norm of the whole gradient at each step, before it was clipped."""
    seconds: float
    """How long it took."""
    solved_at: int | None
    """After how many steps the criterion was met; None if it was not, or there was none."""

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.loss)
