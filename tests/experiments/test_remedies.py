"""The runs on remedies are whole, and their networks differ in the remedy alone."""

import copy

import numpy as np
import pytest
import torch
from refusal import refused

from experiments import recall_by_gap, remedies, stored
from lstm_lib.cells.checks import unknown_name
from lstm_lib.training.tasks import Recall


@pytest.fixture(autouse=True)
def settings_of_torch():
    """One thread and double precision, as the command has them; and afterwards as it was."""
    before = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_num_threads(before[0])
    torch.set_default_dtype(before[1])
    torch.set_flush_denormal(False)


# What is stored


def test_every_remedy_was_tried_on_every_gap_with_every_seed():
    assert stored.read(remedies.FILE)["settings"] == remedies.SETTINGS
    runs = remedies.load()
    assert runs["gaps"].tolist() == list(remedies.GAPS)
    assert set(runs["accuracy"]) == set(remedies.NETWORKS)
    for values in runs["accuracy"].values():
        assert values.shape == (len(remedies.SEEDS), len(remedies.GAPS))


def test_the_networks_to_compare_with_had_the_same_task_and_budget():
    assert set(remedies.SEEDS) <= set(recall_by_gap.SEEDS)
    assert set(remedies.GAPS) < set(recall_by_gap.GAPS)
    for name in recall_by_gap.SETTINGS.keys() - {"choice"}:
        assert remedies.SETTINGS[name] == recall_by_gap.SETTINGS[name]
    ours, theirs = remedies.SETTINGS["choice"], recall_by_gap.SETTINGS["choice"]
    assert ours["rates"] == theirs["rates"] and ours["seeds"] == theirs["seeds"]


# What is run


@pytest.mark.parametrize(
    ("network", "gap", "seed"),
    [
        ("RNN, penalty", 10, 1),
        ("echo state, 64 units", 20, 2),
        ("echo state, 200 units, orthogonal", 10, 3),
    ],
)
def test_a_run_still_gives_what_is_stored(network, gap, seed):
    which = {"network": network, "gap": gap, "seed": seed}
    (before,) = (r for r in stored.read(remedies.FILE)["runs"] if which.items() <= r.items())
    now = remedies.run(**which, lr=before["lr"])
    assert now["solved_at"] == pytest.approx(before["solved_at"], abs=4)
    assert now["accuracy"] == pytest.approx(before["accuracy"], abs=0.02)


def test_an_unknown_network_is_refused():
    with refused(ValueError, unknown_name("network", "luck", remedies.NETWORKS)):
        remedies.run("luck", 10)


def test_a_penalty_that_counts_nothing_leaves_the_plain_network(monkeypatch):
    monkeypatch.setitem(remedies.SETTINGS, "strength", 0.0)
    for name in ("steps", "until"):
        monkeypatch.setitem(remedies.SETTINGS, name, {"steps": 20, "until": 2.0}[name])
        monkeypatch.setitem(recall_by_gap.SETTINGS, name, remedies.SETTINGS[name])
    assert remedies.run("RNN, penalty", 5) == recall_by_gap.run("RNN", 5)


def test_the_penalty_is_what_its_formula_says():
    model = remedies.plain(Recall(4), seed=0)
    inputs = Recall(4).batch(3, torch.Generator().manual_seed(0)).inputs
    h = model.layer(model.embedding(inputs))[0].detach()
    U, d = model.layer.U["h"], torch.randn(3, 64)
    steps, arriving = [], d
    for t in range(len(h) - 1, 0, -1):
        passed_on = torch.stack(
            [U.T @ torch.diag(1 - h[t, k] ** 2) @ arriving[k] for k in range(3)]
        )
        steps.append((passed_on.norm(dim=1) / arriving.norm(dim=1) - 1) ** 2)
        arriving = passed_on
    expected = torch.stack(steps).mean()
    torch.testing.assert_close(remedies.penalty(U, h, d), expected, rtol=1e-12, atol=0)


def test_the_penalty_is_nought_where_nothing_shrinks_or_grows():
    rotation = torch.linalg.qr(torch.randn(8, 8))[0]
    silent = torch.zeros(5, 3, 8)
    assert remedies.penalty(rotation, silent, torch.randn(3, 8)) == pytest.approx(0, abs=1e-25)
    assert remedies.penalty(1.5 * rotation, silent, torch.randn(3, 8)) == pytest.approx(0.25)


@pytest.mark.parametrize(("orthogonal", "radius"), [(False, 0.95), (True, 0.99)])
def test_of_an_echo_state_network_the_readout_alone_is_fitted(orthogonal, radius):
    torch.manual_seed(0)
    model = remedies.EchoState(Recall(3), 64, orthogonal)
    assert np.abs(np.linalg.eigvals(model.U)).max() == pytest.approx(radius)
    assert not list(model.parameters())
    before = copy.deepcopy((model.W, model.U))
    model.fit(Recall(3), 1000, torch.Generator().manual_seed(0))
    assert torch.equal(before[0], model.W) and torch.equal(before[1], model.U)
    batch = Recall(3).batch(100, torch.Generator().manual_seed(1))
    assert Recall(3).score(model(batch.inputs), batch) == 1
