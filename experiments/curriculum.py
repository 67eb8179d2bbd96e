"""How far can a gap be stretched? Each network learns a short gap, then longer and longer ones.

The command that makes the runs, or those that are missing (some minutes)::

    python -m experiments.curriculum
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib import training
from lstm_lib.cells.checks import unknown_name
from lstm_lib.training import SequenceModel
from lstm_lib.training.tasks import Recall

FILE = stored.RESULTS / "curriculum.json"

load = stored.curriculum

NETWORKS = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
"""PyTorch's layer for each label, as PyTorch starts it."""

GAPS = (3, 10, 15, 20, 30, 50, 100, 300, 1000)
"""The next one is begun when 99 % of the answers are right."""

SEEDS = (0, 1, 2)

SETTINGS = {
    "dtype": "float32",
    "keys": 8,
    "gaps": list(GAPS),
    "embedding": 16,
    "hidden": 64,
    "batch_size": 32,
    "lr": 3e-3,
    "clip": 1.0,
    "steps": 600,
    "until": 0.99,
}
"""Those of :func:`~lstm_lib.training.curriculum`, the steps being those for each gap."""


@default_dtype(SETTINGS["dtype"])
def run(network, seed=0, gaps=GAPS):
    """Train one network on one gap after the other, until it fails at one.

    Returns:
        ``steps``, how many were taken for each gap that was begun, and ``accuracy`` for each gap:
        the mean of the last ten steps; or, if it was not begun, of as many examples, asked of
        the network as it had become.

    Raises:
        ValueError: a network that is none of ``NETWORKS``.
    """
    if network not in NETWORKS:
        raise ValueError(unknown_name("network", network, NETWORKS))
    tasks = [Recall(gap, SETTINGS["keys"]) for gap in gaps]
    torch.manual_seed(seed)
    layer = NETWORKS[network](SETTINGS["embedding"], SETTINGS["hidden"])
    model = SequenceModel(layer, tasks[0], SETTINGS["embedding"])
    names = ("batch_size", "lr", "clip", "steps", "until")
    settings = {name: SETTINGS[name] for name in names}
    histories = training.curriculum(model, tasks, seed=seed, progress=False, **settings)
    generator = torch.Generator().manual_seed(1000 + seed)
    accuracy = [history.score[-training.WINDOW :].mean() for history in histories]
    for task in tasks[len(histories) :]:
        examples = task.batch(training.WINDOW * SETTINGS["batch_size"], generator)
        with torch.no_grad():
            accuracy.append(task.score(model(examples.inputs), examples))
    return {
        "steps": [history.steps for history in histories],
        "accuracy": [round(float(each), 4) for each in accuracy],
    }


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
