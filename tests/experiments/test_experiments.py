"""The stored runs are whole, and the commands that made them still do."""

import copy

import numpy as np
import pytest
import torch
from runs import stored_run

from experiments import (
    adding,
    gru_or_lstm,
    making,
    recall_by_gap,
    stored,
    timing,
    waveform,
)
from lstm_lib import training
from lstm_lib.layers import to_torch
from lstm_lib.training.tasks import Adding, Recall

# What is stored


@pytest.mark.parametrize("experiment", [recall_by_gap, adding, timing, gru_or_lstm, waveform])
def test_the_file_was_made_with_the_settings_of_the_module(experiment):
    assert stored.read(experiment.FILE)["settings"] == experiment.SETTINGS


def test_every_network_was_trained_on_every_gap_with_every_seed():
    runs = recall_by_gap.load()
    assert runs["gaps"].tolist() == list(recall_by_gap.GAPS)
    assert set(runs["accuracy"]) == set(recall_by_gap.NETWORKS)
    for table in (runs["accuracy"], runs["solved_at"]):
        for values in table.values():
            assert values.shape == (len(recall_by_gap.SEEDS), len(recall_by_gap.GAPS))
    which = [
        tuple(run[name] for name in ("network", "gap", "seed"))
        for run in stored.results(recall_by_gap.FILE)["runs"]
    ]
    assert len(which) == len(set(which)) == 7 * 9 * 10
    assert which == sorted(which)


def test_a_table_has_a_row_for_each_seed_and_a_column_for_each_gap():
    runs = recall_by_gap.load()
    for network, gap, seed in (("RNN", 15, 2), ("LSTM", 3, 0), ("LSTM, chrono", 100, 9)):
        run = stored_run(recall_by_gap, network=network, gap=gap, seed=seed)
        place = seed, recall_by_gap.GAPS.index(gap)
        assert runs["accuracy"][network][place] == run["accuracy"]
        solved_at = np.nan if run["solved_at"] is None else run["solved_at"]
        np.testing.assert_equal(runs["solved_at"][network][place], solved_at)
    assert runs["chance"] == Recall(5).baseline


def test_nearly_every_run_that_was_solved_answers_as_well_on_fresh_examples():
    runs, answers = recall_by_gap.load(), []
    for network, accuracy in runs["accuracy"].items():
        solved = np.isfinite(runs["solved_at"][network])
        answers.extend(accuracy[solved])
        assert (accuracy[~solved] < 0.95).all()
    # What counts as solved is the mean of ten updates, and the last of them can do harm.
    assert min(answers) > 0.85
    assert np.mean(np.array(answers) > 0.95) > 0.98


def test_the_adding_problem_has_every_network_and_seed():
    runs = adding.load()
    assert runs["baseline"] == Adding(adding.SETTINGS["length"]).baseline
    assert set(runs["rates"]) == set(adding.NETWORKS)
    for name in ("error", "solved_at", "loss"):
        assert set(runs[name]) == set(adding.NETWORKS)
        assert all(len(by_seed) == len(adding.SEEDS) for by_seed in runs[name].values())
    for network, losses in runs["loss"].items():
        for loss, solved_at in zip(losses, runs["solved_at"][network], strict=True):
            steps = adding.SETTINGS["steps"] if np.isnan(solved_at) else solved_at
            assert len(loss) == steps // 10 * 10
            np.testing.assert_array_equal(loss[::10], loss[9::10])


def test_an_lstm_learns_to_add_and_a_plain_network_does_not():
    runs = adding.load()
    solved = {network: np.isfinite(when) for network, when in runs["solved_at"].items()}
    assert solved["LSTM, forget bias 3"].all() and not solved["RNN"].any()
    assert (runs["error"]["LSTM, forget bias 3"] <= 0.02).all()


# What is run


@pytest.mark.parametrize(
    ("network", "gap", "seed"),
    [("RNN", 5, 0), ("LSTM", 3, 1), ("LSTM, forget bias 3", 10, 0), ("LSTM, chrono", 7, 2)],
)
def test_a_run_still_gives_what_is_stored(network, gap, seed):
    before = stored_run(recall_by_gap, network=network, gap=gap, seed=seed)
    now = recall_by_gap.run(network, gap, before["lr"], seed)
    # Another processor rounds otherwise, which can move the end by a few steps.
    assert now["solved_at"] == pytest.approx(before["solved_at"], abs=4)
    assert now["accuracy"] == pytest.approx(before["accuracy"], abs=0.02)


@pytest.mark.parametrize("network", adding.NETWORKS)
def test_the_adding_problem_still_begins_as_is_stored(network):
    before = stored_run(adding, network=network, seed=0)
    now = adding.run(network, before["lr"], seed=0, steps=30)
    assert len(now["loss"]) == 3
    np.testing.assert_allclose(now["loss"], before["loss"][:3], rtol=0.01)


