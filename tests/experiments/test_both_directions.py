"""Questions about later coin flips: the task, what is stored, and that a run still gives it."""

import pytest
import torch
from refusal import refused

from experiments import both_directions, stored
from experiments.both_directions import Coins, OneStepLater

SETTINGS = both_directions.SETTINGS


def test_every_network_was_trained_on_every_question_with_every_seed():
    assert stored.read(both_directions.FILE)["settings"] == SETTINGS
    runs = both_directions.load()
    for question in both_directions.QUESTIONS:
        for network in both_directions.NETWORKS:
            for name in ("accuracy", "weights"):
                assert runs[name][question][network].shape == (len(both_directions.SEEDS),)
            assert runs["rates"][question][network] in SETTINGS["choice"]["rates"]


def test_the_networks_are_of_about_equal_size():
    sizes = {w[0] for q in both_directions.load()["weights"].values() for w in q.values()}
    assert max(sizes) / min(sizes) < 1.03


def test_the_question_is_whether_a_later_flip_is_another_one():
    generator = torch.Generator().manual_seed(0)
    for later in ("next", "last"):
        flips, changes, asked = Coins(later=later).batch(5, generator)
        assert asked[:-1].all() and not asked[-1].any()
        for t in range(19):
            other = flips[t + 1] if later == "next" else flips[-1]
            assert torch.equal(changes[t], (other != flips[t]).long())


def test_an_answer_one_step_later_is_what_is_put_out_after_one_more_step():
    outputs = torch.randn(6, 2, 3)
    later = OneStepLater(lambda inputs: outputs)(None)
    assert torch.equal(later[:-1], outputs[1:])
    assert torch.equal(later[-1], outputs[-1])


@pytest.mark.parametrize("network", both_directions.NETWORKS)
def test_only_both_directions_read_what_comes_later(network):
    model = both_directions.model_for(network, Coins(), seed=0)
    flips = torch.zeros(20, 1, dtype=torch.long)
    changed = flips.clone()
    changed[10:] = 1
    differs = (model(flips) != model(changed)).any(-1)[:, 0]
    first = {"forwards": 10, "forwards, one step later": 9, "both directions": 0}[network]
    assert differs.tolist() == [t >= first for t in range(20)]


@pytest.mark.parametrize("network", both_directions.NETWORKS)
def test_a_run_still_gives_what_is_stored(network):
    runs = stored.results(both_directions.FILE)["runs"]
    which = {"question": "the next flip", "network": network, "seed": 1}
    (before,) = (run for run in runs if which.items() <= run.items())
    now = both_directions.run("the next flip", network, before["lr"], seed=1)
    assert now["accuracy"] == pytest.approx(before["accuracy"], abs=0.02)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with refused(ValueError, "no question 'heads' here; there is the next flip, the last flip"):
        both_directions.run("heads", "forwards")
    known = "forwards, forwards, one step later, both directions"
    with refused(ValueError, f"no network 'GRU' here; there is {known}"):
        both_directions.run("the next flip", "GRU")
