"""Networks of about a thousand weights learn to produce a curve from memory, ten seeds.

A plain RNN, an LSTM and a Clockwork RNN read nothing. The controls are networks that are given the
time, as a number or as the ticks of the Clockwork RNN's clocks, and an LSTM that is trained longer.

The command that makes the missing runs (about six minutes for all, on one core)::

    python -m experiments.waveform
"""

from dataclasses import dataclass

import torch

from experiments import stored
from experiments.making import chosen, command, default_dtype, named
from lstm_lib.cells import ClockworkRNNCell, LSTMCell, RNNCell
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Waveform

FILE = stored.RESULTS / "waveform.json"

load = stored.waveform

SEEDS = tuple(range(10))

SETTINGS = {
    "dtype": "float64",
    "length": 128,
    "hidden": {
        "RNN": 32,
        "RNN, given the ticks": 29,
        "LSTM": 15,
        "LSTM, longer": 15,
        "LSTM, given the time": 15,
        "LSTM, given the ticks": 13,
        "Clockwork RNN": 42,
    },
    "forget_bias": 3.0,
    "periods": [1, 2, 4, 8, 16, 32, 64],
    "batch_size": 1,
    "clip": 1.0,
    "steps": 400,
    "longer": 1200,
    "mean_of": 50,
    "choice": {
        "rates": [3e-3, 1e-2, 3e-2],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "error",
        "best": "lowest",
    },
}
"""The sizes, which give each network about a thousand weights; the bias that the forget gates start
with; the clock's periods; the settings of :func:`~lstm_lib.training.fit`, and how many updates the
network has that is trained longer; how many losses are stored as one number, their mean; and how
each network's learning rate is chosen."""

NETWORKS = tuple(SETTINGS["hidden"])


@dataclass(frozen=True)
class Timed(Waveform):
    """The same curve, but what is read tells the time.

    Args:
        clocks: the period of each clock, whose tick is a 1 among zeros; without any, the step is
            read as a number from 0 to 1.
    """

    clocks: tuple[int, ...] = ()

    @property
    def features(self):
        return len(self.clocks) or 1

    def draw(self, size, generator):
        batch = super().draw(size, generator)
        time = torch.arange(self.length)[:, None, None]
        read = time % torch.tensor(self.clocks) == 0 if self.clocks else time / self.length
        return batch._replace(inputs=read.to(batch.targets).expand(-1, size, -1))


@default_dtype(SETTINGS["dtype"])
def run(network, lr=1e-2, seed=0, steps=None):
    """Train one network on the curve of this seed, from the weights of this seed.

    Args:
        steps: how many updates, a multiple of the settings' ``mean_of``; the network's own number
            if left out.

    Returns:
        ``weights``, the number of parameters of its cell; ``loss``, the mean squared error, as a
        mean over each ``mean_of`` updates; ``error``, the last of them; and ``output``, its
        outputs at the end.

    Raises:
        ValueError: an unknown network.
    """
    task = task_for(network, seed)
    cell = cell_for(network, task, seed)
    torch.manual_seed(seed)
    model = SequenceModel(Recurrent(cell), task)
    settings = chosen(SETTINGS, "batch_size", "clip")
    steps = steps or SETTINGS["longer" if network.endswith("longer") else "steps"]
    history = fit(model, task, steps, lr=lr, seed=seed, progress=False, **settings)
    loss = [float(f"{each:.3g}") for each in history.loss.reshape(-1, SETTINGS["mean_of"]).mean(1)]
    with torch.no_grad():
        output = model(task.batch(1).inputs)
    return {
        "weights": cell.num_parameters,
        "error": loss[-1],
        "loss": loss,
        "output": [round(value, 2) for value in output.flatten().tolist()],
    }


def task_for(network, seed):
    """The curve of this seed, and what this network reads."""
    length = SETTINGS["length"]
    if network.endswith("given the time"):
        return Timed(length, seed=seed)
    if network.endswith("given the ticks"):
        return Timed(length, seed=seed, clocks=tuple(SETTINGS["periods"]))
    return Waveform(length, seed=seed)


def cell_for(network, task, seed):
    """A network's cell.

    Raises:
        ValueError: an unknown network.
    """
    units = named("network", network, SETTINGS["hidden"])
    sizes = {"input_size": task.features, "hidden_size": units, "seed": seed}
    if network.startswith("RNN"):
        return RNNCell(**sizes)
    if network.startswith("LSTM"):
        return forget_bias(LSTMCell(**sizes), SETTINGS["forget_bias"])
    return ClockworkRNNCell(**sizes, periods=SETTINGS["periods"])


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
