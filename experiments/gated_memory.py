"""How much of an LSTM can go? Six cells and two tasks: keep a word, and keep count of a switch.

The command that makes the missing runs (about six minutes for all, on one core)::

    python -m experiments.gated_memory
"""

from dataclasses import dataclass

import torch

from experiments import stored
from experiments.making import chosen, command, default_dtype, named, score
from lstm_lib.cells import JANETCell, LSTMCell, MemoryOnlyCell, MinGRUCell, MinLSTMCell
from lstm_lib.layers import Recurrent
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Batch, Choice, Recall

FILE = stored.RESULTS / "gated_memory.json"

load = stored.gated_memory


@dataclass(frozen=True)
class Switch(Choice):
    """At each step a switch is pressed or it is not; is the light on?

    It is on after an odd number of presses: to answer, a network must turn its memory round.

    Args:
        length: how many steps.
    """

    length: int = 20

    tokens = answers = 2
    baseline = 1 / 2

    def draw(self, size, generator):
        pressed = torch.randint(2, (self.length, size), generator=generator)
        return Batch(pressed, pressed.cumsum(0) % 2, torch.ones_like(pressed, dtype=torch.bool))


TASKS = {"recall": Recall(30), "switch": Switch(20)}

CELLS = {
    "LSTM": LSTMCell,
    "memory-only": MemoryOnlyCell,
    "JANET": JANETCell,
    "minLSTM": MinLSTMCell,
    "minGRU": MinGRUCell,
    "minGRU, wider": MinGRUCell,
}

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "embedding": 16,
    "hidden": 32,
    "wider": 184,
    "keeps": 3.0,
    "batch_size": 32,
    "clip": 1.0,
    "steps": 300,
    "until": 0.99,
    "examples": 1024,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["task", "network"],
        "by": "accuracy",
        "best": "highest",
    },
}
"""The sizes; ``wider`` units give a minGRU as many weights as the LSTM has. All cells start by
keeping the share σ(``keeps``) of their memory at each step. Then the settings of
:func:`~lstm_lib.training.fit`, the examples for the accuracy, and how the learning rate is
chosen."""

NETWORKS = tuple(CELLS)


@default_dtype(SETTINGS["dtype"])
def run(task, network, lr=1e-2, seed=0, steps=SETTINGS["steps"]):
    """Train one network on one task.

    Returns:
        ``weights``, the number of parameters of its cell; ``accuracy``, on examples drawn with
        another seed; ``solved_at``, the number of updates after which 99 % were right, or None;
        and for the switch ``longer``, the accuracy on sequences five times as long.

    Raises:
        ValueError: an unknown task or network.
    """
    chosen_task = named("task", task, TASKS)
    cell = cell_for(network, seed)
    torch.manual_seed(seed)
    model = SequenceModel(Recurrent(cell), chosen_task, SETTINGS["embedding"])
    settings = chosen(SETTINGS, "batch_size", "clip", "until")
    history = fit(model, chosen_task, steps, lr=lr, seed=seed, progress=False, **settings)
    longer = None
    if task == "switch":
        longer = score(model, Switch(5 * chosen_task.length), SETTINGS["examples"], seed)
    return {
        "weights": cell.num_parameters,
        "accuracy": round(score(model, chosen_task, SETTINGS["examples"], seed), 4),
        "solved_at": history.solved_at,
        "longer": longer and round(longer, 4),
    }


def cell_for(network, seed):
    """The cell, which starts by keeping as much at each step as the others do.

    Raises:
        ValueError: an unknown network.
    """
    cell_class = named("network", network, CELLS)
    units = SETTINGS["wider" if network.endswith("wider") else "hidden"]
    cell, keeps = cell_class(SETTINGS["embedding"], units, seed=seed), SETTINGS["keeps"]
    if "f" in cell.gates:
        cell.b["f"][:] = keeps
    if network == "minLSTM":  # σ(3) and σ(-3) sum to one, so f is the first of them
        cell.b["i"][:] = -keeps
    if "z" in cell.gates:  # 1 - z is what is kept
        cell.b["z"][:] = -keeps
    return cell


if __name__ == "__main__":
    axes = {"task": list(TASKS), "network": list(NETWORKS), "seed": SEEDS}
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, **axes)
