"""A beat at every fifth step: is it learned sooner by gates that see the cell state?

The command that makes the runs, or those that are missing (about five minutes)::

    python -m experiments.timing
"""

import torch

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.cells import LSTMCell, PeepholeLSTMCell
from lstm_lib.cells.checks import unknown_name
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent, to_torch
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
"""For each label, the gates that see the cell state."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "interval": 5,
    "length": 20,
    "hidden": 4,
    "forget_bias": 1.0,
    "batch_size": 32,
    "lr": 3e-2,
    "clip": 1.0,
    "steps": 600,
    "until": 0.99,
    "examples": 500,
}
"""Those of :func:`~lstm_lib.training.fit`, the sizes, where the forget gate starts, and how many
examples measure the score."""


@default_dtype(SETTINGS["dtype"])
def run(network, seed=0):
    """Train one network. With the same seed, all start from the same weights and biases.

    Returns:
        ``score``, the share of sequences that were never seen in training and have no step wrong;
        ``solved_at``, the number of steps after which 99 % were right, or None; and ``without``,
        for each gate with a peephole, the score once that peephole is set to zero.

    Raises:
        ValueError: a network that is none of these.
    """
    task = Timing(SETTINGS["interval"], SETTINGS["length"])
    model, history = train(network, task, seed)
    examples = task.batch(SETTINGS["examples"], torch.Generator().manual_seed(1000 + seed))

    @torch.no_grad()
    def score():
        return round(float(task.score(model(examples.inputs), examples)), 3)

    result = {"score": score(), "solved_at": history.solved_at, "without": {}}
    for gate in NETWORKS[network]:
        peephole = model.layer.p[gate].data
        kept = peephole.clone()
        peephole.zero_()
        result["without"][gate] = score()
        peephole.copy_(kept)
    return result


@default_dtype(SETTINGS["dtype"])
def train(network, task, seed=0):
    """The network, once it has learned ``task`` or run out of steps, and its history."""
    layer = layer_for(network, seed)
    torch.manual_seed(seed)
    model = SequenceModel(layer, task)
    names = ("batch_size", "lr", "clip", "steps", "until")
    settings = {name: SETTINGS[name] for name in names}
    return model, fit(model, task, seed=seed, progress=False, **settings)


@default_dtype(SETTINGS["dtype"])
def layer_for(network, seed):
    if network not in NETWORKS:
        raise ValueError(unknown_name("network", network, NETWORKS))
    sizes = Timing.features, SETTINGS["hidden"]
    if network == "LSTM":
        cell = LSTMCell(*sizes, seed=seed, dtype=SETTINGS["dtype"])
        return to_torch(forget_bias(cell, SETTINGS["forget_bias"]))
    cell = PeepholeLSTMCell(*sizes, seed=seed, peepholes=tuple(NETWORKS[network]))
    return Recurrent(forget_bias(cell, SETTINGS["forget_bias"]))


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
