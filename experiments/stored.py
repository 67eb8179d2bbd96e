"""The stored results of the experiments, as arrays. Reading them needs no PyTorch."""

import json
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results"


def recall_by_gap(file=None):
    """The results of :mod:`experiments.recall_by_gap`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; ``gaps``, an array ``(gaps,)``; ``chance``, the accuracy of
        guessing; ``rates``, the learning rate of each network; and by network, each an array
        ``(seeds, gaps)``, ``accuracy`` and ``solved_at``, NaN for a run that was not solved.
    """
    return by_gap(file or RESULTS / "recall_by_gap.json")


def remedies(file=None):
    """The results of :mod:`experiments.remedies`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary like :func:`recall_by_gap`'s.
    """
    return by_gap(file or RESULTS / "remedies.json")


def by_gap(file):
    """The tables of :func:`recall_by_gap`."""
    stored = results(file)
    gaps = sorted({run["gap"] for run in stored["runs"]})

    def table(name):
        return {
            network: np.array(by_seed, dtype=float).reshape(len(gaps), -1).T
            for network, by_seed in by_network(stored, name).items()
        }

    return {
        "settings": stored["settings"],
        "gaps": np.array(gaps),
        "chance": 1 / stored["settings"]["keys"],
        "rates": {network: lr for (network,), lr in stored["rates"].items()},
        "accuracy": table("accuracy"),
        "solved_at": table("solved_at"),
    }


def adding(file=None):
    """The results of :mod:`experiments.adding`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; ``baseline``, the error of always saying 1; and by network,
        ``rates``, its learning rate, ``error`` and ``solved_at``, arrays ``(seeds,)``, the second
        NaN for a run that was not solved, and ``loss``, for each seed an array ``(steps,)``,
        smoothed: the mean of each ten updates, ten times.
    """
    stored = results(file or RESULTS / "adding.json")
    tables = {
        name: {n: np.array(by_seed, float) for n, by_seed in by_network(stored, name).items()}
        for name in ("error", "solved_at")
    }
    loss = {
        network: [np.repeat(means, stored["settings"]["mean_of"]) for means in by_seed]
        for network, by_seed in by_network(stored, "loss").items()
    }
    whole = tables | {
        "loss": loss,
        "rates": {network: lr for (network,), lr in stored["rates"].items()},
    }
    return {"settings": stored["settings"], "baseline": 2 * (1 / 12), **whole}


def belt_or_loop(file=None):
    """The results of :mod:`experiments.belt_or_loop`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; ``rates``, the learning rates, from the smallest; and by
        network, each with a row for each rate, ``accuracy``, by gap an array ``(rates, seeds)``;
        ``answers``, by what was changed during the gap an array ``(rates, seeds, 2)``, the share of
        answers that are the sequence's own word and the share that are the other sequence's;
        ``f``, an array ``(rates, seeds, units)``, the mean forget gate of each unit, sorted;
        ``kept``, an array ``(rates, seeds)``; and ``updates``, an array ``(rates, seeds)``, of all
        gaps together.
    """
    stored = read(file or RESULTS / "belt_or_loop.json")
    rates = sorted({run["lr"] for run in stored["runs"]})

    def by_rate(values):
        return np.array(np.split(np.array(values), len(rates)))

    def known(name):  # a plain network has no belt
        return {n: v for n, v in by_network(stored, name).items() if v[0] is not None}

    def by_word(name, key=str):
        return {
            network: {key(word): by_rate([each[word] for each in runs]) for word in runs[0]}
            for network, runs in known(name).items()
        }

    return {
        "settings": stored["settings"],
        "rates": rates,
        "accuracy": by_word("accuracy", int),
        "answers": by_word("answers"),
        "f": {n: by_rate(runs) for n, runs in known("f").items()},
        "kept": {n: by_rate(runs) for n, runs in known("kept").items()},
        "updates": {
            n: by_rate([sum(each) for each in runs])
            for n, runs in by_network(stored, "updates").items()
        },
    }


def forgetting(file=None):
    """The results of :mod:`experiments.forgetting`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by network, ``rates``, its learning rate, and
        ``accuracy`` and ``solved_at``, arrays ``(seeds,)``, the second NaN for a run that was not
        solved.
    """
    stored = results(file or RESULTS / "forgetting.json")
    tables = {
        name: {n: np.array(by_seed, float) for n, by_seed in by_network(stored, name).items()}
        for name in ("accuracy", "solved_at")
    }
    rates = {network: lr for (network,), lr in stored["rates"].items()}
    return {"settings": stored["settings"], "rates": rates, **tables}


