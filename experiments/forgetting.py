"""What does an open forget gate cost where something has to be forgotten? Four starts of the LSTM.

The command that makes the missing runs (about two minutes for all, on one core)::

    python -m experiments.forgetting
"""

from dataclasses import dataclass

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, named, score
from lstm_lib.cells.initialise import chrono, forget_bias
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks.base import Batch, Choice, only_at_the_end

FILE = stored.RESULTS / "forgetting.json"

load = stored.forgetting

NETWORKS = (
    "LSTM",
    "LSTM, forget bias 3",
    "LSTM, forget bias 5",
    "LSTM, chrono",
)
"""All start as PyTorch does, but for what the label names, and have one bias for each gate."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "keys": 8,
    "fillers": 8,
    "length": 20,
    "share": 0.2,
    "embedding": 16,
    "hidden": 64,
    "batch_size": 32,
    "clip": 1.0,
    "steps": 600,
    "until": 0.99,
    "examples": 1024,
    "choice": {
        "rates": [1e-3, 3e-3, 1e-2],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "updates",
        "best": "lowest",
    },
}
"""The task, settings of :func:`~lstm_lib.training.fit`, sizes, the examples for the accuracy, and
how each start's learning rate is chosen: by the updates that it took, on seeds of their own."""


@dataclass(frozen=True)
class LastKey(Choice):
    """Keys among fillers, and then a query; the answer is the *last* key.

    The first word is a key; each of the next ``length`` is one with probability ``share``.
    """

    length: int
    share: float
    keys: int = 8
    fillers: int = 8

    @property
    def tokens(self):
        return self.keys + self.fillers + 1

    @property
    def answers(self):
        return self.keys

    def draw(self, size, generator):
        shape = self.length + 1, size
        keys = torch.randint(self.keys, shape, generator=generator)
        fillers = torch.randint(self.fillers, shape, generator=generator) + self.keys
        # Drawn in float32, so that they are the same in each of PyTorch's default dtypes.
        is_key = torch.rand(shape, generator=generator, dtype=torch.float32) < self.share
        is_key[0] = True
        last = self.length - is_key.flip(0).int().argmax(0)
        query = torch.full((1, size), self.tokens - 1)
        inputs = torch.cat([torch.where(is_key, keys, fillers), query])
        answer = keys.gather(0, last[None])[0]
        return Batch(inputs, *only_at_the_end(answer, len(inputs)))


TASK = LastKey(**chosen(SETTINGS, "length", "share", "keys", "fillers"))


@default_dtype(SETTINGS["dtype"])
def run(network, lr=3e-3, seed=0, steps=SETTINGS["steps"]):
    """Train one network to answer with the last key.

    Returns:
        ``accuracy``, on examples drawn with another seed; ``solved_at``, the number of updates
        after which 99 % were right, or None; and ``updates``, how many were made.

    Raises:
        ValueError: an unknown network.
    """
    model = model_for(network, seed)
    settings = chosen(SETTINGS, "batch_size", "clip", "until")
    history = fit(model, TASK, steps, lr=lr, seed=seed, progress=False, **settings)
    return {
        "accuracy": round(score(model, TASK, SETTINGS["examples"], seed), 4),
        "solved_at": history.solved_at,
        "updates": history.steps,
    }


def model_for(network, seed):
    """The network. Those of one seed differ only in what their labels name."""
    named("network", network, dict.fromkeys(NETWORKS))
    torch.manual_seed(seed)
    layer = Recurrent(from_torch(nn.LSTM(SETTINGS["embedding"], SETTINGS["hidden"])))
    _, _, start = network.partition(", ")
    if start == "chrono":
        chrono(layer, longest=TASK.length + 2, seed=seed)
    elif start:
        forget_bias(layer, float(start.removeprefix("forget bias ")))
    return SequenceModel(layer, TASK, SETTINGS["embedding"])


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
