"""What cutting the gradient costs: the stored runs are whole, and the command still makes them."""

import numpy as np
import pytest
import torch
from refusal import refused

from experiments import stored, where_to_cut
from experiments.where_to_cut import CUTS, SEEDS, SETTINGS, InPieces
from lstm_lib.training import SequenceModel
from lstm_lib.training.tasks import Recall


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def runs():
    return where_to_cut.load()


def stored_run(**which):
    (found,) = (r for r in stored.read(where_to_cut.FILE)["runs"] if which.items() <= r.items())
    return found


def test_every_network_was_trained_with_every_seed_and_the_settings_of_the_module(runs):
    assert runs["settings"] == SETTINGS
    for name in ("accuracy", "updates", "solved_at", "scores"):
        assert set(runs[name]) == set(CUTS)
        assert all(len(by_seed) == len(SEEDS) for by_seed in runs[name].values())
    for network, scores in runs["scores"].items():
        assert (
            scores.shape == (len(SEEDS), SETTINGS["steps"] // 10) == (len(SEEDS), len(runs["at"]))
        )
        for seed, updates in enumerate(runs["updates"][network]):
            solved_at = runs["solved_at"][network][seed]
            assert solved_at == updates if np.isfinite(solved_at) else updates == SETTINGS["steps"]
            assert (scores[seed, int(updates // 10) :] == SETTINGS["until"]).all()


def test_a_cut_that_cuts_nothing_changes_nothing(runs):
    np.testing.assert_array_equal(
        runs["updates"]["gap 6, whole"], runs["updates"]["gap 6, every 10"]
    )


@pytest.mark.parametrize(
    "network", ["gap 6, every 10", "gap 20, every 10", "gap 20, every 30, anywhere"]
)
def test_a_run_still_begins_as_is_stored(network):
    before = stored_run(network=network, seed=3)
    now = where_to_cut.run(network, before["lr"], seed=3, steps=40)
    assert len(now["scores"]) >= 3
    np.testing.assert_allclose(now["scores"][:3], before["scores"][:3], atol=0.02)


def model_and_inputs():
    torch.manual_seed(0)
    model = SequenceModel(torch.nn.LSTM(16, 32), Recall(20))
    return model, Recall(20).batch(5).inputs


@pytest.mark.parametrize("length", [1, 7, 10, 22, 100])
@pytest.mark.parametrize("anywhere", [False, True])
def test_pieces_change_no_answer(length, anywhere):
    model, inputs = model_and_inputs()
    pieces = InPieces(model, length, anywhere)
    torch.testing.assert_close(pieces(inputs), model(inputs))


def test_no_gradient_crosses_a_cut_and_within_a_piece_it_is_that_of_the_whole():
    model, inputs = model_and_inputs()

    def of_embedding(reader):
        embedded = []
        model.embedding.register_forward_hook(lambda *given: embedded.append(given[-1]))
        answer = reader(inputs)[-1].sum()
        return torch.cat(torch.autograd.grad(answer, embedded, allow_unused=True)[-1:]), embedded

    whole, _ = of_embedding(model)
    last, embedded = of_embedding(InPieces(model, 10))
    assert [len(piece) for piece in embedded] == [10, 10, 2]
    torch.testing.assert_close(last, whole[-2:])
    answer = InPieces(model, 10)(inputs)[-1].sum()
    gradients = torch.autograd.grad(answer, embedded, allow_unused=True)
    assert gradients[0] is None and gradients[1] is None


def test_cuts_that_fall_anywhere_leave_whole_what_fits_in_the_first_piece():
    model, inputs = model_and_inputs()
    lengths = []
    model.layer.register_forward_hook(lambda _, given, __: lengths.append(len(given[0])))
    pieces = InPieces(model, 30, anywhere=True)
    torch.manual_seed(1)
    firsts = []
    for _ in range(300):
        lengths.clear()
        pieces(inputs)
        assert sum(lengths) == len(inputs)
        firsts.append(lengths[0])
    assert set(firsts) == set(range(1, 23))
    assert firsts.count(22) / 300 == pytest.approx(9 / 30, abs=0.08)


def test_an_unknown_network_is_answered_with_the_known_ones():
    with refused(ValueError, f"no network 'gap 7' here; there is {', '.join(CUTS)}"):
        where_to_cut.run("gap 7")
