"""The curves that are played from memory: what is stored, and that a run still begins so."""

import numpy as np
import pytest
import torch
from runs import stored_run

from experiments import waveform
from lstm_lib.cells import ClockworkRNNCell
from lstm_lib.training.tasks import Waveform

SETTINGS = waveform.SETTINGS


def test_every_network_was_trained_with_every_seed():
    runs = waveform.load()
    assert runs["baseline"] == Waveform(8).baseline
    for network in waveform.NETWORKS:
        longer = network.endswith("longer")
        points = SETTINGS["longer" if longer else "steps"] // SETTINGS["mean_of"]
        cell = waveform.cell_for(network, waveform.task_for(network, 0), 0)
        assert runs["weights"][network] == cell.num_parameters
        assert runs["loss"][network].shape == (len(waveform.SEEDS), points)
        assert runs["output"][network].shape == (len(waveform.SEEDS), SETTINGS["length"])
        assert (runs["error"][network] == runs["loss"][network][:, -1]).all()
        assert runs["rates"][network] in SETTINGS["choice"]["rates"]


def test_the_networks_are_of_about_equal_size():
    weights = list(waveform.load()["weights"].values())
    assert max(weights) / min(weights) < 1.1


def test_no_network_that_plays_has_a_second_bias():
    for network in waveform.NETWORKS:
        assert not hasattr(waveform.cell_for(network, waveform.task_for(network, 0), 0), "d")


def test_the_controls_read_the_time_and_the_ticks_of_the_clockwork_rnn():
    (time,) = waveform.task_for("LSTM, given the time", 3).batch(2).inputs[:, :1].unbind(1)
    np.testing.assert_allclose(time[:, 0], np.arange(128) / 128)
    cell = ClockworkRNNCell(1, 7, periods=SETTINGS["periods"])
    for network in ("RNN, given the ticks", "LSTM, given the ticks"):
        batch = waveform.task_for(network, 3).batch(2)
        assert torch.equal(batch.targets, Waveform(128, seed=3).batch(2).targets)
        ticks = cell.clock(range(128), np.zeros((128, 2, 1)))
        np.testing.assert_array_equal(batch.inputs, ticks)
    for network in ("RNN", "LSTM", "LSTM, longer", "Clockwork RNN"):
        assert not waveform.task_for(network, 3).batch(2).inputs.any()


def test_the_lstm_that_is_trained_longer_begins_as_the_other_and_goes_on(monkeypatch):
    updates = {}

    def fit(model, task, steps, **_):
        updates[len(updates)] = steps, [weights.clone() for weights in model.parameters()]
        raise NotImplementedError

    monkeypatch.setattr(waveform, "fit", fit)
    for network in ("LSTM", "LSTM, longer"):
        with pytest.raises(NotImplementedError):
            waveform.run(network, seed=4)
    (steps, weights), (longer, others) = updates.values()
    assert longer == 3 * steps
    assert all(torch.equal(one, other) for one, other in zip(weights, others, strict=True))


@pytest.mark.parametrize("network", waveform.NETWORKS)
def test_a_run_still_begins_as_is_stored(network):
    before = stored_run(waveform, network=network, seed=1)
    now = waveform.run(network, before["lr"], seed=1, steps=SETTINGS["mean_of"])
    assert now["weights"] == before["weights"]
    np.testing.assert_allclose(now["loss"], before["loss"][:1], rtol=0.02)
