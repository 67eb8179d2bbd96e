"""Adding two marked numbers among a hundred: an LSTM learns it, a plain network does not.

The command that makes the missing runs (about ten minutes for all)::

    python -m experiments.adding
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, means, named, score
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import from_torch, to_torch
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Adding

FILE = stored.RESULTS / "adding.json"

load = stored.adding

NETWORKS = {"RNN": nn.RNN, "LSTM, forget bias 1": nn.LSTM}
"""PyTorch's layer for each label. Both start as PyTorch does, but for the bias that is named."""

SEEDS = (0, 1, 2)

SETTINGS = {
    "dtype": "float64",
    "length": 100,
    "hidden": 32,
    "batch_size": 50,
    "lr": 1e-2,
    "clip": 1.0,
    "steps": 4000,
    "until": 0.005,
    "examples": 1000,
    "mean_of": 10,
}
"""Settings of :func:`~lstm_lib.training.fit`, sizes, the number of examples for the error, and how
many losses are stored as one number, their mean."""


@default_dtype(SETTINGS["dtype"])
def run(network, seed=0, steps=SETTINGS["steps"]):
    """Train one network.

    Returns:
        ``error``, the mean squared error on new examples; ``solved_at``, the number of updates
        after which it was small enough in training, or None; and ``loss``, the mean of each ten
        updates.

    Raises:
        ValueError: an unknown network.
    """
    layer_class, task = named("network", network, NETWORKS), Adding(SETTINGS["length"])
    torch.manual_seed(seed)
    layer = layer_class(task.features, SETTINGS["hidden"])
    model = SequenceModel(layer, task)
    if network != "RNN":
        model.layer = to_torch(forget_bias(from_torch(layer), 1.0))
    settings = chosen(SETTINGS, "batch_size", "lr", "clip", "until")
    history = fit(model, task, steps, seed=seed, progress=False, **settings)
    return {
        "error": round(score(model, task, SETTINGS["examples"], seed), 5),
        "solved_at": history.solved_at,
        "loss": means(history.loss, SETTINGS["mean_of"]),
    }


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
