"""The record of a training run."""

from dataclasses import dataclass

import numpy as np

WINDOW = 10
"""Whether a task is solved is decided by the mean score of this many updates."""


@dataclass(frozen=True)
class History:
    """The record of a training run, one entry for each update."""

    loss: np.ndarray
    """The loss at each update, ``(steps,)``."""
    score: np.ndarray
    """The task's score at each update, on the examples drawn for it, before the update."""
    gradient_norm: np.ndarray
    """The norm of the whole gradient at each update, before it was clipped."""
    seconds: float
    """How long the run took."""
    solved_at: int | None
    """The number of updates after which ``until`` was reached; None if it was not, or not given."""

    @property
    def steps(self) -> int:
        """How many updates were made."""
        return len(self.loss)
