"""A beat at every fifth or tenth step: do gates with peepholes learn it sooner?

The command that makes the missing runs (about twenty minutes for all, on one core)::

    python -m experiments.timing
"""

import torch

from experiments import stored
from experiments.making import chosen, command, default_dtype, named, score
from lstm_lib.cells import PeepholeLSTMCell
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Timing

FILE = stored.RESULTS / "timing.json"

load = stored.timing

NETWORKS = {
    "LSTM": "",
    "peepholes": "fio",
    "peephole of f": "f",
    "peephole of i": "i",
    "peephole of o": "o",
}
"""For each label, the gates that have a peephole. All have one bias for each gate."""

INTERVALS = (5, 10)

RATES = (2e-2, 4e-2, 8e-2)
"""The learning rates; all are shown, none is chosen."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "intervals_long": 3,
    "hidden": 4,
    "forget_bias": 1.0,
    "batch_size": 32,
    "clip": 1.0,
    "steps": 600,
    "until": 0.99,
    "examples": 500,
}
"""Settings of :func:`~lstm_lib.training.fit`, sizes, how many intervals a sequence is long, the
initial bias of the forget gate, and the number of examples for the score."""


@default_dtype(SETTINGS["dtype"])
def run(network, interval, lr=3e-2, seed=0):
    """Train one network. With the same seed, all start from the same weights and biases.

    Returns:
        ``score``, the share of sequences with no step wrong, drawn with another seed from the same
        few; ``solved_at``, the number of updates after which 99 % were right, or None; and
        ``without``, for each gate with a peephole, the score once that peephole is set to zero.

    Raises:
        ValueError: an unknown network.
    """
    task = task_with(interval)
    model, history = train(network, task, lr, seed)

    def rounded_score():
        return round(score(model, task, SETTINGS["examples"], seed), 3)

    result = {
        "score": rounded_score(),
        "solved_at": history.solved_at,
        "without": {},
    }
    for gate in NETWORKS[network]:
        peephole = model.layer.p[gate].data
        kept = peephole.clone()
        peephole.zero_()
        result["without"][gate] = rounded_score()
        peephole.copy_(kept)
    return result


def task_with(interval):
    """The task with beats at this interval."""
    return Timing(interval, SETTINGS["intervals_long"] * interval)


@default_dtype(SETTINGS["dtype"])
def train(network, task, lr, seed=0):
    """The trained network and its history."""
    layer = layer_for(network, seed)
    torch.manual_seed(seed)
    model = SequenceModel(layer, task)
    settings = chosen(SETTINGS, "batch_size", "clip", "steps", "until")
    return model, fit(model, task, lr=lr, seed=seed, progress=False, **settings)


@default_dtype(SETTINGS["dtype"])
def layer_for(network, seed):
    """The untrained layer; without any peephole it is an LSTM."""
    peepholes = tuple(named("network", network, NETWORKS))
    cell = PeepholeLSTMCell(Timing.features, SETTINGS["hidden"], seed=seed, peepholes=peepholes)
    return Recurrent(forget_bias(cell, SETTINGS["forget_bias"]))


if __name__ == "__main__":
    axes = {"network": list(NETWORKS), "interval": INTERVALS, "lr": RATES, "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
