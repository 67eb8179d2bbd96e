"""How far can a gap be stretched? Each network learns a short gap, then longer and longer ones.

The command that makes the missing runs (less than ten minutes for all, on one core)::

    python -m experiments.curriculum
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, named
from lstm_lib import training
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import SequenceModel
from lstm_lib.training.tasks import Recall

FILE = stored.RESULTS / "curriculum.json"

load = stored.curriculum

NETWORKS = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
"""PyTorch's layer for each label. All start as PyTorch does, and are trained as layers of this
library: with one bias for each gate, where PyTorch trains two."""

GAPS = (3, 10, 15, 20, 30, 50, 100, 300, 1000)
"""Training goes on to the next gap when 99 % of the answers are right."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "keys": 8,
    "gaps": list(GAPS),
    "embedding": 16,
    "hidden": 64,
    "batch_size": 32,
    "clip": 1.0,
    "steps": 600,
    "until": 0.99,
    "choice": {
        "rates": [1e-3, 3e-3, 1e-2],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "solved",
        "best": "highest",
    },
}
"""Settings of :func:`~lstm_lib.training.curriculum`; ``steps`` is the largest number of updates for
each gap; and how each network's learning rate is chosen: by how many gaps it solves, on seeds of
their own."""


@default_dtype(SETTINGS["dtype"])
def run(network, lr=3e-3, seed=0, gaps=GAPS):
    """Train one network on one gap after the other, until it fails at one.

    Returns:
        ``steps``, the number of updates for each gap that was begun, and ``accuracy`` for each
        gap: the mean of the last ten updates; for a gap that was not begun, the accuracy of the
        network at the end, on as many new examples. ``solved`` is how many gaps were solved.

    Raises:
        ValueError: an unknown network.
    """
    layer_class = named("network", network, NETWORKS)
    tasks = [Recall(gap, SETTINGS["keys"]) for gap in gaps]
    torch.manual_seed(seed)
    layer = Recurrent(from_torch(layer_class(SETTINGS["embedding"], SETTINGS["hidden"])))
    model = SequenceModel(layer, tasks[0], SETTINGS["embedding"])
    settings = chosen(SETTINGS, "batch_size", "clip", "steps", "until")
    histories = training.curriculum(model, tasks, lr=lr, seed=seed, progress=False, **settings)
    generator = torch.Generator().manual_seed(1000 + seed)
    accuracy = [history.score[-training.WINDOW :].mean() for history in histories]
    for task in tasks[len(histories) :]:
        examples = task.batch(training.WINDOW * SETTINGS["batch_size"], generator)
        with torch.no_grad():
            accuracy.append(task.score(model(examples.inputs), examples))
    return {
        "steps": [history.steps for history in histories],
        "accuracy": [round(float(each), 4) for each in accuracy],
        "solved": sum(history.solved_at is not None for history in histories),
    }


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
