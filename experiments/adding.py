"""Adding two marked numbers among thirty: a plain network, and an LSTM with two starts.

The command that makes the missing runs (about three minutes for all, on one core)::

    python -m experiments.adding
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, means, named, score
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Adding

FILE = stored.RESULTS / "adding.json"

load = stored.adding

NETWORKS = {
    "RNN": nn.RNN,
    "LSTM": nn.LSTM,
    "LSTM, forget bias 3": nn.LSTM,
}
"""PyTorch's layer for each label. All start as PyTorch does, but for the bias that is named, and
are trained as layers of this library: with one bias for each gate, where PyTorch trains two."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "length": 30,
    "hidden": 32,
    "batch_size": 32,
    "clip": 1.0,
    "steps": 1000,
    "until": 0.005,
    "examples": 1000,
    "mean_of": 10,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "error",
        "best": "lowest",
    },
}
"""Settings of :func:`~lstm_lib.training.fit`, sizes, the number of examples for the error, how
many losses are stored as one number, their mean, and how each network's learning rate is chosen: by
its mean error, on seeds of their own."""


@default_dtype(SETTINGS["dtype"])
def run(network, lr=3e-3, seed=0, steps=SETTINGS["steps"]):
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
    layer = Recurrent(from_torch(layer_class(task.features, SETTINGS["hidden"])))
    model = SequenceModel(layer, task)
    _, _, bias = network.partition(", forget bias ")
    if bias:
        forget_bias(layer, float(bias))
    settings = chosen(SETTINGS, "batch_size", "clip", "until")
    history = fit(model, task, steps, lr=lr, seed=seed, progress=False, **settings)
    return {
        "error": round(score(model, task, SETTINGS["examples"], seed), 5),
        "solved_at": history.solved_at,
        "loss": means(history.loss, SETTINGS["mean_of"]),
    }


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
