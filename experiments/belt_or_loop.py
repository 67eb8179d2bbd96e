"""How does an LSTM keep a word, on the belt or through the loop? And a plain network beside it.

The command that makes the missing runs (about eight minutes for all, on one core)::

    python -m experiments.belt_or_loop
"""

import copy

import torch
from torch import nn

from experiments import stored
from experiments.making import chosen, command, default_dtype, named, score
from lstm_lib import training
from lstm_lib.cells.initialise import chrono
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.training import SequenceModel
from lstm_lib.training.tasks import Recall

FILE = stored.RESULTS / "belt_or_loop.json"

load = stored.belt_or_loop

NETWORKS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "LSTM, chrono": nn.LSTM}
"""PyTorch's layer for each label. All start as PyTorch does, one with a spread of biases for the
longest gap of the lesson; all are layers of this library, with one bias for each gate."""

GAPS = (3, 10, 15, 20, 30)
"""The lesson: training goes on to the next gap when 99 % of the answers are right."""

RATES = (1e-3, 3e-3, 1e-2)
"""The learning rates; all are shown, none is chosen."""

SEEDS = tuple(range(10))

CHANGES = {
    "nothing": (),
    "another's h once": (),
    "another's h": (),
    "no h for any layer": ("f", "i", "c_tilde", "o"),
    "no h for the candidate": ("c_tilde",),
    "no h for the gates": ("f", "i", "o"),
}
"""What is changed while the gap passes, and the layers whose matrix ``U`` is zero meanwhile."""

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
    "examples": 256,
    "asked": {"30": 256, "1000": 64, "10000": 32},
    "watched": 100,
}
"""Settings of :func:`~lstm_lib.training.curriculum`; the examples for the changes; the gaps across
which a network is asked, with the examples for each; and the gap at which its forget gates are
watched."""


@default_dtype(SETTINGS["dtype"])
def run(network, lr=3e-3, seed=0):
    """Lead one network from short gaps to 30, ask it across longer ones, and meddle with it.

    Returns:
        ``updates``, for each gap that was begun; ``accuracy``, by the gap that was asked;
        ``answers``, by what was changed during the gap, the share of answers that are the
        sequence's own word, and the share that are the other sequence's; ``f``, the mean forget
        gate of each unit during a gap, sorted; and ``kept``, what is left after that gap on the
        belt of the unit that keeps most, the median over sequences. The last three are None for a
        network without a belt.

    Raises:
        ValueError: an unknown network.
    """
    model, updates = led(network, lr, seed)
    accuracy = {
        gap: round(score(model, Recall(int(gap), SETTINGS["keys"]), examples, seed), 4)
        for gap, examples in SETTINGS["asked"].items()
    }
    result = {"updates": updates, "accuracy": accuracy}
    if network == "RNN":
        return result | dict.fromkeys(("answers", "f", "kept"))
    f = forget_gates(model, seed)
    return result | {
        "answers": {change: answers(model, change, seed) for change in CHANGES},
        "f": [round(each, 3) for each in f.mean((0, 1)).sort().values.tolist()],
        "kept": round(f.prod(0).amax(1).median().item(), 4),
    }


def led(network, lr, seed):
    """The network after its lesson, and its updates for each gap."""
    tasks = [Recall(gap, SETTINGS["keys"]) for gap in GAPS]
    layer_class = named("network", network, NETWORKS)
    torch.manual_seed(seed)
    layer = Recurrent(from_torch(layer_class(SETTINGS["embedding"], SETTINGS["hidden"])))
    if network == "LSTM, chrono":
        chrono(layer, longest=max(GAPS) + 2, seed=seed)
    model = SequenceModel(layer, tasks[0], SETTINGS["embedding"])
    settings = chosen(SETTINGS, "batch_size", "clip", "steps", "until")
    histories = training.curriculum(model, tasks, lr=lr, seed=seed, progress=False, **settings)
    return model, [history.steps for history in histories]


@torch.no_grad()
def forget_gates(model, seed):
    """The forget gates while a gap passes, ``(steps, sequences, units)``."""
    task = Recall(SETTINGS["watched"], SETTINGS["keys"])
    batch = task.batch(SETTINGS["examples"], torch.Generator().manual_seed(2000 + seed))
    return model.layer(model.embedding(batch.inputs)).gates["f"][1:-1]


@torch.no_grad()
def answers(model, change, seed):
    """Read sequences across 30 with one change during the gap: the share of answers that are the
    sequence's own word, and of those that are the word of the next sequence, which is another."""
    gap, layer = max(GAPS), model.layer
    task = Recall(gap, SETTINGS["keys"])
    batch = task.batch(SETTINGS["examples"], torch.Generator().manual_seed(2000 + seed))
    x, own = model.embedding(batch.inputs), batch.targets[-1]
    others = layer(x).states["h"].roll(1, dims=1)  # what the next sequence shows, at each step
    meddled = copy.deepcopy(layer)
    for gate in CHANGES[change]:
        meddled.U[gate] = torch.zeros_like(layer.U[gate])
    _, state = layer(x[:1])[:2]
    for step in range(1, gap + 1):
        h, c = state
        if change == "another's h" or (change == "another's h once" and step == gap // 2):
            h = others[step - 1]
        _, state = meddled(x[step : step + 1], (h, c))[:2]
    said = model.answer(layer(x[-1:], state)[0][-1]).argmax(1)
    other = own.roll(1)
    differ = own != other
    return [
        round((said[differ] == word[differ]).double().mean().item(), 4) for word in (own, other)
    ]


if __name__ == "__main__":
    axes = {"network": list(NETWORKS), "lr": RATES, "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
