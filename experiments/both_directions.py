"""What does the second direction buy? Coin flips, two questions about later flips, ten seeds.

The control reads in one direction only, and may answer one step later.

The command that makes the missing runs (about two minutes for all, on one core)::

    python -m experiments.both_directions
"""

from dataclasses import dataclass

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, named, score
from lstm_lib.cells import LSTMCell
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Bidirectional, Recurrent
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Batch, Choice

FILE = stored.RESULTS / "both_directions.json"

load = stored.both_directions


@dataclass(frozen=True)
class Coins(Choice):
    """A row of coin flips; at each step, but the last: is a later flip another one than this?

    Args:
        length: how many flips.
        later: ``"next"`` or ``"last"``, the flip that is compared with this one.
    """

    length: int = 20
    later: str = "next"

    tokens = answers = 2
    baseline = 1 / 2

    def draw(self, size, generator):
        flips = torch.randint(2, (self.length, size), generator=generator)
        other = flips.roll(-1, dims=0) if self.later == "next" else flips[-1:]
        asked = torch.ones_like(flips, dtype=torch.bool)
        asked[-1] = False
        return Batch(flips, (flips != other).long(), asked)


QUESTIONS = {"the next flip": Coins(later="next"), "the last flip": Coins(later="last")}

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "hidden": {"forwards": 13, "forwards, one step later": 13, "both directions": 8},
    "embedding": 16,
    "forget_bias": 3.0,
    "batch_size": 64,
    "clip": 1.0,
    "steps": 100,
    "examples": 1024,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["question", "network"],
        "by": "accuracy",
        "best": "highest",
    },
}
"""The units, in each direction, which give the networks about as many weights; the bias that the
forget gates start with; the settings of :func:`~lstm_lib.training.fit`; the examples for the
accuracy; and how the learning rate is chosen."""

NETWORKS = tuple(SETTINGS["hidden"])


class OneStepLater(nn.Module):
    """A model whose answer to a step is what it puts out after one more.

    The last step, which nothing follows, keeps its own answer.
    """

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, inputs):
        outputs = self.model(inputs)
        return torch.cat([outputs[1:], outputs[-1:]])


@default_dtype(SETTINGS["dtype"])
def run(question, network, lr=1e-2, seed=0, steps=SETTINGS["steps"]):
    """Train one network to answer one question.

    Returns:
        ``weights``, the number of its parameters, and ``accuracy``, on examples drawn with another
        seed.

    Raises:
        ValueError: an unknown question or network.
    """
    task = named("question", question, QUESTIONS)
    model = model_for(network, task, seed)
    settings = chosen(SETTINGS, "batch_size", "clip")
    fit(model, task, steps, lr=lr, seed=seed, progress=False, **settings)
    return {
        "weights": sum(weights.numel() for weights in model.parameters()),
        "accuracy": round(score(model, task, SETTINGS["examples"], seed), 4),
    }


def model_for(network, task, seed):
    """The network, with one bias for each gate."""
    sizes = SETTINGS["embedding"], named("network", network, SETTINGS["hidden"])

    def cell(seed):
        return forget_bias(LSTMCell(*sizes, seed=seed), SETTINGS["forget_bias"])

    torch.manual_seed(seed)
    if network == "both directions":
        layer = Bidirectional(cell(seed), cell(1000 + seed))
    else:
        layer = Recurrent(cell(seed))
    model = SequenceModel(layer, task, SETTINGS["embedding"])
    return OneStepLater(model) if network.endswith("later") else model


if __name__ == "__main__":
    axes = {"question": list(QUESTIONS), "network": list(NETWORKS), "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
