"""The stored runs are whole, and the commands that made them still do."""

import copy

import numpy as np
import pytest
import torch
from refusal import refused

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
from lstm_lib.layers import from_torch, to_torch
from lstm_lib.training.tasks import Adding, Counting, Recall, Waveform


@pytest.fixture(autouse=True)
def settings_of_torch():
    """One thread, as the commands have it; and afterwards as it was, where ``fit`` flushes numbers
    near zero."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
    torch.set_flush_denormal(False)


def stored_run(experiment, **which):
    file = stored.read(experiment.FILE)
    if "choice" in file["settings"]:
        file = stored.results(experiment.FILE)
    (found,) = (run for run in file["runs"] if which.items() <= run.items())
    return found


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


def test_the_timing_task_has_every_network_and_seed():
    runs = timing.load()
    for name in ("score", "solved_at"):
        assert set(runs[name]) == set(timing.NETWORKS)
        assert all(len(by_seed) == len(timing.SEEDS) for by_seed in runs[name].values())
    for network, gates in timing.NETWORKS.items():
        assert set(runs["without"][network]) == set(gates)
        solved = np.isfinite(runs["solved_at"][network])
        assert np.median(runs["score"][network][solved]) == 1
        for gate, scores in runs["without"][network].items():
            run = stored_run(timing, network=network, seed=2)
            assert scores[2] == run["without"][gate] and len(scores) == len(timing.SEEDS)


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


def test_the_waveform_has_every_network_and_seed():
    runs, settings = waveform.load(), waveform.SETTINGS
    steps, seeds = settings["steps"], len(waveform.SEEDS)
    assert runs["baseline"] == Waveform(8).baseline
    for network in waveform.NETWORKS:
        assert runs["weights"][network] == waveform.cell_for(network, 0).num_parameters
        assert runs["error"][network].shape == (seeds,)
        assert runs["loss"][network].shape == (seeds, steps)
        np.testing.assert_array_equal(
            runs["loss"][network][:, ::10], runs["loss"][network][:, 9::10]
        )
        outputs = torch.tensor(runs["output"][network])
        for seed, output, error in zip(
            waveform.SEEDS, outputs, runs["error"][network], strict=True
        ):
            curve = Waveform(settings["length"], seed=seed).curve
            assert (output - curve).square().mean().item() == pytest.approx(error, abs=2e-3)


def test_the_networks_that_play_are_of_about_equal_size():
    weights = list(waveform.load()["weights"].values())
    assert max(weights) / min(weights) < 1.1


def test_a_clockwork_rnn_plays_a_curve_from_memory_and_the_others_do_not():
    errors = waveform.load()["error"]
    assert (errors["Clockwork RNN"] < 0.01).all()
    assert (errors["LSTM, forget bias 3"] > 0.1).all()
    np.testing.assert_allclose(errors["RNN"], 1, atol=0.1)


def test_gru_and_lstm_were_trained_on_every_task_with_every_seed():
    runs = gru_or_lstm.load()
    seeds = len(gru_or_lstm.SEEDS)
    for task in gru_or_lstm.TASKS:
        steps = gru_or_lstm.SETTINGS[task]["steps"]
        for name, shape in (
            ("score", (seeds,)),
            ("solved_at", (seeds,)),
            ("scores", (seeds, steps)),
        ):
            assert list(runs[name][task]) == sorted(gru_or_lstm.NETWORKS)
            assert all(values.shape == shape for values in runs[name][task].values())
    assert set(runs["counts_to"]) == set(gru_or_lstm.NETWORKS)


def test_who_learned_to_count_counts_as_far_as_it_was_taught_and_not_to_the_end():
    runs = gru_or_lstm.load()
    for network, reached in runs["counts_to"].items():
        assert np.isfinite(runs["solved_at"]["counting"][network]).all()
        assert (reached >= gru_or_lstm.TASKS["counting"].most).all()
        assert (reached < gru_or_lstm.SETTINGS["longest_count"]).all()


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


@pytest.mark.parametrize("network", ["LSTM", "peepholes"])
def test_the_timing_task_is_learned_again_as_is_stored(network):
    before = stored_run(timing, network=network, seed=3)
    now = timing.run(network, seed=3)
    assert before["score"] == 1 and now["score"] == pytest.approx(1, abs=0.02)
    assert now["solved_at"] == pytest.approx(before["solved_at"], abs=4)
    assert now["without"] == pytest.approx(before["without"], abs=0.02)
    if network == "peepholes":
        assert before["without"]["o"] < 0.2


def test_the_networks_of_the_timing_task_start_alike_but_for_their_peepholes():
    lstm = timing.layer_for("LSTM", seed=3).to_numpy()
    for network, gates in timing.NETWORKS.items():
        if network == "LSTM":
            continue
        layer = timing.layer_for(network, seed=3)
        assert set(layer.p) == set(gates)
        for kind in ("W", "U", "b"):
            for gate, weights in getattr(lstm, kind).items():
                ours = getattr(layer, kind)[gate].detach().numpy()
                np.testing.assert_allclose(ours, weights, atol=1e-7)
        assert (layer.b["f"] == 1).all()


@pytest.mark.parametrize("network", waveform.NETWORKS)
def test_the_waveform_still_begins_as_is_stored(network):
    before = stored_run(waveform, network=network, seed=1)
    now = waveform.run(network, seed=1, steps=20)
    assert now["weights"] == before["weights"]
    np.testing.assert_allclose(now["loss"], before["loss"][:2], rtol=0.01)


@pytest.mark.parametrize(
    ("task", "network", "seed"),
    [
        ("recall", "GRU, update bias 1", 0),
        ("adding", "LSTM, forget bias 1", 1),
        ("counting", "GRU", 2),
        ("counting", "LSTM", 0),
    ],
)
def test_gru_and_lstm_still_begin_as_is_stored(task, network, seed):
    before = stored_run(gru_or_lstm, task=task, network=network, seed=seed)
    now = gru_or_lstm.run(task, network, seed, steps=30)
    np.testing.assert_allclose(now["scores"], before["scores"][:3], rtol=0.01, atol=0.02)
    assert (now["counts_to"] is None) is (task != "counting")


@pytest.mark.parametrize("task", gru_or_lstm.TASKS)
def test_gru_and_lstm_have_about_as_many_parameters(task):
    models = {name: gru_or_lstm.model_for(name, task) for name in gru_or_lstm.NETWORKS}
    sizes = {name: gru_or_lstm.num_parameters(model) for name, model in models.items()}
    assert models["LSTM"].layer.hidden_size == gru_or_lstm.SETTINGS[task]["hidden"]
    assert sizes["LSTM"] == sizes["LSTM, forget bias 1"]
    assert sizes["GRU"] == sizes["GRU, update bias 1"]
    assert sizes["GRU"] == pytest.approx(sizes["LSTM"], rel=0.015)


@pytest.mark.parametrize(
    ("plain", "biased", "gate"),
    [("LSTM", "LSTM, forget bias 1", "f"), ("GRU", "GRU, update bias 1", "z")],
)
def test_the_named_bias_is_all_that_two_starts_differ_by(plain, biased, gate):
    one, other = (from_torch(gru_or_lstm.model_for(n, "adding", 3).layer) for n in (plain, biased))
    for kind, weights in one.weights.items():
        for g, before in weights.items():
            same = np.array_equal(before, other.weights[kind][g])
            assert same is ((kind, g) != ("b", gate))
    np.testing.assert_array_equal(other.b[gate], 1)


@pytest.mark.parametrize("task, better", [(Recall(5), 1), (Adding(5), -1)], ids=str)
def test_a_task_is_solved_once_ten_steps_are_good_enough_on_average(task, better):
    scores = better * np.concatenate([np.zeros(20), np.full(30, 0.8)])
    assert gru_or_lstm.solved_at(scores, task, better * 0.8) == 30
    assert gru_or_lstm.solved_at(scores, task, better * 0.4) == 25
    assert gru_or_lstm.solved_at(scores, task, better * 0.9) is None


def test_a_count_ends_at_the_first_mistake():
    def right_but_for(*wrong):
        batch = Counting(200).strings(torch.arange(1, 201))
        outputs = torch.nn.functional.one_hot(batch.targets, 2).float()
        for n in wrong:
            outputs[2 * n - 1, n - 1] = torch.tensor([1.0, 0.0])
        return lambda inputs: outputs

    assert gru_or_lstm.counts_to(right_but_for(13, 40)) == 12
    assert gru_or_lstm.counts_to(right_but_for(1)) == 0
    assert gru_or_lstm.counts_to(right_but_for()) == 200


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
        lambda: timing.run("ESN"),
        lambda: waveform.run("ESN"),
    ],
)
def test_an_unknown_network_is_answered_with_the_known_ones(run):
    with pytest.raises(ValueError, match="^no network 'ESN' here; there is (RNN|LSTM), "):
        run()


def test_an_unknown_task_is_answered_with_the_known_ones():
    with refused(ValueError, "no task 'copy' here; there is recall, adding, counting"):
        gru_or_lstm.run("copy", "GRU")
    with refused(ValueError, f"no network 'ESN' here; there is {', '.join(gru_or_lstm.NETWORKS)}"):
        gru_or_lstm.run("recall", "ESN")


class Training(Exception):
    """Raised instead of training, with the dtypes of the network that was to be trained."""


@pytest.mark.parametrize("default", ["float32", "float64"])
@pytest.mark.parametrize(
    ("experiment", "which"),
    [
        (recall_by_gap, ("LSTM, chrono", 5)),
        (recall_by_gap, ("RNN", 5)),
        (adding, ("LSTM, forget bias 3",)),
        (timing, ("LSTM",)),
        (timing, ("peepholes",)),
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