def timing(file=None):
    """The results of :mod:`experiments.timing`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by interval, learning rate and network
        (``["score"][5][0.02]["LSTM"]``), ``score`` and ``solved_at``, arrays ``(seeds,)``, the
        second NaN for a run that was not solved; and ``without``, for each gate with a peephole an
        array ``(seeds,)``, the score once the peephole is set to zero.
    """
    stored = read(file or RESULTS / "timing.json")
    intervals = dict.fromkeys(run["interval"] for run in stored["runs"])
    rates = sorted({run["lr"] for run in stored["runs"]})

    def table(name, array):
        return {
            interval: {
                lr: {
                    network: array(by_seed)
                    for network, by_seed in by_network(
                        stored, name, interval=interval, lr=lr
                    ).items()
                }
                for lr in rates
            }
            for interval in intervals
        }

    def by_gate(by_seed):
        return {gate: np.array([each[gate] for each in by_seed]) for gate in by_seed[0]}

    def numbers(by_seed):
        return np.array(by_seed, float)

    return {
        "settings": stored["settings"],
        "score": table("score", numbers),
        "solved_at": table("solved_at", numbers),
        "without": table("without", by_gate),
    }


def gru_or_lstm(file=None):
    """The results of :mod:`experiments.gru_or_lstm`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by task and network (``["score"]["recall"]["GRU"]``),
        ``rates``, the learning rate, and ``score`` and ``solved_at``, arrays ``(seeds,)``, the
        second NaN for a run that was not solved; and ``counts_to``, arrays ``(seeds,)`` by
        network, for the counting task alone.
    """
    stored = results(file or RESULTS / "gru_or_lstm.json")
    tasks = dict.fromkeys(run["task"] for run in stored["runs"])
    tables = {"settings": stored["settings"], "rates": {task: {} for task in tasks}}
    for (task, network), lr in stored["rates"].items():
        tables["rates"][task][network] = lr
    for name in ("score", "solved_at", "counts_to"):
        tables[name] = {
            task: {
                n: np.array(each, float) for n, each in by_network(stored, name, task=task).items()
            }
            for task in tasks
        }
    tables["counts_to"] = tables["counts_to"]["counting"]
    return tables


def waveform(file=None):
    """The results of :mod:`experiments.waveform`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; ``baseline``, the error of always saying the mean; and by
        network, ``rates``, its learning rate; ``weights``, how many it has; ``error``, an array
        ``(seeds,)``; ``output``, an array ``(seeds, length)``; and ``loss``, an array ``(seeds,
        points)``, the mean of each ``mean_of`` updates.
    """
    stored = results(file or RESULTS / "waveform.json")
    tables = {
        name: {n: np.array(by_seed) for n, by_seed in by_network(stored, name).items()}
        for name in ("error", "output", "loss")
    }
    tables["rates"] = {network: lr for (network,), lr in stored["rates"].items()}
    tables["weights"] = {n: by_seed[0] for n, by_seed in by_network(stored, "weights").items()}
    return {"settings": stored["settings"], "baseline": 1.0, **tables}


def depth(file=None):
    """The results of :mod:`experiments.depth`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by task and network (``["rates"]["sine"]["1 layer"]``),
        ``rates``, the learning rate; ``weights``, ``(seeds,)``; and ``score``, ``(seeds, points)``,
        the mean of each ``mean_of`` updates.
    """
    return by_two(results(file or RESULTS / "depth.json"), "task", "weights", "score")


def both_directions(file=None):
    """The results of :mod:`experiments.both_directions`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by question and network, ``rates``, the learning rate,
        and ``weights`` and ``accuracy``, arrays ``(seeds,)``.
    """
    return by_two(
        results(file or RESULTS / "both_directions.json"), "question", "weights", "accuracy"
    )


def depth_gates(file=None):
    """The results of :mod:`experiments.depth_gates`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by number of layers and network, ``rates``, the learning
        rate, and ``accuracy`` and ``solved_at``, arrays ``(seeds,)``, the second NaN for a run that
        was not solved.
    """
    return by_two(results(file or RESULTS / "depth_gates.json"), "layers", "accuracy", "solved_at")


def gated_memory(file=None):
    """The results of :mod:`experiments.gated_memory`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by task and network, ``rates``, the learning rate, and
        ``weights``, ``accuracy``, ``solved_at`` and ``longer``, arrays ``(seeds,)``, with NaN in
        the last two for a run that was not solved, and for a task that has no longer sequences.
    """
    names = ("weights", "accuracy", "solved_at", "longer")
    return by_two(results(file or RESULTS / "gated_memory.json"), "task", *names)


def by_two(stored, first, *names):
    """The rates of an experiment and these of its results, by an argument and by network."""
    tables = {name: {} for name in ("rates", *names)}
    for (one, network), lr in stored["rates"].items():
        tables["rates"].setdefault(one, {})[network] = lr
    for name in names:
        for run in stored["runs"]:
            by_name = tables[name].setdefault(run[first], {})
            by_name.setdefault(run["network"], []).append(run[name])
        for by_name in tables[name].values():
            by_name.update({n: np.array(by_seed, float) for n, by_seed in by_name.items()})
    return {"settings": stored["settings"], **tables}


