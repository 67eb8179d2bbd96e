"""How long a gap can be learned from scratch? Seven networks, eleven gaps, three seeds.

The command that makes the missing runs (about ten minutes for all, on two cores)::

    python -m experiments.recall_by_gap
"""

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
    "LSTM": nn.LSTM,
    "LSTM, forget bias 0": nn.LSTM,
    "LSTM, forget bias 1": nn.LSTM,
    "LSTM, forget bias 3": nn.LSTM,
    "LSTM, chrono": nn.LSTM,
    "GRU": nn.GRU,
}
"""PyTorch's layer for each label. All start as PyTorch does, but for the biases that are named, and
are trained as layers of this library: with one bias for each gate, where PyTorch trains two."""

GAPS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100)

SEEDS = (0, 1, 2)

SETTINGS = {
    "dtype": "float64",
    "keys": 8,
    "embedding": 16,
    "hidden": 64,
    "batch_size": 64,
    "lr": 3e-3,
    "clip": 1.0,
    "steps": 600,
    "until": 0.99,
    "examples": 1024,
}
"""Settings of :func:`~lstm_lib.training.fit`, sizes, and the examples for the accuracy."""


@default_dtype(SETTINGS["dtype"])
def run(network, gap, seed=0):
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
    settings = chosen(SETTINGS, "batch_size", "lr", "clip", "steps", "until")
    history = fit(model, task, seed=seed, progress=False, **settings)
    accuracy = score(model, task, SETTINGS["examples"], seed)
    return {"accuracy": round(accuracy, 4), "solved_at": history.solved_at}


def model_for(network, task, seed):
    """The network. LSTMs of the same seed differ only in the biases that their labels name."""
    layer_class = named("network", network, NETWORKS)
    layer = Recurrent(from_torch(layer_class(SETTINGS["embedding"], SETTINGS["hidden"])))
    _, _, start = network.partition(", ")
    if start == "chrono":
        chrono(layer, longest=task.gap + 2, seed=seed)
    elif start:
        forget_bias(layer, float(start.removeprefix("forget bias ")))
    return SequenceModel(layer, task, SETTINGS["embedding"])


if __name__ == "__main__":
    axes = {"network": list(NETWORKS), "gap": GAPS, "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, longest="gap", **axes)
