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

LEAST_ROUNDS, MOST_ROUNDS = 5, 40

REFERENCES = {
    "RNNCell": "nn.RNN",
    "ReLURNNCell": "nn.RNN",
    "GRUCell": "nn.GRU",
    "GRUResetAfterCell": "nn.GRU",
    "MinGRUCell by scan": "nn.GRU",
}
"""What a contestant is compared with, if it is not ``nn.LSTM``."""


def in_turns(contestants, seconds, threads=1):
    """The time of each, in seconds: processor time in one thread, which waiting for other programs
    does not count in, and real time in several.

    All run once, then all again, for this many seconds or five rounds; each was run before.

    Returns:
        The number of rounds; and by contestant and what it computes, the quartiles: a quarter of
        the rounds took less than the first, half of them less than the second, the median.
    """
    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
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
    return rounds, {
        name: {part: quartiles(all_of_it) for part, all_of_it in parts.items()}
        for name, parts in times.items()
    }


def quartiles(times):
    return [float(f"{value:.4g}") for value in np.quantile(times, [0.25, 0.5, 0.75])]


def ratio(seconds, name, part="both", to=None):
    """The median time of a contestant for each second of what it is compared with.

    Args:
        seconds: the quartiles, as :func:`in_turns` returns them.
        to: what it is compared with; if left out, as :data:`REFERENCES` says.

    Returns:
        None if one of them was not measured.
    """
    to = to or REFERENCES.get(name, "nn.LSTM")
    if part not in seconds.get(name, {}) or part not in seconds.get(to, {}):
        return None
    return seconds[name][part][1] / seconds[to][part][1]


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
