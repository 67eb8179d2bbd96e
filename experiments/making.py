"""Making and storing the runs of an experiment, in several processes; runs that are stored already
are not repeated."""

import argparse
import itertools
import json
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import torch
from tqdm.auto import tqdm

from experiments.stored import chosen_rates, read
from lstm_lib.cells.checks import positive_integer, unknown_name


def command(about, file, settings, run, longest=None, **axes):
    """The command line of an experiment: make all of its runs, or chosen ones.

    Args:
        about: the description in the command's help.
        file: the default file for the results.
        settings: the settings that all runs have in common.
        run: the function that makes one run, as in :func:`complete`.
        longest: the argument with which runs get longer, as in :func:`complete`.
        axes: the arguments in which runs differ, with all their values: ``seed=(0, 1, 2)``.

    With a ``choice`` among the settings, learning rates are tried first, on seeds that are used for
    nothing else, and the runs are made with the best one::

        "choice": {
            "rates": [1e-3, 3e-3, 1e-2],
            "seeds": [100, 101, 102],
            "per": ["network"],              # each network has a rate of its own
            "by": "accuracy", "best": "highest",
            "among": {"gap": [10, 30]},      # tried on these only; on all if left out
        }

    ``run`` has then an argument ``lr`` as well.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--file", type=Path, default=file, help="where the runs are stored")
    parser.add_argument("--fresh", action="store_true", help="repeat runs that are stored already")
    parser.add_argument(
        "--processes",
        type=int,
        default=os.cpu_count(),
        help="how many runs are made at a time; as many as there are processors if left out",
    )
    for name, values in axes.items():
        kind = type(values[0])
        parser.add_argument(f"--{name}", nargs="+", type=kind, choices=values, default=values)
    chosen = parser.parse_args()
    axes = {name: getattr(chosen, name) for name in axes}

    def make(wanted):
        complete(chosen.file, settings, wanted, run, chosen.processes, chosen.fresh, longest)

    wanted = combinations(axes)
    if choice := settings.get("choice"):
        make(trials(choice, axes))
        rates = chosen_rates(read(chosen.file))
        wanted = [each | {"lr": rates[key(each, choice["per"])]} for each in wanted]
    make(wanted)


def trials(choice, axes):
    """The runs among which the learning rates are chosen."""
    tried = choice.get("among", {}) | {"seed": choice["seeds"], "lr": choice["rates"]}
    return combinations(axes | tried)


def combinations(axes):
    """All combinations of values, each as a dictionary."""
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


@contextmanager
def default_dtype(name):
    """PyTorch's default dtype within a run; afterwards it is restored.

    In training, differences of rounding grow from update to update. In float32 the results on two
    processors soon differ; in float64, over the lengths of these runs, they mostly agree.

    Args:
        name: a dtype of PyTorch, ``"float64"``.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, name))
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def complete(file, settings, wanted, run, processes=1, fresh=False, longest=None):
    """Make the runs that the file does not have yet, and store each as soon as it is done.

    A run that fails does not stop the others; it is missing from the file, as are those that
    Ctrl-C or a killed process ended. The same call goes on from there.

    Args:
        file: the file for the results; it may exist already.
        settings: the settings that all runs have in common; they are stored as well.
        wanted: the arguments of each run, ``[{"network": "RNN", "seed": 0}, …]``.
        run: makes one run, ``run(network="RNN", seed=0)``, and returns its results as a
            dictionary; a function of a module, which another process can import.
        processes: how many other processes make runs at the same time, with one thread each.
        fresh: repeat runs that are stored already.
        longest: the name of an argument, ``"gap"``, with which runs get longer: those with its
            largest values begin first. In the order of ``wanted`` if left out.

    Raises:
        ValueError: the file's runs were made with other settings; ``processes`` is not a whole
            number above 0.
        ExceptionGroup: what failed runs raised, each with a note of the run's arguments.
        RuntimeError: a process was killed.
    """
    positive_integer("processes", processes)
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
    if longest:
        missing.sort(key=lambda each: each[longest], reverse=True)
    failures = []
    with tqdm(total=len(missing)) as bar, pool_of(processes) as pool:
        made = {pool.submit(run, **each): each for each in missing}
        for future in as_completed(made):
            each, error = made[future], future.exception()
            if isinstance(error, BrokenProcessPool):
                raise RuntimeError(
                    "a process was killed, perhaps for want of memory; the runs that were done "
                    f"are in {file}, and the same command goes on from there"
                )
            if error:
                error.add_note(f"This was the run {each}.")
                failures.append(error)
            else:
                runs[key(each, wanted[0])] = each | future.result()
                write(file, settings, [runs[each] for each in sorted(runs)])
            bar.set_postfix(failed=len(failures), **each, refresh=False)
            bar.update()
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(missing)} runs failed", failures)


@contextmanager
def pool_of(processes):
    """Other processes to make runs in. They end with the block, at once if it raises an error."""
    if "forkserver" in multiprocessing.get_all_start_methods():  # all but Windows
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])  # imports torch once for all of them
    else:
        context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, begin_process) as pool:
        try:
            yield pool
        except BaseException:  # Ctrl-C as well
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def begin_process():
    """Set up a process that makes runs."""
    torch.set_num_threads(1)
    # A training takes Ctrl-C as its end and returns what it has. No such run may be stored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent():
    """End this process when the one that started it is gone, killed for instance."""
    multiprocessing.parent_process().join()
    os._exit(1)


def key(run, names):
    """The values that identify a run among the others."""
    return tuple(run[name] for name in names)


def write(file, settings, runs):
    """Write one run a line, under another name first, so that there is always a complete file."""
    lines = ",\n".join("  " + json.dumps(each) for each in runs)
    text = f'{{\n "settings": {json.dumps(settings)},\n "runs": [\n{lines}\n ]\n}}\n'
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)


# Shared by the runs


def named(kind, name, known):
    """The entry of this name.

    Raises:
        ValueError: a name that is not there.
    """
    if name not in known:
        raise ValueError(unknown_name(kind, name, known))
    return known[name]


def chosen(settings, *names):
    """These of the settings, as keyword arguments."""
    return {name: settings[name] for name in names}


@torch.no_grad()
def score(model, task, examples, seed):
    """The score on new examples, drawn with another seed than those of training."""
    batch = task.batch(examples, torch.Generator().manual_seed(1000 + seed))
    return float(task.score(model(batch.inputs), batch))


def means(values, count):
    """The mean of each ``count`` values, rounded; an incomplete rest is left out."""
    whole = values[: len(values) // count * count].reshape(-1, count)
    return [round(float(mean), 4) for mean in whole.mean(1)]
