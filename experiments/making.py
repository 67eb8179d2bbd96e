"""Making the runs of an experiment: what is stored already is not made again."""

import argparse
import itertools
import json
import os
from contextlib import contextmanager
from pathlib import Path

import torch
from tqdm.auto import tqdm

from experiments.stored import read


def command(about, file, settings, run, **axes):
    """What ``python -m`` does for an experiment: all of its runs, or those that are chosen.

    Args:
        about: what the command says of itself.
        file: where the runs are stored, unless the reader chooses another.
        settings: what all runs have in common.
        run: makes one of them, as in :func:`complete`.
        axes: what tells the runs apart, with all its values: ``seed=(0, 1, 2)``.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--file", type=Path, default=file, help="where the runs are stored")
    parser.add_argument("--fresh", action="store_true", help="make again what is there already")
    for name, values in axes.items():
        kind = type(values[0])
        parser.add_argument(f"--{name}", nargs="+", type=kind, choices=values, default=values)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    wanted = itertools.product(*(getattr(chosen, name) for name in axes))
    wanted = [dict(zip(axes, values, strict=True)) for values in wanted]
    complete(chosen.file, settings, wanted, run, chosen.fresh)


@contextmanager
def default_dtype(name):
    """Within a run, what PyTorch makes is of this dtype; afterwards its default is as it was.

    In training, differences of rounding grow from update to update. In float32 two processors soon
    have nothing in common; in float64, for the lengths of these runs, they mostly take the same
    updates.

    Args:
        name: a dtype of PyTorch, ``"float64"``.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, name))
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def complete(file, settings, wanted, run, fresh=False):
    """Make the runs that the file does not have yet, and store each as soon as it is done.

    Args:
        file: where the runs are, or are to be.
        settings: what all runs have in common; it is stored with them.
        wanted: what tells the runs apart, ``[{"network": "RNN", "seed": 0}, …]``.
        run: makes one of them, ``run(network="RNN", seed=0)``, and returns what it gave, as a
            dictionary.
        fresh: make those that are there already again, too.

    Raises:
        ValueError: the file's runs were made with other settings.
    """
    runs = {}
    if file.exists():
        stored = read(file)
        if stored["settings"] != settings:
            raise ValueError(
                f"the runs in {file} were made with other settings: "
                "delete it, or choose another file"
            )
        runs = {key(each, wanted[0]): each for each in stored["runs"]}
    missing = [each for each in wanted if fresh or key(each, wanted[0]) not in runs]
    for each in (bar := tqdm(missing)):
        bar.set_postfix(each)
        runs[key(each, wanted[0])] = each | run(**each)
        write(file, settings, [runs[each] for each in sorted(runs)])


def key(run, names):
    """What tells a run from the others: its values of these names."""
    return tuple(run[name] for name in names)


def write(file, settings, runs):
    """One run a line, and under another name first, so that there is always a whole file."""
    lines = ",\n".join("  " + json.dumps(each) for each in runs)
    text = f'{{\n "settings": {json.dumps(settings)},\n "runs": [\n{lines}\n ]\n}}\n'
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)
