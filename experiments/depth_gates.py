"""Do depth gates help a deep stack to learn? Stacks of two and six layers, ten seeds.

The control hands each layer's input round the layer and adds it to the output, without any gate.

The command that makes the missing runs (about five minutes for all, on one core)::

    python -m experiments.depth_gates
"""

import numpy as np
import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, named, score
from lstm_lib.cells import DepthGatedLSTMCell, LSTMCell
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent, Stacked
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Recall

FILE = stored.RESULTS / "depth_gates.json"

load = stored.depth_gates

SEEDS = tuple(range(10))

LAYERS = (2, 6)

SETTINGS = {
    "dtype": "float64",
    "gap": 5,
    "keys": 8,
    "units": 16,
    "forget_bias": 1.0,
    "depth_bias": {
        "depth gates, nearly shut": -3.0,
        "depth gates, half open": 0.0,
        "depth gates, open": 3.0,
    },
    "batch_size": 32,
    "clip": 1.0,
    "steps": 200,
    "until": 0.99,
    "examples": 1024,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["layers", "network"],
        "by": "accuracy",
        "best": "highest",
    },
}
"""The task and the sizes; the biases that the forget gates and the depth gates start with; the
settings of :func:`~lstm_lib.training.fit`; the examples for the accuracy; and how the learning rate
is chosen."""

NETWORKS = dict.fromkeys(("LSTM", "LSTM, skip connections")) | SETTINGS["depth_bias"]
"""The bias that the depth gates start with, for each label; None without such gates."""


class Skipping(nn.Module):
    """Layers on top of each other, each of which adds its output to what it reads.

    The lowest, which reads the embedding, adds nothing.
    """

    def __init__(self, cells):
        super().__init__()
        self.layers = nn.ModuleList(map(Recurrent, cells))
        self.input_size = self.layers[0].input_size
        self.output_size = self.layers[-1].output_size

    def forward(self, x, state=None):
        first, *others = self.layers
        x = first(x).outputs
        for layer in others:
            x = x + layer(x).outputs
        return x, None


@default_dtype(SETTINGS["dtype"])
def run(network, layers, lr=1e-2, seed=0, steps=SETTINGS["steps"]):
    """Train one stack to answer across the gap.

    Returns:
        ``accuracy``, on examples drawn with another seed, and ``solved_at``, the number of updates
        after which 99 % were right, or None.

    Raises:
        ValueError: an unknown network.
    """
    task = Recall(SETTINGS["gap"], SETTINGS["keys"])
    torch.manual_seed(seed)
    model = SequenceModel(stack_for(network, layers, seed), task, SETTINGS["units"])
    settings = chosen(SETTINGS, "batch_size", "clip", "until")
    history = fit(model, task, steps, lr=lr, seed=seed, progress=False, **settings)
    accuracy = score(model, task, SETTINGS["examples"], seed)
    return {"accuracy": round(accuracy, 4), "solved_at": history.solved_at}


def stack_for(network, layers, seed):
    """The stack. Those of one depth and seed start alike, but for what their labels name."""
    bias = named("network", network, NETWORKS)
    rng = np.random.default_rng(seed)
    units = SETTINGS["units"]
    cells = [LSTMCell(units, units, seed=rng) for _ in range(layers)]
    for cell in cells:
        forget_bias(cell, SETTINGS["forget_bias"])
    if network == "LSTM, skip connections":
        return Skipping(cells)
    if bias is not None:
        cells[1:] = [with_depth_gate(cell, bias, rng) for cell in cells[1:]]
    return Stacked(cells)


def with_depth_gate(cell, bias, seed):
    """An LSTM cell with a depth gate added."""
    gated = DepthGatedLSTMCell(cell.input_size, cell.hidden_size, seed=seed)
    for kind in ("W", "U", "b"):
        for gate in cell.gates:
            getattr(gated, kind)[gate] = getattr(cell, kind)[gate]
    gated.b["d"] = np.full(cell.hidden_size, bias)
    return gated


if __name__ == "__main__":
    axes = {"network": list(NETWORKS), "layers": LAYERS, "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, longest="layers", **axes)