def agreement(file=None):
    """The results of :mod:`experiments.agreement`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; ``rates``, the learning rate of each network; by network,
        ``verbs`` and ``attracted``, arrays ``(seeds,)``, and ``loss``, ``(seeds, steps / 10)``; and
        ``held``, ``apart``, ``kept``, ``forced``, ``once``, ``means`` and ``followed``, arrays
        ``(seeds, units, …)``.
    """
    stored = results(file or RESULTS / "agreement.json")
    scores = {
        name: {n: np.array(by_seed) for n, by_seed in by_network(stored, name).items()}
        for name in ("verbs", "attracted", "loss")
    }
    examined = {
        name: np.array([run[name] for run in stored["runs"]])
        for name in ("held", "apart", "kept", "forced", "once", "means", "followed")
    }
    rates = {network: lr for (network,), lr in stored["rates"].items()}
    return {"settings": stored["settings"], "rates": rates} | scores | examined


def clipping(file=None):
    """The results of :mod:`experiments.clipping`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by learning rate and whether the gradient was clipped
        (``["longest"][0.1, True]``), ``longest`` and ``solved_at``, arrays ``(seeds,)``, the second
        NaN for a run that was not solved.
    """
    stored = read(file or RESULTS / "clipping.json")
    tables = {"solved_at": {}, "longest": {}}
    for run in stored["runs"]:
        for name, table in tables.items():
            table.setdefault((run["lr"], bool(run["clipped"])), []).append(run[name])
    return {"settings": stored["settings"]} | {
        name: {key: np.array(by_seed, float) for key, by_seed in table.items()}
        for name, table in tables.items()
    }


def writing(file=None):
    """The results of :mod:`experiments.writing`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; ``rate``, the learning rate; and ``bits``, an array
        ``(seeds, readings + 1)``.
    """
    stored = results(file or RESULTS / "writing.json")
    bits = np.array([run["bits"] for run in stored["runs"]])
    return {"settings": stored["settings"], "rate": stored["rates"][()], "bits": bits}


def cutting(file=None):
    """The results of :mod:`experiments.cutting`, which calls this function ``load``.

    Args:
        file: the file with the results, if it is another than the command's.

    Returns:
        A dictionary with ``settings``; and by gap and network (``["solved_at"][20]["whole"]``),
        ``rates``, the learning rate; ``solved_at``, an array ``(seeds,)``, NaN for a run that was
        not solved; and ``score``, an array ``(seeds, points)``, the mean accuracy of each
        ``mean_of`` updates, NaN after the end of a run.
    """
    stored = results(file or RESULTS / "cutting.json")
    points = stored["settings"]["steps"] // stored["settings"]["mean_of"]
    for run in stored["runs"]:
        run["score"] += [None] * (points - len(run["score"]))
    return by_two(stored, "gap", "solved_at", "score")


def chosen_rates(stored):
    """The learning rate that was best on the seeds for choosing: ``{("LSTM",): 0.003}``.

    The keys are the values of what the settings' ``choice`` calls ``per``. A trial that ended
    with NaN counts as the worst; of two rates that are equally good, the smaller is taken. They
    are equally good if their means agree to as many significant ``digits`` as the choice says.
    """
    choice = stored["settings"]["choice"]
    digits = choice.get("digits", 12)

    def mean(trials):
        return float(f"{np.nan_to_num(np.mean(trials), nan=-np.inf):.{digits}g}")

    sign = {"highest": 1, "lowest": -1}[choice["best"]]
    trials = {}
    for run in stored["runs"]:
        if run["seed"] in choice["seeds"]:
            by_rate = trials.setdefault(tuple(run[name] for name in choice["per"]), {})
            by_rate.setdefault(run["lr"], []).append(sign * run[choice["by"]])
    return {
        key: max(sorted(by_rate), key=lambda lr, by_rate=by_rate: mean(by_rate[lr]))
        for key, by_rate in trials.items()
    }


def results(file):
    """What :func:`read` returns, with the runs at the chosen learning rates alone, on seeds that
    were not used to choose them; and these rates."""
    stored, rates = read(file), chosen_rates(read(file))
    choice = stored["settings"]["choice"]
    runs = [
        run
        for run in stored["runs"]
        if run["seed"] not in choice["seeds"]
        and run["lr"] == rates[tuple(run[name] for name in choice["per"])]
    ]
    return stored | {"runs": runs, "rates": rates}


def by_network(stored, name, **which):
    """One result of all runs, or of those with these arguments, in the order of the file, by
    network."""
    values = {}
    for run in stored["runs"]:
        if which.items() <= run.items():
            values.setdefault(run["network"], []).append(run[name])
    return values


def read(file):
    """A file of results: its ``settings`` and its ``runs``."""
    return json.loads(Path(file).read_text(encoding="utf-8"))
