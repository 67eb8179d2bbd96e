"""The networks that were led to a gap of 30, and what was done to their loop."""

import numpy as np
import pytest
import torch
from refusal import refused
from runs import stored_run

from experiments import belt_or_loop
from experiments.making import default_dtype
from lstm_lib.training.tasks import Recall


@pytest.fixture(autouse=True)
def float64():
    with default_dtype("float64"):
        yield
    torch.set_flush_denormal(False)


def test_every_start_was_led_with_every_seed_at_every_rate():
    runs = belt_or_loop.load()
    shape, units = (
        (len(belt_or_loop.RATES), len(belt_or_loop.SEEDS)),
        belt_or_loop.SETTINGS["hidden"],
    )
    assert runs["settings"] == belt_or_loop.SETTINGS
    assert runs["rates"] == list(belt_or_loop.RATES)
    for network in belt_or_loop.NETWORKS:
        assert list(runs["accuracy"][network]) == [30, 1000, 10_000]
        assert all(each.shape == shape for each in runs["accuracy"][network].values())
        assert runs["updates"][network].shape == shape
    assert set(runs["f"]) == {"LSTM", "LSTM, chrono"}  # a plain network has no belt
    for network in runs["f"]:
        assert runs["f"][network].shape == (*shape, units)
        assert (np.diff(runs["f"][network]) >= 0).all()
        assert runs["kept"][network].shape == shape
        assert set(runs["answers"][network]) == set(belt_or_loop.CHANGES)
        for shares in runs["answers"][network].values():
            assert shares.shape == (*shape, 2) and (shares.sum(-1) <= 1 + 1e-3).all()


def test_a_row_of_a_table_is_a_rate():
    runs, network = belt_or_loop.load(), "LSTM, chrono"
    for row, lr in enumerate(belt_or_loop.RATES):
        of_this_rate = [
            stored_run(belt_or_loop, network=network, lr=lr, seed=seed)
            for seed in belt_or_loop.SEEDS
        ]
        for gap, accuracy in runs["accuracy"][network].items():
            assert accuracy[row].tolist() == [run["accuracy"][str(gap)] for run in of_this_rate]
        for change, shares in runs["answers"][network].items():
            assert shares[row].tolist() == [run["answers"][change] for run in of_this_rate]
        updates = [sum(run["updates"]) for run in of_this_rate]
        assert runs["updates"][network][row].tolist() == updates


@pytest.mark.parametrize(("network", "lr"), [("RNN", 3e-3), ("LSTM", 1e-2), ("LSTM, chrono", 3e-3)])
def test_a_network_is_led_as_is_stored(network, lr):
    before = stored_run(belt_or_loop, network=network, lr=lr, seed=1)
    model, updates = belt_or_loop.led(network, lr, seed=1)
    assert updates == pytest.approx(before["updates"], abs=4)
    for change in ("nothing", "another's h") if before["answers"] else ():
        now = belt_or_loop.answers(model, change, seed=1)
        assert now == pytest.approx(before["answers"][change], abs=0.05)


def untrained():
    torch.manual_seed(0)
    model = belt_or_loop.SequenceModel(
        belt_or_loop.Recurrent(belt_or_loop.from_torch(torch.nn.LSTM(16, 64))), Recall(3), 16
    )
    with torch.no_grad():
        model.answer.weight.mul_(5)
    return model


def test_without_a_change_a_network_answers_as_it_does_in_one_go():
    model, task = untrained(), Recall(max(belt_or_loop.GAPS))
    batch = task.batch(belt_or_loop.SETTINGS["examples"], torch.Generator().manual_seed(2007))
    with torch.no_grad():
        said, own = model(batch.inputs)[-1].argmax(1), batch.targets[-1]
    other = own.roll(1)
    differ = own != other
    expected = [(said[differ] == w[differ]).double().mean().item() for w in (own, other)]
    assert belt_or_loop.answers(model, "nothing", 7) == pytest.approx(expected, abs=1e-4)


def test_a_network_that_forgets_what_is_on_its_line_and_obeys_h_says_the_other_s_word():
    """Each key has a unit that is on if h says so, and off if not; f is 0."""
    task = Recall(max(belt_or_loop.GAPS))
    cell = belt_or_loop.from_torch(torch.nn.LSTM(task.tokens, 8))
    for kind in (cell.W, cell.U):
        for gate in cell.gates:
            kind[gate] = np.zeros(kind[gate].shape)
    for gate, bias in dict(f=-40.0, i=40.0, o=40.0, c_tilde=-10.0).items():
        cell.b[gate] = np.full(8, bias)
    cell.W["c_tilde"] = 40 * np.eye(8, task.tokens)
    cell.U["c_tilde"] = 40 * np.eye(8)
    model = belt_or_loop.SequenceModel(belt_or_loop.Recurrent(cell), task, task.tokens)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.eye(task.tokens))
        model.answer.weight.copy_(torch.eye(8))
        model.answer.bias.zero_()
    assert belt_or_loop.answers(model, "nothing", 0) == [1, 0]
    assert belt_or_loop.answers(model, "another's h", 0) == [0, 1]
    assert belt_or_loop.answers(model, "another's h once", 0) == [0, 1]
    assert belt_or_loop.answers(model, "no h for the gates", 0) == [1, 0]
    for cut in ("no h for any layer", "no h for the candidate"):
        assert sum(belt_or_loop.answers(model, cut, 0)) < 0.5


def test_an_unknown_start_is_refused():
    known = ", ".join(belt_or_loop.NETWORKS)
    with refused(ValueError, f"no network 'ESN' here; there is {known}"):
        belt_or_loop.run("ESN")
