"""How it is measured: in turns, so that noise from other programs reaches all alike."""

import platform
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

import numpy as np
import torch

from benchmarks.contestants import NATIVE, TextbookLSTM, recurrent, trained
from lstm_lib.equations import build

LEAST_ROUNDS, MOST_ROUNDS = 5, 50

REFERENCES = {
    "RNNCell": "nn.RNN",
    "ReLURNNCell": "nn.RNN",
    "GRUCell": "nn.GRU",
    "GRUResetAfterCell": "nn.GRU",
    "MinGRUCell by scan": "nn.GRU",
    "MinGRUCell by steps": "nn.GRU",
}
"""What a contestant is compared with, if it is not ``nn.LSTM``."""


def in_turns(contestants, seconds, threads=1, clock=None):
    """The times of each, in seconds: processor time in one thread, which waiting for other programs
    does not count in, and real time in several, unless another ``clock`` is given.

    All run once, then all again, for so many seconds, but at least five rounds; each has run once
    before.

    Returns:
        By contestant and by what it computes, its time in each round.
    """
    torch.set_num_threads(threads)
    clock = clock or (time.process_time if threads == 1 else time.perf_counter)
    times = {name: {part: [] for part in parts} for name, parts in contestants.items()}
    for parts in contestants.values():
        for function in parts.values():
            function()
    rounds, until = 0, time.perf_counter() + seconds
    while rounds < LEAST_ROUNDS or (rounds < MOST_ROUNDS and time.perf_counter() < until):
        for name, parts in contestants.items():
            for part, function in parts.items():
                begun = clock()
                function()
                times[name][part].append(clock() - begun)
        rounds += 1
    return times


def summary(times, native=None):
    """For each contestant and what it computes: how many ``rounds``, the quartiles of its
    ``seconds``, and its ``ratio`` to what it is compared with, ``native`` if it is given, and
    ``to_products``.

    A ratio is taken within each round, where both ran under the same conditions; the quartiles are
    those of all rounds: the second is the median.
    """
    found = {}
    for name, parts in times.items():
        for part, seconds in parts.items():
            each = {"rounds": len(seconds), "seconds": quartiles(seconds)}
            yardsticks = {"ratio": native or reference(name), "to_products": "matrix products"}
            for key, yardstick in yardsticks.items():
                if yardstick in times:
                    each[key] = quartiles(np.divide(seconds, times[yardstick][part]))
            found.setdefault(name, {})[part] = each
    return found


def reference(name):
    """What a contestant is compared with."""
    return REFERENCES.get(name, "nn.LSTM")


def quartiles(values):
    return [float(f"{value:.3g}") for value in np.quantile(values, [0.25, 0.5, 0.75])]


def exponent(sizes, seconds):
    """The e in seconds ≈ constant · size^e, by least squares in logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


# Memory


def peak_memory(name, shape):
    """How many bytes more a process needs at the highest, for a layer, its forward and backward
    pass in float32 and the gradients, than after a first run of a small example.

    The system counts it, in a process that does nothing else: the largest resident size, which
    only Linux can set back. None on other systems.
    """
    if platform.system() != "Linux":
        return None
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(peak_memory_here, name, shape).result()


def peak_memory_here(name, shape):
    steps, batch, features, hidden = shape
    torch.set_num_threads(1)
    modules = NATIVE | {"textbook loop": TextbookLSTM}

    def run(x):
        if name in modules:
            trained(modules[name](features, hidden), x)["both"]()
        else:
            recurrent(name, x, hidden)["both"]()

    x = torch.randn(steps, batch, features)
    run(x[:2, :2].contiguous())
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # sets the largest resident size back
    run(x)
    return resident("VmHWM") - before


def resident(field):
    """A size of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


# The machine


def machine():
    """What the times depend on."""
    about = build.processor().splitlines()
    names = [line.split(":")[1].strip() for line in about if line.startswith("model name")]
    try:
        command = [build.compiler()[0], "--version"]
        compiler = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
    except build.Unavailable:
        compiler = "none"
    return {
        "processor": next(iter(names), platform.processor()),
        "architecture": platform.machine(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "cores": cpu_count(),
        "system": platform.system(),
        "compiler": compiler,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
