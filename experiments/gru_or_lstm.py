"""GRU or LSTM? Three tasks, equally many parameters, and the same chance to remember at the start.

The command that makes the runs, or those that are missing (a few minutes)::

    python -m experiments.gru_or_lstm
"""

import numpy as np
import torch
from torch import nn

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.cells.checks import unknown_name
from lstm_lib.layers import from_torch, to_torch
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
"""PyTorch's layer for each label, and the gate whose bias starts at 1, the one that keeps if it is
open. All start as PyTorch does but for that."""

SEEDS = (0, 1, 2)

SETTINGS = {
    "dtype": "float64",
    "recall": {"hidden": 64, "batch_size": 64, "lr": 3e-3, "steps": 600, "solved": 0.99},
    "adding": {"hidden": 32, "batch_size": 32, "lr": 1e-2, "steps": 800, "solved": 0.005},
    "counting": {"hidden": 14, "batch_size": 32, "lr": 1e-2, "steps": 600, "solved": 0.999},
    "embedding": 16,
    "clip": 1.0,
    "examples": 1024,
    "mean_of": 10,
    "longest_count": 200,
}
"""Those of :func:`~lstm_lib.training.fit`, the LSTM's units, and the score that counts as solved,
for each task; for all of them, how many examples measure the score, how many steps' scores are
stored as one number, their mean, and how far a network is asked to count."""


@default_dtype(SETTINGS["dtype"])
def run(task, network, seed=0, steps=None):
    """Train one network on one task, for all of its steps.

    Returns:
        ``score``, on examples that were never seen in training; ``solved_at``, after how many
        steps the mean score of the last ten was good enough, or None; ``scores``, the mean of
        each ten steps; and for the counting task ``counts_to``, the largest number up to which it
        counts without a mistake, otherwise None.

    Raises:
        ValueError: a task or a network that is none of these.
    """
    chosen = named("task", task, TASKS)
    settings = SETTINGS[task]
    model = model_for(network, task, seed)
    how = {name: settings[name] for name in ("batch_size", "lr")}
    steps = steps or settings["steps"]
    history = fit(model, chosen, steps, clip=SETTINGS["clip"], seed=seed, progress=False, **how)
    examples = chosen.batch(SETTINGS["examples"], torch.Generator().manual_seed(1000 + seed))
    with torch.no_grad():
        score = chosen.score(model(examples.inputs), examples)
    mean_of = SETTINGS["mean_of"]
    whole = history.score[: steps // mean_of * mean_of].reshape(-1, mean_of)
    return {
        "score": round(float(score), 5),
        "solved_at": solved_at(history.score, chosen, settings["solved"]),
        "scores": [round(float(each), 4) for each in whole.mean(1)],
        "counts_to": counts_to(model) if task == "counting" else None,
    }


def model_for(network, task, seed=0):
    """A network for a task of ``TASKS``, with about as many parameters as any other for it."""
    layer_class, keeps = named("network", network, NETWORKS)
    hidden = hidden_size(layer_class, task)
    torch.manual_seed(seed)
    model = model_of_size(layer_class, task, hidden)
    if keeps:
        cell = from_torch(model.layer)
        cell.b[keeps] = np.ones(hidden)
        model.layer = to_torch(cell)
    return model


def hidden_size(layer_class, task):
    """How many units bring the number of parameters closest to that of the task's LSTM."""
    units = SETTINGS[task]["hidden"]
    wanted = num_parameters(model_of_size(nn.LSTM, task, units))

    def too_many_or_few(units):
        return abs(num_parameters(model_of_size(layer_class, task, units)) - wanted)

    return min(range(units, 2 * units), key=too_many_or_few)


def model_of_size(layer_class, task, units):
    task, embedding = named("task", task, TASKS), SETTINGS["embedding"]
    layer = layer_class(embedding if task.tokens else task.features, units)
    return SequenceModel(layer, task, embedding)


def num_parameters(model):
    """How many numbers training can change."""
    return sum(weights.numel() for weights in model.parameters())


def solved_at(scores, task, good_enough):
    """After how many steps the mean of the last ten scores was good enough, or None."""
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


def named(kind, name, known):
    if name not in known:
        raise ValueError(unknown_name(kind, name, known))
    return known[name]


if __name__ == "__main__":
    axes = {"task": list(TASKS), "network": list(NETWORKS), "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
