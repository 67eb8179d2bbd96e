"""What does a second layer buy? Equal numbers of weights, two tasks, ten seeds.

The command that makes the missing runs (about three minutes for all, on one core)::

    python -m experiments.depth
"""

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, named
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import stack_from_torch
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Recall, Sine

FILE = stored.RESULTS / "depth.json"

load = stored.depth

TASKS = {"sine": Sine(40), "recall": Recall(10)}

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "hidden": {
        "sine": {"1 layer": 32, "2 layers": 18},
        "recall": {"1 layer": 32, "2 layers": 20},
    },
    "embedding": 16,
    "forget_bias": 1.0,
    "batch_size": 32,
    "clip": 1.0,
    "steps": {"sine": 300, "recall": 160},
    "mean_of": 20,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["task", "network"],
        "by": "mean_loss",
        "best": "lowest",
    },
}
"""The units of each layer, which give the networks of one task about as many weights; the bias that
every layer's forget gates start with; the settings of :func:`~lstm_lib.training.fit`; how many
losses or scores are stored as one number, their mean; and how the learning rate is chosen: by the
mean loss over the whole training."""

NETWORKS = ("1 layer", "2 layers")


@default_dtype(SETTINGS["dtype"])
def run(task, network, lr=1e-2, seed=0, steps=None):
    """Train one network on one task.

    Args:
        steps: how many updates, a multiple of the settings' ``mean_of``; the task's own number if
            left out.

    Returns:
        ``weights``, the number of its parameters; ``mean_loss``, over all updates; and ``score``,
        the mean over each ``mean_of`` updates.

    Raises:
        ValueError: an unknown task or network.
    """
    model = model_for(task, network, seed)
    settings = chosen(SETTINGS, "batch_size", "clip")
    steps = steps or SETTINGS["steps"][task]
    history = fit(model, TASKS[task], steps, lr=lr, seed=seed, progress=False, **settings)
    scores = history.score.reshape(-1, SETTINGS["mean_of"]).mean(1)
    return {
        "weights": sum(weights.numel() for weights in model.parameters()),
        "mean_loss": round(float(history.loss.mean()), 5),
        "score": [float(f"{score:.3g}") for score in scores],
    }


def model_for(task, network, seed):
    """A stack of LSTM layers, each with one bias, that starts as PyTorch's does but for its forget
    gates."""
    chosen_task = named("task", task, TASKS)
    units = named("network", network, SETTINGS["hidden"][task])
    features = chosen_task.features or SETTINGS["embedding"]
    torch.manual_seed(seed)
    stack = stack_from_torch(nn.LSTM(features, units, num_layers=NETWORKS.index(network) + 1))
    for layer in stack.layers:
        forget_bias(layer, SETTINGS["forget_bias"])
    return SequenceModel(stack, chosen_task, SETTINGS["embedding"])


if __name__ == "__main__":
    axes = {"task": list(TASKS), "network": list(NETWORKS), "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
