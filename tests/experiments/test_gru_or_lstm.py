"""The stored runs of GRU and LSTM are whole, and made anew they are the same."""

import numpy as np
import pytest
import torch
from refusal import refused
from runs import stored_run

from experiments import gru_or_lstm, stored
from experiments.making import default_dtype
from lstm_lib.cells import GRUResetAfterCell, LSTMCell
from lstm_lib.training.tasks import Adding, Counting, Recall

# What is stored


def test_gru_and_lstm_were_trained_on_every_task_with_every_seed():
    runs, shape = gru_or_lstm.load(), (len(gru_or_lstm.SEEDS),)
    for name in ("score", "solved_at"):
        assert set(runs[name]) == set(gru_or_lstm.TASKS)
        for by_network in runs[name].values():
            assert set(by_network) == set(gru_or_lstm.NETWORKS)
            assert all(values.shape == shape for values in by_network.values())
    assert set(runs["counts_to"]) == set(gru_or_lstm.NETWORKS)
    for task in gru_or_lstm.TASKS:
        run = stored_run(gru_or_lstm, task=task, network="GRU", seed=4)
        np.testing.assert_equal(runs["solved_at"][task]["GRU"][4], run["solved_at"] or np.nan)


def test_who_learned_to_count_counts_as_far_as_it_was_taught_and_not_to_the_end():
    runs = gru_or_lstm.load()
    for network, reached in runs["counts_to"].items():
        solved = np.isfinite(runs["solved_at"]["counting"][network])
        assert np.median(reached[solved]) >= gru_or_lstm.TASKS["counting"].most
        assert (reached < gru_or_lstm.SETTINGS["longest_count"]).all()


def test_rates_were_tried_on_seeds_of_their_own_and_the_quickest_was_taken():
    choice, runs = gru_or_lstm.SETTINGS["choice"], gru_or_lstm.load()
    assert not set(choice["seeds"]) & set(gru_or_lstm.SEEDS) and len(choice["rates"]) >= 3
    everything = stored.read(gru_or_lstm.FILE)["runs"]
    for task, by_network in runs["rates"].items():
        for network, best in by_network.items():
            mean = {
                lr: np.mean([r["updates"] for r in everything if r["lr"] == lr
                             and (r["task"], r["network"]) == (task, network)
                             and r["seed"] in choice["seeds"]])
                for lr in choice["rates"]
            }  # fmt: skip
            assert mean[best] == min(mean.values())
            assert stored_run(gru_or_lstm, task=task, network=network, seed=0)["lr"] == best


# What is run


@pytest.mark.parametrize(
    ("task", "network", "seed"),
    [
        ("recall", "GRU, update bias 1", 0),
        ("recall", "LSTM, forget bias 1", 3),
        ("counting", "LSTM", 1),
        ("counting", "GRU", 2),
    ],
)
def test_a_run_still_gives_what_is_stored(task, network, seed):
    before = stored_run(gru_or_lstm, task=task, network=network, seed=seed)
    now = gru_or_lstm.run(task, network, before["lr"], seed)
    # Another processor rounds otherwise, which can move the end by a few updates.
    assert now["solved_at"] == pytest.approx(before["solved_at"], abs=4)
    assert now["score"] == pytest.approx(before["score"], abs=0.02)
    assert (now["counts_to"] is None) is (task != "counting")
    if task == "counting":
        assert now["counts_to"] == pytest.approx(before["counts_to"], abs=1)


@pytest.mark.parametrize("task", gru_or_lstm.TASKS)
def test_gru_and_lstm_have_about_as_many_parameters(task):
    models = {name: gru_or_lstm.model_for(name, task) for name in gru_or_lstm.NETWORKS}
    sizes = {name: gru_or_lstm.num_parameters(model) for name, model in models.items()}
    assert models["LSTM"].layer.hidden_size == gru_or_lstm.SETTINGS[task]["hidden"]
    assert sizes["LSTM"] == sizes["LSTM, forget bias 1"]
    assert sizes["GRU"] == sizes["GRU, update bias 1"]
    assert sizes["GRU"] == pytest.approx(sizes["LSTM"], rel=0.015)


@pytest.mark.parametrize(
    ("plain", "biased", "gate", "kind"),
    [
        ("LSTM", "LSTM, forget bias 1", "f", LSTMCell),
        ("GRU", "GRU, update bias 1", "z", GRUResetAfterCell),
    ],
)
def test_the_named_bias_is_all_that_two_starts_differ_by(plain, biased, gate, kind):
    one, other = (gru_or_lstm.model_for(n, "adding", 3).layer.to_numpy() for n in (plain, biased))
    assert type(one) is type(other) is kind
    for letter, weights in one.weights.items():
        for g, before in weights.items():
            same = np.array_equal(before, other.weights[letter][g])
            assert same is ((letter, g) != ("b", gate))
    np.testing.assert_array_equal(other.b[gate], 1)


@pytest.mark.parametrize("network", ["LSTM", "GRU"])
def test_a_network_starts_as_pytorchs_layer(network):
    with default_dtype("float64"):
        ours = gru_or_lstm.model_for(network, "adding", seed=5).layer
        torch.manual_seed(5)
        theirs = gru_or_lstm.NETWORKS[network][0](2, ours.hidden_size)
        x = torch.randn(20, 3, 2)
        torch.testing.assert_close(ours(x).outputs, theirs(x)[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("task, better", [(Recall(5), 1), (Adding(5), -1)], ids=str)
def test_a_task_is_solved_once_ten_updates_are_good_enough_on_average(task, better):
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


def test_an_unknown_task_or_network_is_answered_with_the_known_ones():
    with refused(ValueError, "no task 'copy' here; there is recall, adding, counting"):
        gru_or_lstm.run("copy", "GRU")
    with refused(ValueError, f"no network 'ESN' here; there is {', '.join(gru_or_lstm.NETWORKS)}"):
        gru_or_lstm.run("recall", "ESN")
