"""Cells that are hardly more than a gated memory: how they start, what is stored, and that a run
still gives it."""

import numpy as np
import pytest
import torch
from refusal import refused

from experiments import gated_memory, stored
from experiments.gated_memory import Switch
from lstm_lib import sigmoid, unroll

SETTINGS = gated_memory.SETTINGS


def test_every_network_was_trained_on_every_task_with_every_seed():
    assert stored.read(gated_memory.FILE)["settings"] == SETTINGS
    runs = gated_memory.load()
    for task in gated_memory.TASKS:
        for network in gated_memory.NETWORKS:
            for name in ("weights", "accuracy", "solved_at", "longer"):
                assert runs[name][task][network].shape == (len(gated_memory.SEEDS),)
            assert np.isnan(runs["longer"][task][network]).all() == (task == "recall")


def test_what_was_solved_answers_as_well_on_fresh_examples():
    runs = gated_memory.load()
    for task in gated_memory.TASKS:
        for network, solved_at in runs["solved_at"][task].items():
            assert (runs["accuracy"][task][network][np.isfinite(solved_at)] > 0.9).all()


@pytest.mark.parametrize("network", gated_memory.NETWORKS)
def test_every_cell_starts_by_keeping_as_much(network):
    cell = gated_memory.cell_for(network, seed=0)
    for group in (cell.W, cell.U):
        for gate in group:
            group[gate][:] = 0
    gates = unroll(cell, np.zeros((1, SETTINGS["embedding"]))).gates
    kept = 1 - gates["z"] if "z" in gates else gates["f"]
    np.testing.assert_allclose(kept, sigmoid(SETTINGS["keeps"]), rtol=1e-12)


def test_a_wider_min_gru_has_as_many_weights_as_the_lstm():
    lstm, wider = (gated_memory.cell_for(n, 0).num_parameters for n in ("LSTM", "minGRU, wider"))
    assert wider == pytest.approx(lstm, rel=0.01)


def test_the_light_is_on_after_an_odd_number_of_presses():
    pressed, light, asked = Switch(20).batch(50, torch.Generator().manual_seed(0))
    on = torch.zeros(50, dtype=torch.long)
    for t in range(20):
        on = torch.where(pressed[t] == 1, 1 - on, on)
        assert torch.equal(light[t], on)
    assert asked.all()


@pytest.mark.parametrize("network", gated_memory.NETWORKS)
def test_a_run_still_gives_what_is_stored(network):
    runs = stored.results(gated_memory.FILE)["runs"]
    which = {"task": "recall", "network": network, "seed": 1}
    (before,) = (run for run in runs if which.items() <= run.items())
    now = gated_memory.run("recall", network, before["lr"], seed=1)
    assert now["weights"] == before["weights"]
    if before["solved_at"]:
        assert now["solved_at"] == pytest.approx(before["solved_at"], abs=4)
        assert now["accuracy"] == pytest.approx(before["accuracy"], abs=0.03)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with refused(ValueError, "no task 'copy' here; there is recall, switch"):
        gated_memory.run("copy", "LSTM")
    known = ", ".join(gated_memory.NETWORKS)
    with refused(ValueError, f"no network 'GRU' here; there is {known}"):
        gated_memory.run("recall", "GRU")
