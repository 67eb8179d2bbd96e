"""Three networks of about equal size learn to produce a given curve without input.

The command that makes the missing runs (about three minutes for all)::

    python -m experiments.waveform
"""

import torch

from experiments import stored
from experiments.making import chosen, command, default_dtype, means, named
from lstm_lib.cells import ClockworkRNNCell, LSTMCell, RNNCell
from lstm_lib.cells.initialise import forget_bias
from lstm_lib.layers import Recurrent, to_torch
from lstm_lib.training import SequenceModel, fit
from lstm_lib.training.tasks import Waveform

FILE = stored.RESULTS / "waveform.json"

load = stored.waveform

SEEDS = (0, 1, 2)

SETTINGS = {
    "dtype": "float64",
    "length": 128,
    "hidden": {"RNN": 32, "LSTM, forget bias 3": 15, "Clockwork RNN": 42},
    "periods": [1, 2, 4, 8, 16, 32, 64],
    "batch_size": 1,
    "lr": 1e-2,
    "clip": 1.0,
    "steps": 400,
    "mean_of": 10,
}
"""The sizes, which give each network about a thousand weights, the clock's periods, the settings
of :func:`~lstm_lib.training.fit`, and how many losses are stored as one number, their mean."""

NETWORKS = tuple(SETTINGS["hidden"])


def cell_for(network, seed):
    """A network's cell; its input is one number, which is always zero.

    Raises:
        ValueError: an unknown network.
    """
    units, dtype = named("network", network, SETTINGS["hidden"]), SETTINGS["dtype"]
    sizes = {"input_size": 1, "hidden_size": units, "dtype": dtype}
    if network == "RNN":
        return RNNCell(**sizes, seed=seed)
    if network == "Clockwork RNN":
        return ClockworkRNNCell(**sizes, seed=seed, periods=SETTINGS["periods"])
    return forget_bias(LSTMCell(**sizes, seed=seed), 3.0)


@default_dtype(SETTINGS["dtype"])
def run(network, seed=0, steps=SETTINGS["steps"]):
    """Train one network on the curve of this seed, from the weights of this seed.

    Returns:
        ``weights``, the number of parameters of its cell; ``error``, the mean squared error at the
        end; ``loss``, the mean of each ten updates; and ``output``, its outputs at the end.

    Raises:
        ValueError: an unknown network.
    """
    cell = cell_for(network, seed)
    task = Waveform(SETTINGS["length"], seed=seed)
    torch.manual_seed(seed)
    layer = Recurrent(cell) if network == "Clockwork RNN" else to_torch(cell)
    model = SequenceModel(layer, task)
    settings = chosen(SETTINGS, "batch_size", "lr", "clip")
    history = fit(model, task, steps, seed=seed, progress=False, **settings)
    batch = task.batch(1)
    with torch.no_grad():
        output = model(batch.inputs)
    return {
        "weights": cell.num_parameters,
        "error": round(task.score(output, batch).item(), 5),
        "loss": means(history.loss, SETTINGS["mean_of"]),
        "output": [round(value, 3) for value in output.flatten().tolist()],
    }


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
