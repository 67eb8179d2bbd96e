"""Does clipping the gradient help? Gradient descent at four learning rates, with ten seeds.

The command that makes the missing runs (four minutes for all, on one core)::

    python -m experiments.clipping
"""

import math

import torch
from torch import nn

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import SequenceModel
from lstm_lib.training.tasks import TemporalOrder

FILE = stored.RESULTS / "clipping.json"

load = stored.clipping

RATES = (0.03, 0.1, 0.3, 1.0)
"""The learning rates; all are shown, none is chosen."""

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "length": 20,
    "embedding": 16,
    "hidden": 32,
    "gain": 1.3,
    "batch_size": 32,
    "limit": 1.0,
    "steps": 400,
    "until": 0.95,
}
"""Sizes, the factor of the orthogonal recurrent matrix at the start, the limit of the clipped runs,
how many updates a run has at most, and the accuracy that ends it, as a mean of ten updates."""


@default_dtype(SETTINGS["dtype"])
def run(lr, clipped, seed=0, steps=SETTINGS["steps"]):
    """Train one plain recurrent network by gradient descent, with a limit for the gradient's norm
    or without.

    Returns:
        ``solved_at``, the number of updates after which 95 % were right, or None; and ``longest``,
        the largest norm of the gradient, before it was clipped.
    """
    task = TemporalOrder(SETTINGS["length"])
    torch.manual_seed(seed)
    module = nn.RNN(SETTINGS["embedding"], SETTINGS["hidden"])
    nn.init.orthogonal_(module.weight_hh_l0, gain=SETTINGS["gain"])
    model = SequenceModel(Recurrent(from_torch(module)), task, SETTINGS["embedding"])
    descent = torch.optim.SGD(model.parameters(), lr=lr)
    limit = SETTINGS["limit"] if clipped else math.inf
    examples, norms, scores = torch.Generator().manual_seed(seed), [], []
    while len(scores) < steps and not good(scores):
        batch = task.batch(SETTINGS["batch_size"], examples)
        outputs = model(batch.inputs)
        descent.zero_grad()
        task.loss(outputs, batch).backward()
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), limit).item())
        if not math.isfinite(norms[-1]):
            break
        descent.step()
        scores.append(task.score(outputs.detach(), batch).item())
    finite = [norm for norm in norms if math.isfinite(norm)]
    return {
        "solved_at": len(scores) if good(scores) else None,
        "longest": round(max(finite), 4),
    }


def good(scores):
    """Whether the last ten scores are good enough on average."""
    return len(scores) >= 10 and sum(scores[-10:]) / 10 >= SETTINGS["until"]


if __name__ == "__main__":
    axes = {"lr": RATES, "clipped": (0, 1), "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
