"""The command: measure everything, store it, and write the table and the plot.

    python -m benchmarks                                everything, about a quarter of an hour
    python -m benchmarks --quick                        a look, in a minute; stores nothing
    python -m benchmarks --shapes 50,32,64,64           this shape again; the others stay stored
    python -m benchmarks --chapters                     the time of each chapter, too

A run on another machine, or with other versions, replaces all that is stored.
"""

import argparse
import json
import re
import time
from functools import partial
from pathlib import Path

import torch

from benchmarks import contestants, measure, report

FILE = Path(__file__).parent / "results.json"
CHAPTERS = Path(__file__).parent.parent / "notebooks"

SHAPES = {
    "float32": [
        (50, 32, 64, 64),
        (100, 32, 128, 128),
        (100, 64, 28, 256),
        (500, 16, 2, 64),
        (25, 64, 65, 512),
    ],
    "float64": [(32, 64, 16, 64), (100, 64, 16, 64), (40, 64, 16, 24)],
}
"""Steps, batch, input size and hidden size; in float64 those of the chapters."""

LONG = [(500, 16, 64, 64), (1000, 16, 64, 64), (2000, 16, 64, 64)]
"""For the cell that a scan computes."""

BASE = {"steps": 100, "batch": 32, "features": 64, "hidden": 128}
VARIED = {
    "steps": (25, 50, 100, 200, 400),
    "batch": (8, 16, 32, 64, 128),
    "hidden": (64, 128, 256, 512),
}
"""One size at a time is varied from the base, to fit how the time grows with it."""

IN_MEMORY = ("nn.LSTM", "LSTMCell", "PeepholeLSTMCell", "textbook loop")
QUICK = ("LSTMCell", "PeepholeLSTMCell", "CoupledLSTMCell", "GRUResetAfterCell", "RNNCell")


def compared(shape, dtype, threads, seconds, cells):
    """Every contestant for one shape, and why some cells are left out."""
    *sizes, hidden = shape
    x = torch.randn(*sizes, dtype=getattr(torch, dtype))
    found = {"left out": contestants.left_out(x, hidden, cells), "contestants": {}}
    for group in contestants.groups(x, hidden, cells):
        times = measure.summary(measure.in_turns(group, seconds / 9, threads))
        new = {name: each for name, each in times.items() if name not in found["contestants"]}
        found["contestants"] |= new
    return found


def long(shape, seconds):
    """The minimal GRU over many steps."""
    *sizes, hidden = shape
    found = contestants.of_long_sequences(torch.randn(*sizes), hidden)
    return measure.summary(measure.in_turns(found, seconds))


def growth(size, seconds):
    """The time of the LSTM for each value of one size, and the exponents."""
    values, medians = VARIED[size], {}
    for value in values:
        steps, batch, features, hidden = (BASE | {size: value}).values()
        x = torch.randn(steps, batch, features)
        native = contestants.trained(torch.nn.LSTM(features, hidden), x)
        found = {"nn.LSTM": native, "LSTMCell": contestants.recurrent("LSTMCell", x, hidden)}
        times = measure.summary(measure.in_turns(found, seconds / len(values)))
        for name, parts in times.items():
            medians.setdefault(name, []).append(parts["both"]["seconds"][1])
    exponents = {name: round(measure.exponent(values, t), 2) for name, t in medians.items()}
    return {"values": values, "seconds": medians, "exponent": exponents}


def memory(shape):
    return {name: measure.peak_memory(name, shape) for name in IN_MEMORY}


def chapter(path):
    """The seconds that executing a notebook takes."""
    from book.store_outputs import executed, failures  # Jupyter is needed for this alone

    begun = time.perf_counter()
    failed = [message for _, message in failures(executed(path))]
    if failed:
        raise RuntimeError(f"{path.name} fails: {failed[0]}")
    return round(time.perf_counter() - begun, 1)


def measurements(chosen):
    """Everything that is to be measured, as functions: by the part of the results, and the key."""
    cells = QUICK if chosen.quick else list(contestants.CELLS)
    for dtype, shapes in SHAPES.items():
        for shape in shapes:
            key = f"{dtype} {text(shape)} 1"
            yield "compared", key, partial(compared, shape, dtype, 1, chosen.seconds, cells)
    if not chosen.quick:
        for shape in LONG:
            yield "long", text(shape), partial(long, shape, chosen.seconds / 3)
        for size in VARIED:
            yield "growth", size, partial(growth, size, chosen.seconds)
        for shape in SHAPES["float32"]:
            yield "memory", text(shape), partial(memory, shape)
        for dtype, shapes in SHAPES.items():
            for shape in shapes:
                key = f"{dtype} {text(shape)} 2"
                yield "compared", key, partial(compared, shape, dtype, 2, chosen.seconds, cells)
    if chosen.chapters:
        for path in sorted(CHAPTERS.glob("**/*.ipynb")):
            yield "chapters", path.stem, partial(chapter, path)


def as_json(results):
    """JSON with each list of numbers in one line."""
    whole = json.dumps(results, indent=1)
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), whole) + "\n"


def text(shape):
    return ",".join(map(str, shape))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="five cells, one thread, no file")
    parser.add_argument("--shapes", nargs="+", metavar="T,B,D,H", help="only these")
    parser.add_argument("--seconds", type=float, default=25, help="for each shape")
    parser.add_argument("--chapters", action="store_true", help="execute the chapters as well")
    chosen = parser.parse_args()
    chosen.seconds = min(chosen.seconds, 2) if chosen.quick else chosen.seconds

    results = {"machine": measure.machine()}
    if FILE.exists() and not chosen.quick:
        stored = json.loads(FILE.read_text(encoding="utf-8"))
        results = stored if stored["machine"] == results["machine"] else results
    for part, key, function in measurements(chosen):
        if chosen.shapes and not any(shape in key.split() for shape in chosen.shapes):
            continue
        print(f"{part}: {key}", flush=True)
        results.setdefault(part, {})[key] = function()
        if not chosen.quick:
            FILE.write_text(as_json(results), encoding="utf-8")
    print(report.text(results))
    if not chosen.quick:
        FILE.with_suffix(".md").write_text(report.text(results), encoding="utf-8")
        FILE.with_suffix(".svg").write_text(report.as_file(report.plot(results)), encoding="utf-8")


if __name__ == "__main__":
    main()
