"""Training with clipped gradients: the stored runs are whole, and the command still makes them."""

import numpy as np
import pytest
import torch

from experiments import clipping, stored
from experiments.clipping import RATES, SEEDS, SETTINGS


def test_every_rate_was_tried_with_every_seed_clipped_and_not():
    runs = clipping.load()
    assert runs["settings"] == SETTINGS
    for table in (runs["solved_at"], runs["longest"]):
        assert set(table) == {(lr, limited) for lr in RATES for limited in (False, True)}
        assert all(len(by_seed) == len(SEEDS) for by_seed in table.values())
    every = np.concatenate(list(runs["solved_at"].values()))
    assert np.nanmin(every) >= 10 and np.nanmax(every) <= SETTINGS["steps"]


@pytest.mark.parametrize(("lr", "clipped"), [(0.3, 1), (0.1, 0)])
def test_a_run_still_ends_as_is_stored(lr, clipped):
    (before,) = (
        run
        for run in stored.read(clipping.FILE)["runs"]
        if (run["lr"], run["clipped"], run["seed"]) == (lr, clipped, 2)
    )
    now = clipping.run(lr, clipped, seed=2)
    assert now["solved_at"] == pytest.approx(before["solved_at"], abs=4)
    assert now["longest"] == pytest.approx(before["longest"], rel=0.05)


def test_both_runs_of_a_seed_meet_the_same_first_gradient_and_one_is_clipped():
    first = [clipping.run(1.0, clipped, seed=1, steps=1)["longest"] for clipped in (0, 1)]
    assert first[0] == first[1] > SETTINGS["limit"]
    then = [clipping.run(1.0, clipped, seed=1, steps=5)["longest"] for clipped in (0, 1)]
    assert then[0] != then[1]


def test_a_run_is_solved_by_ten_good_scores_on_average():
    assert not clipping.good([1.0] * 9)
    assert clipping.good([0.0] * 20 + [1.0] * 10)
    assert not clipping.good([1.0] * 20 + [0.9] * 10)


def test_a_gradient_that_is_not_finite_ends_a_run(monkeypatch):
    norms = iter([1.0, float("nan")])
    clip = torch.nn.utils.clip_grad_norm_

    def not_a_number(parameters, limit):
        clip(parameters, limit)
        return torch.tensor(next(norms))

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", not_a_number)
    assert clipping.run(1.0, 0) == {"solved_at": None, "longest": 1.0}
