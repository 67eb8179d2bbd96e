"""Adding two numbers a hundred steps apart: an LSTM learns it, a plain network does not.

The command that makes the runs, or those that are missing (about ten minutes)::

    python -m experiments.adding
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.cells.checks import unknown_name
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
"""Those of :func:`~lstm_lib.training.fit`, the sizes, how many examples measure the error, and how
many steps' losses are stored as one number, their mean."""


@default_dtype(SETTINGS["dtype"])
def run(network, seed=0, steps=SETTINGS["steps"]):
    """Train one network.

    Returns:
        ``error``, the mean squared error on examples that were never seen in training;
        ``solved_at``, the number of steps after which it was small enough in training, or None;
        and ``loss``, the mean of each ten steps.

    Raises:
        ValueError: a network that is none of these.
    """
    if network not in NETWORKS:
        raise ValueError(unknown_name("network", network, NETWORKS))
    task = Adding(SETTINGS["length"])
    torch.manual_seed(seed)
    layer = NETWORKS[network](task.features, SETTINGS["hidden"])
    model = SequenceModel(layer, task)
    if network != "RNN":
        model.layer = to_torch(forget_bias(from_torch(layer), 1.0))
    settings = {name: SETTINGS[name] for name in ("batch_size", "lr", "clip", "until")}
    history = fit(model, task, steps, seed=seed, progress=False, **settings)
    examples = task.batch(SETTINGS["examples"], torch.Generator().manual_seed(1000 + seed))
    with torch.no_grad():
        error = task.score(model(examples.inputs), examples)
    mean_of = SETTINGS["mean_of"]
    whole = history.loss[: history.steps // mean_of * mean_of].reshape(-1, mean_of)
    return {
        "error": round(float(error), 5),
        "solved_at": history.solved_at,
        "loss": [round(float(loss), 4) for loss in whole.mean(1)],
    }


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
