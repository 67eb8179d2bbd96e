"""The stored runs of the timing experiment are whole, and made anew they are the same."""

import itertools

import numpy as np
import pytest
import torch

from experiments import stored, timing
from lstm_lib.cells import LSTMCell
from lstm_lib.sequences import unroll


def stored_runs(**which):
    return [r for r in stored.read(timing.FILE)["runs"] if which.items() <= r.items()]


def test_every_network_keeps_every_interval_with_every_seed_at_every_rate():
    runs, seeds = timing.load(), len(timing.SEEDS)
    for name in ("score", "solved_at"):
        assert set(runs[name]) == set(timing.INTERVALS)
        for by_rate in runs[name].values():
            assert list(by_rate) == list(timing.RATES)
            for by_network in by_rate.values():
                assert set(by_network) == set(timing.NETWORKS)
                assert all(values.shape == (seeds,) for values in by_network.values())
    for interval, lr in itertools.product(timing.INTERVALS, timing.RATES):
        for network, gates in timing.NETWORKS.items():
            without = runs["without"][interval][lr][network]
            assert set(without) == set(gates)
            assert all(scores.shape == (seeds,) for scores in without.values())
            (run,) = stored_runs(network=network, interval=interval, lr=lr, seed=2)
            assert run["score"] == runs["score"][interval][lr][network][2]
            assert all(run["without"][gate] == without[gate][2] for gate in gates)


def test_who_learned_it_answers_as_well_on_other_examples():
    runs = timing.load()
    for interval, lr in itertools.product(timing.INTERVALS, timing.RATES):
        for network, solved_at in runs["solved_at"][interval][lr].items():
            scores = runs["score"][interval][lr][network][np.isfinite(solved_at)]
            assert not len(scores) or np.median(scores) == 1


@pytest.mark.parametrize("network", ["LSTM", "peepholes"])
def test_the_timing_task_is_learned_again_as_is_stored(network):
    runs = stored_runs(network=network, interval=5)
    before = min(runs, key=lambda run: run["solved_at"] or np.inf)
    now = timing.run(network, 5, before["lr"], before["seed"])
    assert now["score"] == pytest.approx(before["score"], abs=0.02)
    assert now["solved_at"] == pytest.approx(before["solved_at"], abs=4)
    assert now["without"] == pytest.approx(before["without"], abs=0.02)


def test_networks_of_a_seed_start_alike_but_for_their_peepholes():
    lstm = timing.layer_for("LSTM", seed=3)
    assert not set(lstm.p)
    for network, gates in timing.NETWORKS.items():
        layer = timing.layer_for(network, seed=3)
        assert set(layer.p) == set(gates)
        for kind in ("W", "U", "b"):
            for gate, weights in getattr(lstm, kind).items():
                assert torch.equal(getattr(layer, kind)[gate], weights)
        assert (layer.b["f"] == 1).all()


def test_without_any_peephole_it_is_the_lstm():
    ours = timing.layer_for("LSTM", seed=4).to_numpy()
    lstm = LSTMCell(1, timing.SETTINGS["hidden"], seed=4)
    lstm.b["f"] = np.ones(timing.SETTINGS["hidden"])
    x = np.random.default_rng(0).normal(size=(20, 3, 1))
    np.testing.assert_allclose(unroll(ours, x).outputs, unroll(lstm, x).outputs, atol=1e-12)
