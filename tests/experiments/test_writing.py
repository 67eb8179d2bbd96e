"""What the next character costs: the stored runs are whole, and the command still makes them."""

import numpy as np
import pytest
import torch

from experiments import making, stored, writing
from experiments.writing import NETWORKS, SEEDS, SETTINGS, Writer


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_every_network_was_trained_with_every_seed():
    runs = writing.load()
    assert runs["settings"] == SETTINGS
    assert set(runs["bits"]) == set(runs["rates"]) == set(NETWORKS)
    for costs in runs["bits"].values():
        assert costs.shape == (len(SEEDS), 1 + SETTINGS["readings"])
        # Before training, every one of 66 characters is about as likely.
        np.testing.assert_allclose(costs[:, 0], np.log2(66), atol=0.15)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_run_still_begins_as_is_stored(network):
    lr = writing.load()["rates"][network]
    (before,) = (
        run
        for run in stored.read(writing.FILE)["runs"]
        if (run["network"], run["lr"], run["seed"]) == (network, lr, 1)
    )
    now = writing.run(network, lr, seed=1, readings=1, updates=20)
    assert now["bits"][0] == pytest.approx(before["bits"][0], abs=1e-3)
    np.testing.assert_allclose(now["first"], before["first"], atol=0.02)


@making.default_dtype("float64")
def test_the_networks_of_a_seed_differ_by_the_bias_of_the_forget_gate_alone():
    weights = []
    for bias in (0.0, 1.0):
        torch.manual_seed(0)
        weights.append(dict(Writer(66, bias).named_parameters()))
    for name, before in weights[0].items():
        assert torch.equal(before, weights[1][name]) is (name != "lstm.bias_ih_l0")
    hidden = SETTINGS["hidden"]
    differs = (weights[0]["lstm.bias_ih_l0"] != weights[1]["lstm.bias_ih_l0"]).nonzero()[:, 0]
    assert differs.tolist() == list(range(hidden, 2 * hidden))
