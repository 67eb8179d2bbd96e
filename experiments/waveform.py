"""A melody from memory: three networks of about equal size learn to put out a given curve.

The command that makes the runs, or those that are missing (about three minutes)::

    python -m experiments.waveform
"""

import torch

from experiments import stored
from experiments.making import command, default_dtype
from lstm_lib.cells import ClockworkRNNCell, LSTMCell, RNNCell
from lstm_lib.cells.checks import unknown_name
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
of :func:`~lstm_lib.training.fit`, and how many steps' losses are stored as one number, their
mean."""

NETWORKS = tuple(SETTINGS["hidden"])


def cell_for(network, seed):
    """A network's cell; all read one number, which is always zero.

    Raises:
        ValueError: a network that is none of these.
    """
    if network not in NETWORKS:
        raise ValueError(unknown_name("network", network, NETWORKS))
    units, dtype = SETTINGS["hidden"][network], SETTINGS["dtype"]
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
        ``weights``, how many numbers of its cell training could change; ``error``, the mean
        squared error at the end; ``loss``, the mean of each ten steps; and ``output``, what it
        plays at the end.

    Raises:
        ValueError: a network that is none of these.
    """
    cell = cell_for(network, seed)
    task = Waveform(SETTINGS["length"], seed=seed)
    torch.manual_seed(seed)
    layer = Recurrent(cell) if network == "Clockwork RNN" else to_torch(cell)
    model = SequenceModel(layer, task)
    settings = {name: SETTINGS[name] for name in ("batch_size", "lr", "clip")}
    history = fit(model, task, steps, seed=seed, progress=False, **settings)
    batch = task.batch(1)
    with torch.no_grad():
        output = model(batch.inputs)
    mean_of = SETTINGS["mean_of"]
    whole = history.loss[: history.steps // mean_of * mean_of].reshape(-1, mean_of)
    return {
        "weights": cell.num_parameters,
        "error": round(task.score(output, batch).item(), 5),
        "loss": [round(float(loss), 4) for loss in whole.mean(1)],
        "output": [round(value, 3) for value in output.flatten().tolist()],
    }


if __name__ == "__main__":
    command(__doc__.splitlines()[0], FILE, SETTINGS, run, network=list(NETWORKS), seed=SEEDS)
