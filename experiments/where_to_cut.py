"""What does it cost to cut the gradient? Three gaps, read whole and in pieces, with ten seeds.

The command that makes the missing runs (TODO core-minutes for all)::

    python -m experiments.where_to_cut
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, means, named, score
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Recall

FILE = stored.RESULTS / "where_to_cut.json"

load = stored.where_to_cut

CUTS = {
    "gap 6, whole": (6, None, False),
    "gap 6, every 10": (6, 10, False),
    "gap 20, whole": (20, None, False),
    "gap 20, every 10": (20, 10, False),
    "gap 20, every 30, anywhere": (20, 30, True),
    "gap 40, whole": (40, None, False),
    "gap 40, every 10": (40, 10, False),
}
"""For each label the gap, the length of the pieces, and whether the first cut is at a random step.
A sequence has two steps more than its gap: the key and the query."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "keys": 8,
    "embedding": 16,
    "hidden": 32,
    "forget_bias": 3.0,
    "batch_size": 32,
    "clip": 1.0,
    "steps": 1000,
    "until": 0.99,
    "examples": 1024,
    "mean_of": 10,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "updates",
        "best": "lowest",
    },
}
"""Settings of :func:`~lstm_lib.training.fit`, sizes, the initial bias of the forget gate, how many
scores are stored as one number, and how the learning rate is chosen: by the number of updates."""


class InPieces(nn.Module):
    """A model that reads in pieces: its state goes on, its gradient stops between them.

    Args:
        model: a :class:`~lstm_lib.training.SequenceModel`.
        length: how many steps a piece has.
        anywhere: begin with a shorter piece, of a random length, so that the cuts fall anywhere.
    """

    def __init__(self, model, length, anywhere=False):
        super().__init__()
        self.model, self.length, self.anywhere = model, length, anywhere

    def forward(self, inputs):
        first = int(torch.randint(1, self.length + 1, ())) if self.anywhere else self.length
        pieces = [inputs[:first], *inputs[first:].split(self.length)]
        state, answers = None, []
        for piece in filter(len, pieces):
            answer, state = self.model.go_on(piece, state)
            state = tuple(part.detach() for part in state)
            answers.append(answer)
        return torch.cat(answers)


@default_dtype(SETTINGS["dtype"])
def run(network, lr=1e-2, seed=0, steps=SETTINGS["steps"]):
    """Train one network. With the same seed and gap, all start alike and read the same examples.

    Returns:
        ``accuracy``, on examples drawn with another seed and read whole; ``solved_at``, the number
        of updates after which 99 % were right, or None; ``updates``, how many were made; and
        ``scores``, the accuracy in training, the mean of each ten updates.

    Raises:
        ValueError: an unknown network.
    """
    gap, length, anywhere = named("network", network, CUTS)
    task = Recall(gap, SETTINGS["keys"])
    torch.manual_seed(seed)
    layer = Recurrent(from_torch(nn.LSTM(SETTINGS["embedding"], SETTINGS["hidden"])))
    forget_bias(layer, SETTINGS["forget_bias"])
    model = SequenceModel(layer, task, SETTINGS["embedding"])
    reader = InPieces(model, length, anywhere) if length else model
    settings = chosen(SETTINGS, "batch_size", "clip", "until")
    history = fit(reader, task, steps, lr=lr, seed=seed, progress=False, **settings)
    return {
        "accuracy": round(score(model, task, SETTINGS["examples"], seed), 4),
        "solved_at": history.solved_at,
        "updates": history.steps,
        "scores": means(history.score, SETTINGS["mean_of"]),
    }


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(CUTS), seed=SEEDS)
