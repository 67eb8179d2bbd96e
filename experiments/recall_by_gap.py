"""How long a gap can be learned from scratch? Seven networks, nine gaps, ten seeds.

The command that makes the missing runs (less than an hour for all, on two cores)::

    python -m experiments.recall_by_gap
"""

import math

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, named, score
from lstm_lib.cells.initialise import chrono, forget_bias
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Recall

FILE = stored.RESULTS / "recall_by_gap.json"

load = stored.recall_by_gap

NETWORKS = {
    "RNN": nn.RNN,
    "RNN, orthogonal": nn.RNN,
    "LSTM": nn.LSTM,
    "LSTM, forget bias 1": nn.LSTM,
    "LSTM, forget bias 3": nn.LSTM,
    "LSTM, forget bias log(gap)": nn.LSTM,
    "LSTM, chrono": nn.LSTM,
}
"""PyTorch's layer for each label. All start as PyTorch does, but for what the label names, and are
trained as layers of this library: with one bias for each gate, where PyTorch trains two."""

GAPS = (3, 5, 7, 10, 15, 20, 30, 50, 100)

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "keys": 8,
    "embedding": 16,
    "hidden": 64,
    "batch_size": 64,
    "clip": 1.0,
    "steps": 600,
    "until": 0.99,
    "examples": 1024,
    "choice": {
        "rates": [1e-3, 3e-3, 1e-2],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "accuracy",
        "best": "highest",
        "digits": 2,
        "among": {"gap": [10, 30, 50]},
    },
}
"""Settings of :func:`~lstm_lib.training.fit`, sizes, the examples for the accuracy, and how each
network's learning rate is chosen: by its mean accuracy at three gaps, on seeds of their own."""


@default_dtype(SETTINGS["dtype"])
def run(network, gap, lr=3e-3, seed=0):
    """Train one network to answer across one gap.

    Returns:
        ``accuracy``, on examples drawn with another seed, and ``solved_at``, the number of updates
        after which 99 % were right, or None.

    Raises:
        ValueError: an unknown network.
    """
    task = Recall(gap, SETTINGS["keys"])
    torch.manual_seed(seed)
    model = model_for(network, task, seed)
    settings = chosen(SETTINGS, "batch_size", "clip", "steps", "until")
    history = fit(model, task, lr=lr, seed=seed, progress=False, **settings)
    accuracy = score(model, task, SETTINGS["examples"], seed)
    return {"accuracy": round(accuracy, 4), "solved_at": history.solved_at}


def model_for(network, task, seed):
    """The network. Those of one kind and seed differ only in what their labels name."""
    layer_class = named("network", network, NETWORKS)
    module = layer_class(SETTINGS["embedding"], SETTINGS["hidden"])
    _, _, start = network.partition(", ")
    if start == "orthogonal":
        nn.init.orthogonal_(module.weight_hh_l0, generator=torch.Generator().manual_seed(seed))
    layer = Recurrent(from_torch(module))
    if start == "chrono":
        chrono(layer, longest=task.gap + 2, seed=seed)
    elif start == "forget bias log(gap)":
        forget_bias(layer, math.log(task.gap))
    elif start.startswith("forget bias "):
        forget_bias(layer, float(start.removeprefix("forget bias ")))
    return SequenceModel(layer, task, SETTINGS["embedding"])


if __name__ == "__main__":
    axes = {"network": list(NETWORKS), "gap": GAPS, "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, longest="gap", **axes)
