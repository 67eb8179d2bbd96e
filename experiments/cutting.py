"""What does it cost to cut the gradient between pieces? Two gaps, ten seeds.

At the shorter gap the whole sequence fits into one piece: the control, in which nothing is cut.

The command that makes the missing runs (about six minutes for all, on one core)::

    python -m experiments.cutting
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, means, named
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Recall

FILE = stored.RESULTS / "cutting.json"

load = stored.cutting

NETWORKS = {"whole": None, "cut every 10": 10}
"""The steps of a piece, or None where the whole sequence is one piece."""

GAPS = (6, 20)

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "embedding": 16,
    "hidden": 32,
    "forget_bias": 3.0,
    "batch_size": 32,
    "clip": 1.0,
    "steps": 600,
    "until": 0.99,
    "mean_of": 20,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["gap", "network"],
        "by": "mean_score",
        "best": "highest",
    },
}
"""Sizes; the bias that the forget gates start with; the settings of
:func:`~lstm_lib.training.fit`; how many accuracies are stored as one number, their mean; and how
the learning rate is chosen: by the mean accuracy over all updates."""


class Pieces(nn.Module):
    """A model that reads in pieces: between them the state goes on, and the gradient stops.

    Args:
        model: a :class:`~lstm_lib.training.SequenceModel`.
        length: the steps of a piece; None for one piece.
    """

    def __init__(self, model, length):
        super().__init__()
        self.model, self.length = model, length

    def forward(self, inputs):
        state, answers = None, []
        for piece in inputs.split(self.length or len(inputs)):
            answer, state = self.model.go_on(piece, state)
            state = tuple(part.detach() for part in state)
            answers.append(answer)
        return torch.cat(answers)


@default_dtype(SETTINGS["dtype"])
def run(network, gap, lr=1e-2, seed=0, steps=SETTINGS["steps"]):
    """Train one network. All networks of a seed and a gap start alike and read the same sequences.

    Returns:
        ``solved_at``, the update after which 99 % were right, as a mean of ten, or None;
        ``score``, the mean accuracy of each 20 updates, up to this one; and ``mean_score``, over
        all updates, those after it counted as right.
    """
    length, task = named("network", network, NETWORKS), Recall(gap)
    torch.manual_seed(seed)
    layer = Recurrent(from_torch(nn.LSTM(SETTINGS["embedding"], SETTINGS["hidden"])))
    model = SequenceModel(forget_bias(layer, SETTINGS["forget_bias"]), task, SETTINGS["embedding"])
    settings = chosen(SETTINGS, "batch_size", "clip", "until")
    training = fit(Pieces(model, length), task, steps, lr=lr, seed=seed, progress=False, **settings)
    after = steps - len(training.score)
    return {
        "solved_at": training.solved_at,
        "score": means(training.score, SETTINGS["mean_of"]),
        "mean_score": round(float(training.score.sum() + after) / steps, 4),
    }


if __name__ == "__main__":
    axes = {"network": tuple(NETWORKS), "gap": GAPS, "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, longest="gap", **axes)