@pytest.mark.parametrize(
    ("network", "changed"),
    [
        ("LSTM, forget bias 1", "f"),
        ("LSTM, forget bias 3", "f"),
        ("LSTM, forget bias log(gap)", "f"),
        ("LSTM, chrono", "fi"),
    ],
)
def test_lstms_of_a_seed_differ_by_the_bias_they_are_named_after_alone(network, changed):
    def cell(network):
        torch.manual_seed(5)
        return recall_by_gap.model_for(network, Recall(30), seed=5).layer.to_numpy()

    plain, other = cell("LSTM"), cell(network)
    for gate in plain.gates:
        np.testing.assert_array_equal(plain.W[gate], other.W[gate])
        np.testing.assert_array_equal(plain.U[gate], other.U[gate])
        assert np.array_equal(plain.b[gate], other.b[gate]) is (gate not in changed)
    if network == "LSTM, chrono":
        u = np.exp(other.b["f"])
        assert 1 <= u.min() < 3 < 29 < u.max() <= 31  # the longest dependency is 32 steps
        np.testing.assert_array_equal(other.b["i"], -other.b["f"])
    else:
        bias = np.log(30) if network.endswith("log(gap)") else float(network[-1])
        np.testing.assert_allclose(other.b["f"], bias, rtol=1e-6)


def test_an_orthogonal_start_changes_u_alone():
    def model(network):
        torch.manual_seed(5)
        return recall_by_gap.model_for(network, Recall(30), seed=5)

    one, two = model("RNN"), model("RNN, orthogonal")
    assert torch.equal(one.embedding.weight, two.embedding.weight)
    plain, other = one.layer.to_numpy(), two.layer.to_numpy()
    np.testing.assert_allclose(other.U["h"] @ other.U["h"].T, np.eye(64), atol=1e-5)
    np.testing.assert_array_equal(plain.W["h"], other.W["h"])
    np.testing.assert_array_equal(plain.b["h"], other.b["h"])


class Trained(Exception):
    """Raised in place of the rest of a run, with the losses of two networks."""


@pytest.mark.parametrize(
    ("experiment", "which"),
    [
        (recall_by_gap, ("RNN", 15)),
        (recall_by_gap, ("LSTM", 15)),
        (recall_by_gap, ("LSTM, chrono", 15)),
    ],
)
def test_a_network_learns_as_pytorchs_does_once_its_second_bias_is_fixed(
    experiment, which, monkeypatch
):
    def train_both(model, task, steps, **settings):
        losses = []
        for layer in (model.layer, one_bias(to_torch(model.layer))):
            twin = copy.deepcopy(model)
            twin.layer = layer
            losses.append(training.fit(twin, task, steps=20, **settings).loss)
        raise Trained(*losses)

    monkeypatch.setattr(recall_by_gap, "fit", train_both)
    with pytest.raises(Trained) as raised:
        experiment.run(*which)
    ours, pytorchs = raised.value.args
    np.testing.assert_allclose(ours, pytorchs, rtol=1e-10)
    assert ours[-1] < ours[0]


def one_bias(layer):
    """A layer of PyTorch whose second bias, where it only adds to the first, stays as it is."""
    kept = 2 * layer.hidden_size if isinstance(layer, torch.nn.GRU) else None
    learns = torch.ones_like(layer.bias_hh_l0)
    learns[:kept] = 0
    layer.bias_hh_l0.register_hook(lambda gradient: gradient * learns)
    return layer


@pytest.mark.parametrize(
    "run",
    [
        lambda: recall_by_gap.run("ESN", 5),
        lambda: adding.run("ESN"),
        lambda: timing.run("ESN", 5),
        lambda: waveform.run("ESN"),
    ],
)
def test_an_unknown_network_is_answered_with_the_known_ones(run):
    with pytest.raises(ValueError, match="^no network 'ESN' here; there is (RNN|LSTM), "):
        run()


class Training(Exception):
    """Raised instead of training, with the dtypes of the network that was to be trained."""


@pytest.mark.parametrize("default", ["float32", "float64"])
@pytest.mark.parametrize(
    ("experiment", "which"),
    [
        (recall_by_gap, ("LSTM, chrono", 5)),
        (recall_by_gap, ("RNN", 5)),
        (adding, ("LSTM, forget bias 3",)),
        (timing, ("LSTM", 5)),
        (timing, ("peepholes", 5)),
        (gru_or_lstm, ("counting", "GRU, update bias 1")),
        (waveform, ("RNN",)),
        (waveform, ("Clockwork RNN",)),
    ],
)
def test_a_run_is_in_the_dtype_of_its_settings_whatever_the_default_is(
    experiment, which, default, monkeypatch
):
    def do_not_train(model, *_, **__):
        raise Training({str(weights.dtype) for weights in model.parameters()})

    monkeypatch.setattr(experiment, "fit", do_not_train)
    with making.default_dtype(default):
        with pytest.raises(Training) as raised:
            experiment.run(*which)
        assert torch.get_default_dtype() == getattr(torch, default)
    assert raised.value.args == ({f"torch.{experiment.SETTINGS['dtype']}"},)
