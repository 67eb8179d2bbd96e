"""How long a gap can be learned from scratch? Every network, every gap, three seeds.

The command that makes the runs, or those that are missing (about half an hour)::

    python -m experiments.recall_by_gap
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.cells.checks import unknown_name
from lstm_lib.cells.initialise import chrono, forget_bias
from lstm_lib.layers import from_torch, to_torch
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
"""PyTorch's layer for each label. All start as PyTorch does, but for the biases that are named."""

GAPS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100)

SEEDS = (0, 1, 2)

SETTINGS = {
    "dtype": "float32",
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
"""Those of :func:`~lstm_lib.training.fit`, the sizes, and how many examples measure the
accuracy."""


@default_dtype(SETTINGS["dtype"])
def run(network, gap, seed=0):
    """Train one network to answer across one gap.

    Returns:
        ``accuracy``, on examples that were never seen in training, and ``solved_at``, the number
        of steps after which 99 % were right, or None.

    Raises:
        ValueError: a network that is none of these.
    """
    task = Recall(gap, SETTINGS["keys"])
    torch.manual_seed(seed)
    model = model_for(network, task, seed)
    names = ("batch_size", "lr", "clip", "steps", "until")
    settings = {name: SETTINGS[name] for name in names}
    history = fit(model, task, seed=seed, progress=False, **settings)
    examples = task.batch(SETTINGS["examples"], torch.Generator().manual_seed(1000 + seed))
    with torch.no_grad():
        accuracy = task.score(model(examples.inputs), examples)
    return {"accuracy": round(float(accuracy), 4), "solved_at": history.solved_at}


def model_for(network, task, seed):
    """The same weights for every LSTM of this seed, but for the bias it is named after."""
    if network not in NETWORKS:
        raise ValueError(unknown_name("network", network, NETWORKS))
    layer = NETWORKS[network](SETTINGS["embedding"], SETTINGS["hidden"])
    model = SequenceModel(layer, task, SETTINGS["embedding"])
    _, _, start = network.partition(", ")
    if start == "chrono":
        model.layer = to_torch(chrono(from_torch(layer), longest=task.gap + 2, seed=seed))
    elif start:
        value = float(start.removeprefix("forget bias "))
        model.layer = to_torch(forget_bias(from_torch(layer), value))
    return model


if __name__ == "__main__":
    axes = {"network": list(NETWORKS), "gap": GAPS, "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
