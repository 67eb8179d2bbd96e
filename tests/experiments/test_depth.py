"""One and two layers: what is stored, and that a run still begins so."""

import numpy as np
import pytest
import torch
from refusal import refused

from experiments import depth, stored

SETTINGS = depth.SETTINGS

EVERY = [(task, network) for task in depth.TASKS for network in depth.NETWORKS]


def test_every_network_was_trained_on_every_task_with_every_seed():
    assert stored.read(depth.FILE)["settings"] == SETTINGS
    runs = depth.load()
    for task, network in EVERY:
        points = SETTINGS["steps"][task] // SETTINGS["mean_of"]
        assert runs["score"][task][network].shape == (len(depth.SEEDS), points)
        assert runs["rates"][task][network] in SETTINGS["choice"]["rates"]


@pytest.mark.parametrize("task", depth.TASKS)
def test_the_networks_of_a_task_are_of_about_equal_size(task):
    weights = [each[0] for each in depth.load()["weights"][task].values()]
    assert max(weights) / min(weights) < 1.07


@pytest.mark.parametrize(("task", "network"), EVERY)
def test_a_stack_has_its_layers_open_forget_gates_and_one_bias(task, network):
    stack = depth.model_for(task, network, seed=0).layer
    assert len(stack.layers) == int(network[0])
    for layer in stack.layers:
        assert set(layer.groups()) == {"W", "U", "b"}
        assert (layer.b["f"] == SETTINGS["forget_bias"]).all()


@pytest.mark.parametrize(("task", "network"), EVERY)
def test_a_run_still_begins_as_is_stored(task, network):
    runs = stored.results(depth.FILE)["runs"]
    which = {"task": task, "network": network, "seed": 1}
    (before,) = (run for run in runs if which.items() <= run.items())
    now = depth.run(task, network, before["lr"], seed=1, steps=SETTINGS["mean_of"])
    assert now["weights"] == before["weights"]
    np.testing.assert_allclose(now["score"], before["score"][:1], rtol=0.02, atol=0.01)


def test_a_run_is_in_float64():
    with pytest.raises(StopIteration), pytest.MonkeyPatch.context() as patch:
        patch.setattr(depth, "fit", dtypes)
        depth.run("sine", "2 layers")


def dtypes(model, *_, **__):
    assert {weights.dtype for weights in model.parameters()} == {torch.float64}
    raise StopIteration


def test_an_unknown_name_is_answered_with_the_known_ones():
    with refused(ValueError, "no task 'adding' here; there is sine, recall"):
        depth.model_for("adding", "1 layer", 0)
    with refused(ValueError, "no network 'GRU' here; there is 1 layer, 2 layers"):
        depth.model_for("sine", "GRU", 0)
