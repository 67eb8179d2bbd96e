"""Before training, the forget gates remember as long as they were told to."""

import numpy as np
import pytest
from refusal import refused

from lstm_lib.cells import LSTMCell, ReLURNNCell, RNNCell
from lstm_lib.cells.initialise import chrono, forget_bias, identity
from lstm_lib.sequences import unroll


def other_weights(cell, *changed):
    kinds = {"W": cell.W, "U": cell.U, "b": cell.b}
    weights = {f"{kind}_{gate}": w for kind, by in kinds.items() for gate, w in by.items()}
    return {name: weight for name, weight in weights.items() if name not in changed}


def assert_others_unchanged(cell, *changed):
    fresh = other_weights(LSTMCell(cell.input_size, cell.hidden_size), *changed)
    for name, weight in other_weights(cell, *changed).items():
        np.testing.assert_array_equal(weight, fresh[name], err_msg=name)


def test_the_forget_bias_is_one_unless_told_and_nothing_else_changes():
    cell = LSTMCell(3, 4)
    assert forget_bias(cell) is cell
    np.testing.assert_array_equal(cell.b["f"], np.ones(4))
    assert_others_unchanged(cell, "b_f")


@pytest.mark.parametrize("value, open", [(1, 0.731059), (3, 0.952574), (0, 0.5)])
def test_a_forget_bias_sets_how_much_is_kept_at_each_step(value, open):
    cell = forget_bias(LSTMCell(3, 4), value)
    _, gates = cell(np.zeros(3))
    np.testing.assert_allclose(gates.f, open, atol=1e-6)


def test_identity_carries_a_state_on_unchanged_or_at_a_given_rate():
    for scale in (1.0, 0.5):
        cell = ReLURNNCell(3, 4)
        assert identity(cell, scale) is cell
        h = np.array([0.0, 1.0, 2.0, 3.0])
        run = unroll(cell, np.zeros((3, 3)), {"h": h})
        np.testing.assert_array_equal(run.outputs, [h * scale, h * scale**2, h * scale**3])
    with refused(KeyError, "no gate 'h' here; there is f, i, c_tilde, o"):
        identity(LSTMCell(3, 4))


def test_chrono_spreads_the_memories_up_to_the_longest():
    cell = LSTMCell(1, 600)
    assert chrono(cell, longest=100) is cell
    u = np.exp(cell.b["f"])
    assert u.min() >= 1 and u.max() <= 99
    # Uniform between 1 and 99: its mean, and its quarters.
    assert u.mean() == pytest.approx(50, abs=4)
    np.testing.assert_allclose(np.quantile(u, [0.25, 0.75]), [25.5, 74.5], atol=6)


def test_chrono_opens_the_input_gate_by_what_the_forget_gate_lets_go():
    cell = chrono(LSTMCell(3, 4), longest=20)
    np.testing.assert_array_equal(cell.b["i"], -cell.b["f"])
    _, gates = cell(np.zeros(3))
    np.testing.assert_allclose(gates.i, 1 - gates.f, atol=1e-15)
    assert_others_unchanged(cell, "b_f", "b_i")


def test_a_chrono_unit_forgets_to_one_part_in_e_in_about_its_own_time():
    cell = chrono(LSTMCell(1, 8), longest=50)
    steps = np.round(np.exp(cell.b["f"]) + 1).astype(int)
    for kind in (cell.W, cell.U):
        for gate in cell.gates:
            kind[gate] = np.zeros_like(kind[gate])
    cell.b["c_tilde"] = np.zeros(8)  # nothing is written: what is left is what was kept
    run = unroll(cell, np.zeros((51, 1)), cell.State(h=np.zeros(8), c=np.ones(8)))
    left = run.states["c"][steps - 1, np.arange(8)]
    assert (np.abs(left - np.exp(-1)) < 0.13).all()


def test_the_same_seed_gives_the_same_memories_and_another_others():
    one, same, other = (chrono(LSTMCell(3, 4), 20, seed=seed).b["f"] for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, same)
    assert (one != other).all()
    drawn = chrono(LSTMCell(3, 4), 20, seed=np.random.default_rng(7)).b["f"]
    np.testing.assert_array_equal(one, drawn)


@pytest.mark.parametrize("start", [forget_bias, lambda cell: chrono(cell, 20)])
def test_dtype_is_kept(start):
    cell = start(LSTMCell(3, 4, dtype=np.float32))
    assert {cell.b[gate].dtype for gate in cell.gates} == {np.dtype(np.float32)}


@pytest.mark.parametrize("longest", [2, 0, -5])
def test_chrono_needs_three_steps_or_more(longest):
    with refused(ValueError, f"longest is {longest}; chrono initialisation needs 3 steps or more"):
        chrono(LSTMCell(3, 4), longest)


@pytest.mark.parametrize("start", [forget_bias, lambda cell: chrono(cell, 20)])
def test_a_cell_without_forget_gate_is_refused(start):
    with refused(KeyError, "no gate 'f' here; there is h"):
        start(RNNCell(3, 4))
