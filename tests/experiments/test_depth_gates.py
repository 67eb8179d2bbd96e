"""Stacks with depth gates: how they start, what is stored, and that a run still gives it."""

import numpy as np
import pytest
import torch
from refusal import refused

from experiments import depth_gates, stored
from lstm_lib.layers import Recurrent

SETTINGS = depth_gates.SETTINGS


def test_every_stack_was_trained_with_every_seed():
    assert stored.read(depth_gates.FILE)["settings"] == SETTINGS
    runs = depth_gates.load()
    assert list(runs["solved_at"]) == list(depth_gates.LAYERS)
    for layers in depth_gates.LAYERS:
        for network in depth_gates.NETWORKS:
            for name in ("accuracy", "solved_at"):
                assert runs[name][layers][network].shape == (len(depth_gates.SEEDS),)


@pytest.mark.parametrize("network", depth_gates.NETWORKS)
def test_stacks_of_a_seed_start_alike_but_for_what_they_are_named_after(network):
    plain = depth_gates.stack_for("LSTM", 3, seed=5)
    other = depth_gates.stack_for(network, 3, seed=5)
    for k, (one, two) in enumerate(zip(plain.layers, other.layers, strict=True)):
        for kind, weights in one.groups().items():
            for gate, before in weights.items():
                assert torch.equal(before, getattr(two, kind)[gate])
        assert ("d" in two.b) is (network.startswith("depth gates") and k > 0)
        if "d" in two.b:
            assert (two.b["d"] == depth_gates.NETWORKS[network]).all()


def test_a_skip_connection_adds_what_a_layer_reads_to_its_output():
    stack = depth_gates.stack_for("LSTM, skip connections", 3, seed=0)
    x = torch.randn(4, 2, SETTINGS["units"], dtype=torch.get_default_dtype())
    first, second, third = (Recurrent(layer.to_numpy()) for layer in stack.layers)
    one = first(x).outputs
    two = one + second(one).outputs
    np.testing.assert_allclose(stack(x)[0].detach(), (two + third(two).outputs).detach(), rtol=1e-6)


@pytest.mark.parametrize("network", depth_gates.NETWORKS)
def test_a_run_still_gives_what_is_stored(network):
    runs = stored.results(depth_gates.FILE)["runs"]
    which = {"network": network, "layers": 2, "seed": 1}
    (before,) = (run for run in runs if which.items() <= run.items())
    now = depth_gates.run(network, 2, before["lr"], seed=1)
    if before["solved_at"]:
        assert now["solved_at"] == pytest.approx(before["solved_at"], abs=4)
        assert now["accuracy"] == pytest.approx(before["accuracy"], abs=0.03)


def test_an_unknown_network_is_answered_with_the_known_ones():
    with refused(ValueError, f"no network 'GRU' here; there is {', '.join(depth_gates.NETWORKS)}"):
        depth_gates.run("GRU", 2)
