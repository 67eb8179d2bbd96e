"""Letters of words, with a validation set: the runs are whole, and the command still makes them."""

import numpy as np
import pytest
import torch

from experiments import early_stopping, making, stored
from experiments.early_stopping import DROPOUT, SEEDS, SETTINGS, NextLetter


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_every_share_of_dropout_was_run_with_every_seed():
    runs = early_stopping.load()
    assert runs["settings"] == SETTINGS
    assert set(runs["rates"]) == set(DROPOUT)
    for name in ("training", "validation"):
        assert set(runs[name]) == set(DROPOUT)
        for curves in runs[name].values():
            assert curves.shape == (len(SEEDS), SETTINGS["readings"])
            assert np.isfinite(curves).all()


@pytest.mark.parametrize("dropout", DROPOUT)
def test_a_run_still_begins_as_is_stored(dropout):
    lr = early_stopping.load()["rates"][dropout]
    (before,) = (
        run
        for run in stored.read(early_stopping.FILE)["runs"]
        if (run["dropout"], run["lr"], run["seed"]) == (dropout, lr, 4)
    )
    now = early_stopping.run(dropout, lr, seed=4, readings=2)
    for name in ("training", "validation"):
        np.testing.assert_allclose(now[name], before[name][:2], atol=0.01)


def test_no_word_is_both_to_train_and_to_validate():
    training, validation = early_stopping.words()
    assert len(set(training)) == SETTINGS["training"]
    assert len(set(validation)) == SETTINGS["validation"]
    assert not set(training) & set(validation)


@making.default_dtype("float64")
def test_padding_changes_no_loss():
    torch.manual_seed(0)
    model, some_words = NextLetter(0.0), ["cat", "wonderland", "a"]
    letters = [len(word) + 1 for word in some_words]
    alone = [early_stopping.loss(model, [word]).item() for word in some_words]
    together = early_stopping.loss(model, some_words).item()
    assert together == pytest.approx(np.average(alone, weights=letters), abs=1e-12)


@making.default_dtype("float64")
def test_dropout_is_before_and_after_the_loop_and_only_in_training():
    torch.manual_seed(0)
    model = NextLetter(0.5)
    read, _ = early_stopping.padded(["wonder"])
    assert not torch.equal(model(read), model(read))
    model.eval()
    assert torch.equal(model(read), model(read))
    assert model.lstm.dropout == 0
    torch.testing.assert_close(
        model.lstm.bias_ih_l0[128:256] + model.lstm.bias_hh_l0[128:256],
        torch.full((128,), SETTINGS["forget_bias"]),
    )
