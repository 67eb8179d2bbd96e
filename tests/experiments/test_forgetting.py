"""The task in which a key replaces the one before, and its stored runs."""

import numpy as np
import pytest
import torch
from refusal import refused

from experiments import forgetting, stored
from experiments.making import default_dtype


@pytest.fixture(autouse=True)
def float64():
    with default_dtype("float64"):
        yield
    torch.set_flush_denormal(False)


def test_the_answer_is_the_last_key():
    task = forgetting.LastKey(length=12, share=0.3)
    batch = task.batch(300, torch.Generator().manual_seed(0))
    assert batch.inputs.shape == (14, 300) and (batch.inputs[-1] == task.tokens - 1).all()
    for words, answer in zip(batch.inputs.T.tolist(), batch.targets[-1].tolist(), strict=True):
        assert answer == [word for word in words if word < task.keys][-1]
    keys = (batch.inputs[1:-1] < task.keys).double().mean().item()
    assert keys == pytest.approx(0.3, abs=0.03)
    assert batch.asked.sum() == 300 and batch.asked[-1].all()


def test_every_start_was_trained_with_every_seed():
    runs = forgetting.load()
    assert runs["settings"] == forgetting.SETTINGS
    for network in forgetting.NETWORKS:
        accuracy, solved_at = (runs[name][network] for name in ("accuracy", "solved_at"))
        assert accuracy.shape == solved_at.shape == (len(forgetting.SEEDS),)
        assert (accuracy[np.isfinite(solved_at)] > 0.9).all()
        assert runs["rates"][network] in forgetting.SETTINGS["choice"]["rates"]


@pytest.mark.parametrize("network", ["LSTM", "LSTM, forget bias 3", "LSTM, chrono"])
def test_a_run_still_gives_what_is_stored(network):
    (before,) = (
        run
        for run in stored.results(forgetting.FILE)["runs"]
        if run["network"] == network and run["seed"] == 2
    )
    now = forgetting.run(network, before["lr"], seed=2)
    assert now["updates"] == pytest.approx(before["updates"], abs=4)
    assert now["accuracy"] == pytest.approx(before["accuracy"], abs=0.02)


def test_starts_of_a_seed_differ_by_the_bias_they_are_named_after_alone():
    plain = forgetting.model_for("LSTM", 3)
    for network in forgetting.NETWORKS[1:]:
        other = forgetting.model_for(network, 3)
        changed = {
            name
            for name, weights in plain.state_dict().items()
            if not torch.equal(weights, other.state_dict()[name])
        }
        assert changed == {"layer.b.f"} | ({"layer.b.i"} if "chrono" in network else set())


def test_an_unknown_start_is_refused():
    known = ", ".join(forgetting.NETWORKS)
    with refused(ValueError, f"no network 'ESN' here; there is {known}"):
        forgetting.run("ESN")
