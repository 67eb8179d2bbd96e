"""What is special about each variant of the LSTM: exact reductions, and limits that it keeps."""

import numpy as np
import pytest
from oracles import random_input, random_state
from refusal import refused

from lstm_lib.cells import (
    CoupledLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    LSTM1997Cell,
    LSTMCell,
    PeepholeLSTMCell,
)
from lstm_lib.graph import trace
from lstm_lib.unroll import unroll

SIZES = (20, 3, 4, 5)  # steps, examples, features, units


def problem(cell_class, seed=0):
    rng = np.random.default_rng(seed)
    T, B, D, H = SIZES
    return random_input(rng, T, B, D), random_state(rng, cell_class, B, H)


def same_weights(cell, other, gates):
    for kind in ("W", "U", "b"):
        for gate in gates:
            getattr(cell, kind)[gate] = getattr(other, kind)[gate]


def same_run(one, other, x, state):
    ours = unroll(one, x, one.State(*state))
    theirs = unroll(other, x, other.State(*state))
    np.testing.assert_array_equal(ours.outputs, theirs.outputs)
    for name in one.state:
        np.testing.assert_array_equal(ours.states[name], theirs.states[name])


# Peepholes


def test_zero_peepholes_reduce_to_lstm():
    peephole, lstm = PeepholeLSTMCell(*SIZES[2:], seed=1), LSTMCell(*SIZES[2:])
    same_weights(lstm, peephole, lstm.gates)
    for gate in peephole.peepholes:
        peephole.p[gate] = np.zeros(SIZES[3])
    same_run(peephole, lstm, *problem(LSTMCell))


def test_without_peepholes_it_is_an_lstm():
    peephole, lstm = PeepholeLSTMCell(*SIZES[2:], seed=1, peepholes=()), LSTMCell(*SIZES[2:])
    same_weights(lstm, peephole, lstm.gates)
    assert peephole.num_parameters == lstm.num_parameters
    same_run(peephole, lstm, *problem(LSTMCell))


@pytest.mark.parametrize("peepholes", [("f",), ("i", "o"), ("o",), ("f", "i")], ids="".join)
def test_a_subset_of_peepholes_is_the_rest_set_to_zero(peepholes):
    some = PeepholeLSTMCell(*SIZES[2:], seed=1, peepholes=peepholes)
    every = PeepholeLSTMCell(*SIZES[2:], seed=2)
    same_weights(every, some, every.gates)
    for gate in every.peepholes:
        every.p[gate] = some.p[gate] if gate in peepholes else np.zeros(SIZES[3])
    assert set(some.p) == set(peepholes)
    same_run(some, every, *problem(LSTMCell))


@pytest.mark.parametrize(("gate", "sees"), [("f", "old"), ("i", "old"), ("o", "new")])
def test_a_peephole_looks_at_the_state_it_is_said_to_look_at(gate, sees):
    cell = PeepholeLSTMCell(1, 1, seed=0, peepholes=(gate,))
    cell.W[gate] = [[0.0]]  # the peephole is all it has
    old = cell.State(h=np.zeros(1), c=np.array([0.5]))
    (one, of_one), (other, of_other) = (cell(np.array([x]), old) for x in (-3.0, 3.0))
    assert one.c != other.c
    assert (getattr(of_one, gate) != getattr(of_other, gate)) == (sees == "new")


def test_a_peephole_for_the_candidate_is_refused():
    sentence = "no peephole for 'c_tilde'; there may be one for f, i and o"
    with refused(ValueError, sentence):
        PeepholeLSTMCell(3, 4, peepholes=("f", "c_tilde"))


# The LSTM of 1997


def test_the_lstm_of_1997_is_an_lstm_whose_forget_gate_is_open():
    first, lstm = LSTM1997Cell(*SIZES[2:], seed=1), LSTMCell(*SIZES[2:])
    same_weights(lstm, first, first.gates)
    lstm.W["f"], lstm.U["f"] = np.zeros((5, 4)), np.zeros((5, 5))
    lstm.b["f"] = np.full(5, 1000.0)
    same_run(first, lstm, *problem(LSTMCell))


def test_its_carousel_carries_the_error_unchanged():
    assert trace(LSTM1997Cell).gradient("c")["dc/dc_prev"].value == 1


# Coupled gates


def test_coupled_gates_are_an_lstm_with_tied_weights():
    coupled, lstm = CoupledLSTMCell(*SIZES[2:], seed=1), LSTMCell(*SIZES[2:])
    same_weights(lstm, coupled, coupled.gates)
    for kind in ("W", "U", "b"):
        getattr(lstm, kind)["f"] = -getattr(coupled, kind)["i"]
    x, state = problem(LSTMCell)
    ours, theirs = (unroll(cell, x, cell.State(*state)) for cell in (coupled, lstm))
    np.testing.assert_allclose(ours.outputs, theirs.outputs, rtol=0, atol=1e-14)
    np.testing.assert_allclose(1 - ours.gates["i"], theirs.gates["f"], rtol=0, atol=1e-15)


def test_a_coupled_state_stays_between_minus_one_and_one():
    cell = CoupledLSTMCell(4, 5, seed=1)
    x = 30 * random_input(np.random.default_rng(0), 500, 3, 4)
    assert np.abs(unroll(cell, x).states["c"]).max() <= 1


# The gated recurrent unit


def test_an_update_gate_that_is_shut_keeps_the_state_as_it_is():
    cell = GRUCell(4, 5, seed=1)
    cell.b["z"] = np.full(5, -1000.0)
    x, state = problem(GRUCell)
    run = unroll(cell, x, state)
    np.testing.assert_array_equal(run.outputs, np.broadcast_to(state.h, run.outputs.shape))


def test_the_reset_gate_comes_before_the_matrix():
    """With the gate shut for one unit, nothing of that unit reaches the candidate of any other."""
    cell = GRUCell(4, 5, seed=1)
    cell.W["r"], cell.U["r"] = np.zeros((5, 4)), np.zeros((5, 5))
    cell.b["r"] = np.array([-1000.0, 0, 0, 0, 0])
    x, h = np.ones(4), np.full(5, 0.5)
    _, gates = cell(x, cell.State(h=h))
    _, without = cell(x, cell.State(h=h * np.array([0, 1, 1, 1, 1])))
    np.testing.assert_array_equal(gates.h_tilde, without.h_tilde)


def gru_pair():
    """Both forms with the same weights: the second bias zero, z turned to point the same way."""
    before, after = GRUCell(4, 5, seed=1), GRUResetAfterCell(4, 5)
    same_weights(after, before, before.gates)
    for kind in ("W", "U", "b"):
        getattr(after, kind)["z"] = -getattr(before, kind)["z"]
    after.d["h_tilde"] = np.zeros(5)
    return before, after


def test_the_two_grus_are_one_where_nothing_is_reset():
    before, after = gru_pair()
    for cell in (before, after):
        cell.b["r"] = np.full(5, 1000.0)
    x, state = problem(GRUCell)
    ours, theirs = unroll(before, x, state), unroll(after, x, after.State(*state))
    np.testing.assert_allclose(ours.outputs, theirs.outputs, rtol=0, atol=1e-14)


def test_the_two_grus_are_different_functions():
    before, after = gru_pair()
    x, state = problem(GRUCell)
    ours, theirs = unroll(before, x, state), unroll(after, x, after.State(*state))
    assert np.abs(ours.outputs - theirs.outputs).max() > 0.01
