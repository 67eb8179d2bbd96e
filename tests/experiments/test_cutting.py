"""Training in pieces: the stored runs are whole, and the command still makes them."""

import numpy as np
import pytest
import torch
from refusal import refused
from torch import nn

from experiments import cutting, stored
from experiments.cutting import GAPS, NETWORKS, SEEDS, SETTINGS, Pieces
from experiments.making import default_dtype
from lstm_lib.training import SequenceModel
from lstm_lib.training.tasks import Recall


def test_every_network_was_trained_at_both_gaps_with_every_seed():
    runs = cutting.load()
    assert runs["settings"] == SETTINGS
    for name in ("solved_at", "score"):
        assert set(runs[name]) == set(GAPS)
        for by_network in runs[name].values():
            assert set(by_network) == set(NETWORKS)
            assert all(len(by_seed) == len(SEEDS) for by_seed in by_network.values())


def test_a_run_that_has_solved_the_task_has_no_scores_after_it():
    runs, points = cutting.load(), SETTINGS["steps"] // SETTINGS["mean_of"]
    for gap in GAPS:
        for network in NETWORKS:
            scores, at = runs["score"][gap][network], runs["solved_at"][gap][network]
            assert scores.shape == (len(SEEDS), points)
            ends = np.nan_to_num(at, nan=SETTINGS["steps"]) // SETTINGS["mean_of"]
            assert (np.isfinite(scores).sum(1) == ends).all()


@pytest.mark.parametrize("network", NETWORKS)
def test_a_run_still_begins_as_is_stored(network):
    (before,) = (
        run
        for run in stored.results(cutting.FILE)["runs"]
        if (run["network"], run["gap"], run["seed"]) == (network, 20, 3)
    )
    now = cutting.run(network, 20, before["lr"], seed=3, steps=40)
    np.testing.assert_allclose(now["score"], before["score"][:2], atol=0.01)


@default_dtype("float64")
def test_in_pieces_the_answers_are_those_of_the_whole_and_the_gradient_ends_at_the_cut():
    torch.manual_seed(0)
    task = Recall(20)
    model = SequenceModel(nn.LSTM(16, 32), task)
    batch = task.batch(8, torch.Generator().manual_seed(0))
    gradients = {}
    for network, length in NETWORKS.items():
        model.zero_grad()
        answers = Pieces(model, length)(batch.inputs)
        torch.testing.assert_close(answers, model(batch.inputs), rtol=0, atol=1e-12)
        task.loss(answers, batch).backward()
        gradients[network] = model.embedding.weight.grad[: task.keys].clone()
    assert gradients["whole"].abs().max() > 0
    assert (gradients["cut every 10"] == 0).all()


def test_an_unknown_network_is_answered_with_the_known_ones():
    with refused(ValueError, "no network 'ESN' here; there is whole, cut every 10"):
        cutting.run("ESN", 6)
