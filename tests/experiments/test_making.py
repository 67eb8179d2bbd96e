"""Runs are made in processes of their own, and what is done is stored, whatever ends the rest."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import small
import torch
from refusal import refused

from experiments import making, stored

ROOT = Path(__file__).parent.parent.parent

SEEDS = [{"seed": seed} for seed in range(4)]

# Runs. Other processes import them from here.


def half(**_):
    return {"error": 0.5}


def in_turn(log, **_):
    """Returns how many runs began before this one."""
    with open(log, "a") as file:
        file.write("x")
        return {"turn": file.tell() - 1}


def with_another(folder, seed):
    """Ends when another run has begun too."""
    (folder / str(seed)).touch()
    wait_until(lambda: len(list(folder.iterdir())) > 1)
    return {"process": os.getpid(), "threads": torch.get_num_threads()}


def after_those_before(file, seed):
    """Ends when as many runs are stored as its seed says."""
    wait_until(lambda: seed == 0 or len(runs_in(file)) == seed)
    return {}


def failing_at(seeds, seed):
    if seed in seeds:
        raise ZeroDivisionError(f"no {seed}")
    return {}


def killed_at(which, seed):
    if seed == which:
        os._exit(1)
    return {}


def wait_until(condition, seconds=200):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def runs_in(file):
    return stored.read(file)["runs"] if file.exists() else []


@pytest.fixture
def file(tmp_path):
    return tmp_path / "runs.json"


# What is made


def test_runs_are_made_at_the_same_time_in_processes_of_one_thread(file, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    folder = tmp_path / "begun"
    folder.mkdir()
    making.complete(file, {}, SEEDS[:2], partial(with_another, folder), processes=2)
    one, other = runs_in(file)
    assert len({one["process"], other["process"], os.getpid()}) == 3
    assert one["threads"] == other["threads"] == 1


def test_what_is_there_is_made_again_only_when_it_is_asked_for(file, tmp_path):
    run = partial(in_turn, tmp_path / "log")
    making.complete(file, {}, [{"seed": 2}, {"seed": 0}], run)
    for fresh in (False, True):
        making.complete(file, {}, [{"seed": 1}, {"seed": 0}], run, fresh=fresh)
    turns = [(run["seed"], run["turn"]) for run in runs_in(file)]
    assert turns == [(0, 4), (1, 3), (2, 0)]


def test_the_longest_runs_begin_first(file, tmp_path):
    wanted = [{"seed": seed, "gap": gap} for seed in (0, 1) for gap in (1, 30, 5)]
    making.complete(file, {}, wanted, partial(in_turn, tmp_path / "log"), longest="gap")
    turns = sorted((run["turn"], run["gap"], run["seed"]) for run in runs_in(file))
    assert [which for _, *which in turns] == [[30, 0], [30, 1], [5, 0], [5, 1], [1, 0], [1, 1]]


def test_what_is_done_is_stored_while_the_others_are_made(file):
    making.complete(file, {}, SEEDS, partial(after_those_before, file))
    assert runs_in(file) == SEEDS


# What goes wrong


def test_runs_with_other_settings_are_not_mixed(file):
    making.complete(file, {"steps": 1}, SEEDS[:1], half)
    with refused(
        ValueError,
        f"the runs in {file} were made with other settings: delete it, or choose another file",
    ):
        making.complete(file, {"steps": 2}, SEEDS[1:], half)
    assert stored.read(file)["settings"] == {"steps": 1}


def test_a_run_that_fails_is_named_and_the_others_are_made(file):
    with pytest.raises(ExceptionGroup, match="^2 of 4 runs failed$") as caught:
        making.complete(file, {}, SEEDS, partial(failing_at, (1, 2)))
    failed = [(type(error), *error.args, *error.__notes__) for error in caught.value.exceptions]
    assert failed == [
        (ZeroDivisionError, f"no {seed}", f"This was the run {{'seed': {seed}}}.")
        for seed in (1, 2)
    ]
    assert runs_in(file) == [SEEDS[0], SEEDS[3]]
    making.complete(file, {}, SEEDS, half)
    assert runs_in(file) == [SEEDS[0], SEEDS[1] | half(), SEEDS[2] | half(), SEEDS[3]]


def test_after_a_killed_process_the_rest_can_be_made(file):
    with refused(
        RuntimeError,
        "a process was killed, perhaps for want of memory; the runs that were done are in "
        f"{file}, and the same command goes on from there",
    ):
        making.complete(file, {}, SEEDS, partial(killed_at, 2))
    assert runs_in(file) == SEEDS[:2]
    making.complete(file, {}, SEEDS, half)
    assert runs_in(file) == [*SEEDS[:2], SEEDS[2] | half(), SEEDS[3] | half()]


@pytest.mark.parametrize("processes", [0, -1, 1.5])
def test_there_must_be_a_process(file, processes):
    with pytest.raises(ValueError, match="^processes is .* it must be"):
        making.complete(file, {}, SEEDS, half, processes)


# The command


def command(file, *which):
    return [sys.executable, small.__file__, "--file", file, *which]


def make(file, *which):
    settings = {"TQDM_DISABLE": "1", "PYTHONPATH": str(ROOT)}
    subprocess.run(command(file, *which), env=os.environ | settings, check=True)


def test_the_command_makes_what_is_missing_and_keeps_what_is_there(file):
    there = {"network": "quick", "size": 2, "seed": 1, "lr": 0.01, "error": -1.0}
    making.write(file, small.SETTINGS, [there])
    make(file, "--network", "quick", "--size", "2", "--seed", "0", "1")
    made, kept = stored.results(file)["runs"]
    assert kept == there
    assert {"network": "quick", "size": 2, "seed": 0}.items() < made.items()
    assert stored.read(file)["settings"] == small.SETTINGS
    assert list(file.parent.iterdir()) == [file]


def test_rates_are_chosen_on_seeds_of_their_own(file):
    at_another_rate = {"network": "quick", "size": 1, "seed": 0, "lr": 0.1, "error": 0.0}
    making.write(file, small.SETTINGS, [at_another_rate])
    make(file, "--network", "quick")
    assert at_another_rate in runs_in(file)
    trials = [run for run in runs_in(file) if run["seed"] >= 100]
    assert {run["size"] for run in trials} == {1}
    assert [(run["seed"], run["lr"]) for run in trials] == [
        (seed, lr) for seed in (100, 101) for lr in (0.001, 0.01, 0.1)
    ]
    results = stored.results(file)
    assert results["rates"] == {("quick",): 0.01}
    assert [(run["size"], run["seed"], run["lr"]) for run in results["runs"]] == [
        (size, seed, 0.01) for size in (1, 2) for seed in (0, 1, 2)
    ]


@pytest.mark.parametrize("best, chosen", [("highest", 0.1), ("lowest", 0.01)])
def test_the_best_rate_is_the_smallest_of_equals_and_never_one_that_ends_with_nan(best, chosen):
    scores = {0.001: np.nan, 0.01: 0.2, 0.1: 0.4, 1.0: 0.4}
    runs = [{"seed": 100, "lr": lr, "error": score} for lr, score in scores.items()]
    of_another_seed = {"seed": 0, "lr": 10.0, "error": 1.0 if best == "highest" else 0.0}
    choice = {"seeds": [100], "per": [], "by": "error", "best": best}
    with_it = {"settings": {"choice": choice}, "runs": [*runs[::-1], of_another_seed]}
    assert stored.chosen_rates(with_it) == {(): chosen}


def test_rates_whose_means_agree_in_the_digits_that_count_are_equally_good():
    runs = [{"seed": 100, "lr": lr, "error": e} for lr, e in ((0.01, 0.998), (0.001, 0.996))]
    choice = {"seeds": [100], "per": [], "by": "error", "best": "highest", "digits": 2}
    stored_ones = {"settings": {"choice": choice}, "runs": runs}
    assert stored.chosen_rates(stored_ones) == {(): 0.001}
    choice["digits"] = 3
    assert stored.chosen_rates(stored_ones) == {(): 0.01}


def listen_to_ctrl_c():
    """As a program in a terminal does; some shells, and su, have their programs ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups of processes to signal")
@pytest.mark.parametrize(
    "end",
    [
        lambda pid: os.killpg(pid, signal.SIGINT),  # Ctrl-C in a terminal
        lambda pid: os.kill(pid, signal.SIGINT),
        lambda pid: os.kill(pid, signal.SIGKILL),
    ],
    ids=["Ctrl-C", "interrupted", "killed"],
)
def test_a_command_that_is_ended_stores_no_unfinished_run_and_leaves_no_process(file, end):
    with subprocess.Popen(
        command(file, "--seed", "0", "--processes", "2"),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=listen_to_ctrl_c,
    ) as process:
        try:
            wait_until(lambda: runs_in(file))  # of the quick network; the slow one does not end
            end(process.pid)
            process.communicate(timeout=30)  # until the last process has closed its output
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode != 0
    assert {run["network"] for run in runs_in(file)} == {"quick"}
