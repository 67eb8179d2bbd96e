"""The networks that write: the stored runs are whole, and the command still makes them."""

import pytest

from experiments import stored, writing
from experiments.writing import SEEDS, SETTINGS


def test_every_seed_was_trained_and_every_rate_tried():
    runs = writing.load()
    assert runs["settings"] == SETTINGS
    assert runs["bits"].shape == (len(SEEDS), SETTINGS["readings"] + 1)
    choice = SETTINGS["choice"]
    tried = {(run["seed"], run["lr"]) for run in stored.read(writing.FILE)["runs"]}
    assert tried >= {(seed, lr) for seed in choice["seeds"] for lr in choice["rates"]}
    assert runs["rate"] in choice["rates"]


def test_a_reading_still_ends_as_is_stored():
    runs = writing.load()
    now = writing.run(runs["rate"], seed=3, readings=1)
    assert now["bits"] == pytest.approx(runs["bits"][3, :2].tolist(), abs=2e-3)
    assert now["last"] == now["bits"][-1]
