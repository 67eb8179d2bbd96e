"""The command: measure the layers on a GPU beside PyTorch's, and store what was found.

    python -m benchmarks.gpu

Each layer is run as it stands, one operation after the other from Python, and recorded as a CUDA
graph; PyTorch's are those of cuDNN, held to the same precision of float32.
"""

import platform
import time
from pathlib import Path

import torch

from benchmarks import contestants, measure, report
from benchmarks.__main__ import SHAPES, as_json, text
from benchmarks.contestants import trained
from lstm_lib.layers import Recurrent

FILE = Path(__file__).parent / "gpu.json"
SECONDS = 2
"""For each shape and each cell."""

CELLS = {
    "LSTMCell": "nn.LSTM",
    "PeepholeLSTMCell": "nn.LSTM",
    "CoupledLSTMCell": "nn.LSTM",
    "GRUResetAfterCell": "nn.GRU",
    "GRUCell": "nn.GRU",
    "RNNCell": "nn.RNN",
}
"""The cells, and what each is compared with."""

WAYS = {"step by step": False, "as a graph": True}
"""How our layers are run, and ``cuda_graph`` for that."""


def compared(shape):
    """PyTorch's layers, and ours by both ways, for one shape."""
    *sizes, hidden = shape
    x = torch.randn(*sizes, device="cuda")
    found = {}
    for name, native in CELLS.items():
        cell = contestants.CELLS[name](sizes[-1], hidden)
        layers = {
            native: contestants.NATIVE[native](sizes[-1], hidden),
            **{way: Recurrent(cell, cuda_graph=graph) for way, graph in WAYS.items()},
        }
        parts = {
            way: {part: waited_for(run) for part, run in trained(layer.cuda(), x).items()}
            for way, layer in layers.items()
        }
        times = measure.in_turns(parts, SECONDS, clock=time.perf_counter)
        found[name] = measure.summary(times, native)
    return found


def waited_for(function):
    """The function, ended when the GPU has done what it was told."""

    def run():
        function()
        torch.cuda.synchronize()

    return run


def machine():
    """What the times depend on."""
    return {
        "gpu": torch.cuda.get_device_name(),
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def stored():
    return report.stored(FILE)


def table(results, names=tuple(CELLS), part="both"):
    """The median ratios as a table; of some of the cells, if they are named."""
    by_shape = results["compared"]
    lines = [["", "compared with", *map(report.in_two_lines, by_shape)]]
    for name in names:
        for way in WAYS:
            medians = (each[name][way][part]["ratio"][1] for each in by_shape.values())
            ratios = (f"{median:#.3g}".rstrip(".") for median in medians)
            lines.append([f"{report.PLOTTED[name]}, {way}", CELLS[name], *ratios])
    return report.markdown(lines)


def in_words(machine):
    """The machine in a sentence."""
    return (
        f"{machine['gpu']}, CUDA {machine['cuda']}, cuDNN {machine['cudnn']}; "
        f"Python {machine['python']}, torch {machine['torch']}"
    )


def main():
    if not torch.cuda.is_available():
        raise SystemExit("there is no GPU here that PyTorch can use")
    torch.backends.cudnn.allow_tf32 = False  # as for products of matrices
    results = {"machine": machine(), "compared": {}}
    for shape in SHAPES["float32"]:
        results["compared"][text(shape)] = compared(shape)
        print(text(shape), flush=True)
    FILE.write_text(as_json(results), encoding="utf-8")
    print(table(results), in_words(results["machine"]), sep="\n\n")


if __name__ == "__main__":
    main()
