"""GRU or LSTM? Three tasks, about as many parameters, with and without a gate that starts open.

The command that makes the missing runs (about ten minutes for all, on one core)::

    python -m experiments.gru_or_lstm
"""

import numpy as np
import torch
from torch import nn

from experiments import stored
from experiments.making import command, default_dtype, named, score
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import WINDOW, SequenceModel, fit
from lstm_lib.training.tasks import Adding, Counting, Recall

FILE = stored.RESULTS / "gru_or_lstm.json"

load = stored.gru_or_lstm

TASKS = {"recall": Recall(10), "adding": Adding(30), "counting": Counting(10)}

NETWORKS = {
    "LSTM": (nn.LSTM, None),
    "LSTM, forget bias 1": (nn.LSTM, "f"),
    "GRU": (nn.GRU, None),
    "GRU, update bias 1": (nn.GRU, "z"),
}
"""PyTorch's layer for each label, and the gate whose bias starts at 1, the one that keeps the state
if it is open. Otherwise all start as PyTorch does, and are trained as layers of this library: with
one bias for each gate and candidate, beside the second one that the GRU's reset gate multiplies."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "recall": {"hidden": 32, "batch_size": 32, "steps": 600, "solved": 0.99},
    "adding": {"hidden": 32, "batch_size": 32, "steps": 800, "solved": 0.005},
    "counting": {"hidden": 14, "batch_size": 32, "steps": 300, "solved": 0.999},
    "embedding": 16,
    "clip": 1.0,
    "examples": 1024,
    "longest_count": 200,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["task", "network"],
        "by": "updates",
        "best": "lowest",
    },
}
"""For each task, the LSTM's units, settings of :func:`~lstm_lib.training.fit`, and the score that
counts as solved. For all, the number of examples for the score, the largest number that a network
is asked to count to, and how the learning rate is chosen for each network on each task: by the
updates needed, on seeds of their own."""


@default_dtype(SETTINGS["dtype"])
def run(task, network, lr=1e-2, seed=0):
    """Train one network on one task, until it is solved; on the counting task, for all updates, so
    that every network has had as many when it is asked to count further.

    Returns:
        ``score``, on examples drawn with another seed; ``solved_at``, after how many updates the
        mean score of the last ten was good enough, or None; ``updates``, the same, or the most
        that there are; and for the counting task ``counts_to``, the largest number up to which it
        counts without a mistake, otherwise None.

    Raises:
        ValueError: an unknown task or network.
    """
    chosen, settings = named("task", task, TASKS), SETTINGS[task]
    model = model_for(network, task, seed)
    until = None if task == "counting" else settings["solved"]
    how = {"batch_size": settings["batch_size"], "clip": SETTINGS["clip"], "until": until}
    history = fit(model, chosen, settings["steps"], lr=lr, seed=seed, progress=False, **how)
    reached = solved_at(history.score, chosen, settings["solved"])
    return {
        "score": round(score(model, chosen, SETTINGS["examples"], seed), 5),
        "solved_at": reached,
        "updates": reached or settings["steps"],
        "counts_to": counts_to(model) if task == "counting" else None,
    }


@default_dtype(SETTINGS["dtype"])
def model_for(network, task, seed=0):
    """A network for a task of ``TASKS``, with about as many parameters as any other for it."""
    layer_class, keeps = named("network", network, NETWORKS)
    hidden = hidden_size(layer_class, task)
    torch.manual_seed(seed)
    model = model_of_size(layer_class, task, hidden)
    if keeps:
        model.layer.b[keeps] = np.ones(hidden)
    return model


def hidden_size(layer_class, task):
    """The number of units that gives about as many parameters as the task's LSTM has."""
    units = SETTINGS[task]["hidden"]
    wanted = num_parameters(model_of_size(nn.LSTM, task, units))

    def difference(units):
        return abs(num_parameters(model_of_size(layer_class, task, units)) - wanted)

    return min(range(units, 2 * units), key=difference)


def model_of_size(layer_class, task, units):
    """An untrained network with this many units."""
    task, embedding = named("task", task, TASKS), SETTINGS["embedding"]
    module = layer_class(embedding if task.tokens else task.features, units)
    return SequenceModel(Recurrent(from_torch(module)), task, embedding)


def num_parameters(model):
    """How many numbers training can change."""
    return sum(weights.numel() for weights in model.parameters())


def solved_at(scores, task, good_enough):
    """After how many updates the mean of the last ten scores was good enough, or None."""
    means = np.convolve(scores, np.full(WINDOW, 1 / WINDOW), mode="valid").round(9)
    there = means >= good_enough if task.higher_is_better else means <= good_enough
    return int(there.argmax()) + WINDOW if there.any() else None


def counts_to(model):
    """The largest n up to which the network finds the last b of every :math:`a^n b^n`."""
    task = Counting(SETTINGS["longest_count"])
    batch = task.strings(torch.arange(1, task.most + 1))
    with torch.no_grad():
        right = model(batch.inputs).argmax(-1) == batch.targets
    return int((right | ~batch.asked).all(0).int().cumprod(0).sum())


if __name__ == "__main__":
    axes = {"task": list(TASKS), "network": list(NETWORKS), "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
