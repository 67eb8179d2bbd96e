"""What is special about each variant of the LSTM: exact reductions, and limits that it keeps."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mlstm_kernels.torch.recurrent import mlstm_recurrent_step__native
from oracles import from_here, random_input, random_reads, random_state
from refusal import refused
from second_writing import PARAMETERS, UNIT
from xlstm.blocks.slstm.src.vanilla import slstm_forward, slstm_pointwise_function_registry

from lstm_lib.cells import (
    CIFGCell,
    ClockworkRNNCell,
    CoupledLSTMCell,
    DepthGatedLSTMCell,
    FGRCell,
    GridLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    JANETCell,
    LSTM1997Cell,
    LSTMCell,
    MemoryOnlyCell,
    MinGRUCell,
    MinLSTMCell,
    MLSTMCell,
    MLSTMGivenQKVCell,
    MUT1Cell,
    MUT2Cell,
    MUT3Cell,
    NFGCell,
    NIAFCell,
    NIGCell,
    NOAFCell,
    NOGCell,
    NPCell,
    PeepholeLSTMCell,
    PositiveMinGRUCell,
    PositiveMinLSTMCell,
    ProjectedLSTMCell,
    ReLURNNCell,
    RNNCell,
    SLSTMCell,
    SRUCell,
)
from lstm_lib.cells.initialise import identity
from lstm_lib.equations import trace
from lstm_lib.layers import Recurrent, from_torch, turn_z
from lstm_lib.sequences import scan, scan_log, unroll

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
    ours = unroll(one, x, one.State(*state), **from_here(one, x))
    theirs = unroll(other, x, other.State(*state), **from_here(other, x))
    np.testing.assert_array_equal(ours.outputs, theirs.outputs)
    for name in one.state:
        np.testing.assert_array_equal(ours.states[name], theirs.states[name])


# ReLU in place of tanh


def test_an_identity_start_sums_positive_inputs_and_bounds_nothing():
    cell = identity(ReLURNNCell(4, 5, seed=1))
    cell.W["h"] = np.abs(cell.W["h"])
    x = np.abs(random_input(np.random.default_rng(0), 200, 3, 4))
    sums = np.cumsum(x @ cell.W["h"].T, axis=0)
    np.testing.assert_allclose(unroll(cell, x).outputs, sums, rtol=1e-14)
    assert sums[-1].min() > 1


def test_not_a_number_and_infinity_go_through_relu_as_in_torch():
    torch.manual_seed(0)
    module = torch.nn.RNN(1, 2, nonlinearity="relu", dtype=torch.float64)
    for value in (np.nan, np.inf, -np.inf, 1e308, -1e308):
        x = np.array([[1.0], [value], [1.0]])
        expected, _ = module(torch.from_numpy(x))
        run = unroll(from_torch(module), x)
        assert not np.isnan(run.outputs[0]).any()
        assert np.isnan(run.outputs[1:]).all() == np.isnan(value)
        np.testing.assert_allclose(run.outputs, expected.detach(), rtol=1e-12, atol=1e-12)


def test_at_zero_the_slope_of_relu_is_torchs():
    slope = trace(ReLURNNCell).gradient("h")["dh/da_h"]
    assert str(slope) == "sign(h)"
    a = torch.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    torch.relu(a).sum().backward()
    assert torch.relu(a).sign().tolist() == a.grad.tolist()


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


def test_turning_z_round_is_the_same_cell_in_the_other_convention():
    for cell in (GRUCell(4, 5, seed=1), GRUResetAfterCell(4, 5, seed=1)):
        turned = turn_z(cell)
        x, state = problem(type(cell))
        _, gates = cell(x[0], state)
        _, other = turned(x[0], state)
        np.testing.assert_allclose(gates.z + other.z, 1, rtol=0, atol=1e-15)
        np.testing.assert_array_equal(gates.h_tilde, other.h_tilde)
        for kind in cell.kinds:
            again = getattr(turn_z(turned), kind)
            for gate, weight in getattr(cell, kind).items():
                np.testing.assert_array_equal(again[gate], weight)


def test_a_cell_without_z_cannot_be_turned():
    with refused(ValueError, "LSTMCell has no gate z to turn round"):
        turn_z(LSTMCell(3, 4))


# Greff's variants: each is the peephole LSTM with something held fixed


def without(gate, variant):
    """The peephole LSTM with the variant's weights, and this gate held open."""
    whole = PeepholeLSTMCell(*SIZES[2:])
    same_weights(whole, variant, variant.gates)
    whole.p |= dict(variant.p)
    for kind, shapes in whole.weight_shapes().items():
        getattr(whole, kind)[gate] = np.zeros(shapes[gate])
    whole.b[gate] = np.full(SIZES[3], 1000.0)
    return whole


@pytest.mark.parametrize(("gate", "variant"), [("i", NIGCell), ("f", NFGCell), ("o", NOGCell)])
def test_a_gate_that_is_gone_is_a_gate_held_open(gate, variant):
    cell = variant(*SIZES[2:], seed=1)
    same_run(cell, without(gate, cell), *problem(LSTMCell))


@pytest.mark.parametrize(
    ("variant", "plain"),
    [(PeepholeLSTMCell, NPCell), (CIFGCell, CoupledLSTMCell), (NFGCell, LSTM1997Cell)],
)
def test_zero_peepholes_are_none(variant, plain):
    cell, other = variant(*SIZES[2:], seed=1), plain(*SIZES[2:])
    same_weights(other, cell, other.gates)
    for gate in cell.p:
        cell.p[gate] = np.zeros(SIZES[3])
    same_run(cell, other, *problem(LSTMCell))


def test_gates_that_do_not_listen_to_each_other_are_the_peephole_lstms():
    cell, peephole = FGRCell(*SIZES[2:], seed=1), PeepholeLSTMCell(*SIZES[2:])
    same_weights(peephole, cell, peephole.gates)
    peephole.p |= dict(cell.p)
    for kind in ("Rf", "Ri", "Ro"):
        for gate in cell.p:
            getattr(cell, kind)[gate] = np.zeros((5, 5))
    x, state = problem(LSTMCell)
    gates = {gate: np.ones((3, 5)) for gate in cell.p}
    ours = unroll(cell, x, state._asdict() | gates)
    np.testing.assert_array_equal(ours.outputs, unroll(peephole, x, state).outputs)


def test_without_a_squashing_function_there_is_no_bound():
    for variant, part in ((NIAFCell, "c"), (NOAFCell, "h")):
        cell = variant(1, 1)
        for kind, shapes in cell.weight_shapes().items():
            for gate, shape in shapes.items():
                getattr(cell, kind)[gate] = np.zeros(shape)
        for gate in ("f", "i", "o"):
            cell.b[gate] = [1000.0]
        cell.b["c_tilde"] = [5.0]
        assert unroll(cell, np.zeros((20, 1))).states[part][-1] > 19


# Jozefowicz's mutations


def test_mut2_with_a_matrix_is_the_gru():
    cell, gru = MUT2Cell(*SIZES[2:], seed=1), GRUCell(*SIZES[2:], seed=1)
    same_run(cell, gru, *problem(GRUCell))


def test_mut2_with_an_identity_reads_the_bare_input_in_its_reset_gate():
    cell = MUT2Cell(5, 5, seed=1)
    cell.W["r"] = np.eye(5)
    rng = np.random.default_rng(0)
    x, h = random_input(rng, 5), random_input(rng, 5)
    _, gates = cell(x, {"h": h})
    np.testing.assert_allclose(
        gates.r, 1 / (1 + np.exp(-(x + cell.U["r"] @ h + cell.b["r"]))), rtol=0, atol=1e-15
    )


@pytest.mark.parametrize("variant", [MUT1Cell, MUT3Cell])
def test_a_mutation_is_a_gru_where_its_difference_is_taken_away(variant):
    cell, gru = variant(4, 5, seed=1), GRUCell(4, 5)
    for kind in ("W", "U", "b"):
        getattr(gru, kind).update(getattr(cell, kind))
    gru.U["z"] = np.zeros((5, 5))
    if variant is MUT3Cell:
        cell.U["z"] = np.zeros((5, 5))
    else:
        cell.W["h_tilde"] = gru.W["h_tilde"] = np.zeros((5, 4))
    x, state = problem(GRUCell)
    ours, theirs = unroll(cell, x, state), unroll(gru, x, state)
    np.testing.assert_allclose(ours.outputs, theirs.outputs, rtol=0, atol=1e-14)


# Clocks


def test_a_clockwork_rnn_whose_periods_are_all_1_is_an_rnn():
    clockwork, rnn = ClockworkRNNCell(4, 5, seed=1, periods=(1,)), RNNCell(4, 5)
    same_weights(rnn, clockwork, ("h",))
    assert clockwork.num_parameters == rnn.num_parameters
    same_run(clockwork, rnn, *problem(RNNCell))


def test_a_module_that_does_not_tick_copies_its_numbers_unchanged():
    cell = ClockworkRNNCell(4, 8, seed=1, periods=(1, 3))
    x = 5 * random_input(np.random.default_rng(0), 9, 4)
    h = unroll(cell, x).outputs
    for t in range(1, 9):
        same = (h[t] == h[t - 1]).reshape(2, 4)
        assert same.all(axis=1).tolist() == [False, t % 3 != 0]


def test_a_module_reads_itself_and_the_slower_ones():
    cell = ClockworkRNNCell(1, 6, seed=1, periods=(4, 1, 2))  # in any order
    assert cell.periods == (1, 2, 4)
    x = np.zeros((1, 1))
    clock = cell.clock(range(1), x)
    plain = unroll(cell, x, {"h": np.zeros(6)}, clock=clock).outputs[0]
    for module in range(3):
        h = np.zeros(6)
        h[2 * module : 2 * module + 2] = 1.0
        changed = unroll(cell, x, {"h": h}, clock=clock).outputs[0] != plain
        expected = [reader <= module for reader in range(3)]
        assert changed.reshape(3, 2).all(axis=1).tolist() == expected
        assert changed.reshape(3, 2).any(axis=1).tolist() == expected


def test_what_a_module_may_not_read_never_learns():
    layer = Recurrent(ClockworkRNNCell(2, 6, periods=(1, 2, 4)), dtype=torch.float64)
    layer(torch.ones(8, 2, dtype=torch.float64)).outputs.sum().backward()
    moved = (layer.U["h"].grad != 0).numpy()
    np.testing.assert_array_equal(moved, layer.cell.slower.astype(bool))


def test_a_clock_goes_on_where_the_last_piece_ended():
    cell = ClockworkRNNCell(4, 8, seed=1)
    x = random_input(np.random.default_rng(0), 10, 3, 4)
    whole, first = unroll(cell, x), unroll(cell, x[:5])
    second = unroll(cell, x[5:], first.state, clock=cell.clock(range(5, 10), x[5:]))
    np.testing.assert_array_equal(whole.outputs[5:], second.outputs)
    with pytest.raises(ValueError, match="state is given and clock is not"):
        unroll(cell, x[5:], first.state)


def test_periods_that_cannot_be_are_refused():
    with refused(ValueError, "periods is empty; give each module's, such as (1, 2, 4, 8)"):
        ClockworkRNNCell(3, 4, periods=())
    with refused(ValueError, "period is 0; it must be 1 or more"):
        ClockworkRNNCell(3, 4, periods=(1, 0))


# What a cell reads beside its input


def test_a_reading_must_be_one_that_the_cell_reads_and_fit():
    x = np.ones((6, 2, 4))
    with refused(TypeError, "LSTMCell does not read 'c_below'; it reads x"):
        unroll(LSTMCell(4, 5), x, c_below=np.ones((6, 2, 5)))
    with refused(TypeError, "DepthGatedLSTMCell does not read 'clock'; it reads x, c_below"):
        DepthGatedLSTMCell(4, 5)(x[0], clock=np.ones((2, 5)))
    with refused(ValueError, "c_below has shape (6, 2, 4), expected (6, 2, 5)"):
        unroll(DepthGatedLSTMCell(4, 5), x, c_below=x)
    with refused(TypeError, "c_below is a list; give a NumPy array or a PyTorch tensor"):
        unroll(DepthGatedLSTMCell(4, 5), x, c_below=[1.0])


# Depth


def test_with_nothing_below_a_depth_gated_lstm_is_an_lstm():
    deep, lstm = DepthGatedLSTMCell(*SIZES[2:], seed=1), LSTMCell(*SIZES[2:])
    same_weights(lstm, deep, lstm.gates)
    same_run(deep, lstm, *problem(LSTMCell))


def test_with_its_gate_shut_a_depth_gated_lstm_is_an_lstm():
    deep, lstm = DepthGatedLSTMCell(*SIZES[2:], seed=1), LSTMCell(*SIZES[2:])
    same_weights(lstm, deep, lstm.gates)
    deep.b["d"] = np.full(5, -1000.0)
    x, state = problem(LSTMCell)
    below = random_input(np.random.default_rng(1), *x.shape[:2], 5)
    ours = unroll(deep, x, deep.State(*state), c_below=below)
    np.testing.assert_array_equal(ours.outputs, unroll(lstm, x, state).outputs)


def test_a_depth_gate_is_the_derivative_from_belt_to_belt():
    step = trace(DepthGatedLSTMCell).part("c", given=("d", "f", "i", "c_tilde"))
    assert str(step.gradient("c")["dc/dc_below"]) == "d"


def test_along_time_a_grid_lstm_is_an_lstm():
    grid, lstm = GridLSTMCell(*SIZES[2:], seed=1), LSTMCell(*SIZES[2:])
    same_weights(lstm, grid, lstm.gates)
    x, state = problem(LSTMCell)
    above = {"h_up": np.ones((3, 5)), "c_up": np.ones((3, 5))}
    ours = unroll(grid, x, state._asdict() | above)
    np.testing.assert_array_equal(ours.states["h"], unroll(lstm, x, state).outputs)


def test_a_grid_lstm_is_the_same_along_both_of_its_axes():
    """Time and depth exchanged, weights and all, exchange what comes out."""
    grid, turned = GridLSTMCell(5, 5, seed=1), GridLSTMCell(5, 5)
    for gate in LSTMCell.gates:
        for here, there in ((gate, f"{gate}_up"), (f"{gate}_up", gate)):
            turned.W[here], turned.U[here] = grid.U[there], grid.W[there]
            turned.b[here] = grid.b[there]
    rng = np.random.default_rng(0)
    x, h, c, below = (random_input(rng, 5) for _ in range(4))
    nothing = {"h_up": np.zeros(5), "c_up": np.zeros(5)}
    one, _ = grid(x, {"h": h, "c": c} | nothing, c_below=below)
    other, _ = turned(h, {"h": x, "c": below} | nothing, c_below=c)
    np.testing.assert_allclose(one.h, other.h_up, rtol=0, atol=1e-15)
    np.testing.assert_allclose(one.c_up, other.c, rtol=0, atol=1e-15)


# Projection


def test_a_projection_that_changes_nothing_leaves_an_lstm():
    projected, lstm = ProjectedLSTMCell(4, 5, seed=1, proj_size=5), LSTMCell(4, 5)
    same_weights(lstm, projected, lstm.gates)
    projected.P["h"] = np.eye(5)
    same_run(projected, lstm, *problem(LSTMCell))


def test_a_projection_is_torchs():
    torch.manual_seed(0)
    module = torch.nn.LSTM(4, 6, proj_size=2, dtype=torch.float64)
    cell = ProjectedLSTMCell(4, 6, proj_size=2)
    packed = {"W": module.weight_ih_l0, "U": module.weight_hh_l0}
    packed["b"] = module.bias_ih_l0 + module.bias_hh_l0
    for kind, whole in packed.items():
        for gate, part in zip(("i", "f", "c_tilde", "o"), whole.detach().chunk(4), strict=True):
            getattr(cell, kind)[gate] = part.numpy()
    cell.P["h"] = module.weight_hr_l0.detach().numpy()
    layer = Recurrent(cell, dtype=torch.float64)
    x = torch.randn(7, 3, 4, dtype=torch.float64)
    ours = (x.clone().requires_grad_(), layer)
    theirs = (x.clone().requires_grad_(), module)
    run, (outputs, (h, c)) = layer(ours[0]), module(theirs[0])
    for one, other in ((run.outputs, outputs), (run.state.h, h[0]), (run.state.c, c[0])):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    (run.outputs.square().sum() + run.state.c.sum()).backward()
    (outputs.square().sum() + c.sum()).backward()
    torch.testing.assert_close(ours[0].grad, theirs[0].grad, rtol=0, atol=1e-10)
    torch.testing.assert_close(layer.P["h"].grad, module.weight_hr_l0.grad, rtol=0, atol=1e-10)


@pytest.mark.parametrize("proj_size", [0, 2.5])
def test_a_projection_has_a_size(proj_size):
    with pytest.raises(ValueError, match=f"proj_size is {proj_size}; it must be"):
        ProjectedLSTMCell(3, 4, proj_size=proj_size)


# A forget gate alone


def test_janet_is_pytorchs_gru_with_its_reset_gate_open():
    """PyTorch's update gate says what to keep, as a forget gate does."""
    x, state = problem(GRUCell)
    module = torch.nn.GRU(*SIZES[2:], dtype=torch.float64)
    janet = JANETCell(*SIZES[2:])
    with torch.no_grad():
        module.weight_ih_l0[: SIZES[3]] = 0
        module.weight_hh_l0[: SIZES[3]] = 0
        module.bias_ih_l0[: SIZES[3]] = 1000
    weights = (module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0 + module.bias_hh_l0)
    for kind, packed in zip("WUb", weights, strict=True):
        _, f, c_tilde = np.split(packed.detach().numpy(), 3)
        getattr(janet, kind).update(f=f, c_tilde=c_tilde)
    outputs, _ = module(torch.from_numpy(x), torch.from_numpy(state.h)[None])
    run = unroll(janet, x, janet.State(h=state.h, c=state.h))
    np.testing.assert_allclose(run.outputs, outputs.detach(), rtol=0, atol=1e-14)


def test_janet_shows_its_cell_state():
    cell = JANETCell(*SIZES[2:])
    run = unroll(cell, *problem(JANETCell))
    np.testing.assert_array_equal(run.outputs, run.states["c"])


# A highway past the cell


@pytest.mark.parametrize("seed", range(3))
def test_a_highway_as_wide_as_the_state_has_no_matrix(seed):
    cell, rng = SRUCell(4, 4, seed), np.random.default_rng(seed)
    x, last = random_input(rng, 4), random_state(rng, SRUCell, 4)
    state, _ = cell(x, last)
    expected = [UNIT[SRUCell](cell, unit, x, last)[0] for unit in range(4)]
    for name in state._fields:
        values = [unit[name] for unit in expected]
        np.testing.assert_allclose(getattr(state, name), values, rtol=1e-13, atol=1e-14)
    assert cell.num_parameters == PARAMETERS[SRUCell](4, 4) == 3 * 16 + 4 * 4
    assert "x" in SRUCell(3, 4).P and "x" not in cell.P


def test_an_sru_with_its_output_shut_passes_its_input_on():
    cell, rng = SRUCell(5, 5), np.random.default_rng(0)
    cell.b["r"] = np.full(5, -1000.0)
    x = random_input(rng, 20, 3, 5)
    np.testing.assert_array_equal(unroll(cell, x).outputs, x)


def test_an_sru_that_does_not_look_at_its_memory_is_a_min_gru_and_a_scan():
    sru, min_gru = SRUCell(*SIZES[2:], seed=1), MinGRUCell(*SIZES[2:])
    for gate in "fr":
        sru.v[gate] = np.zeros(SIZES[3])
    sru.W["r"], sru.b["r"] = np.zeros((SIZES[3], SIZES[2])), np.full(SIZES[3], 1000.0)  # shows all
    min_gru.W["z"], min_gru.b["z"] = -sru.W["f"], -sru.b["f"]
    min_gru.W["h_tilde"], min_gru.b["h_tilde"] = sru.W["x_tilde"], np.zeros(SIZES[3])
    x, (_, first) = problem(SRUCell)
    run = unroll(sru, x, sru.State(h=first, c=first))
    expected = unroll(min_gru, x, min_gru.State(h=first)).outputs
    np.testing.assert_allclose(run.outputs, expected, rtol=0, atol=1e-14)
    f = run.gates["f"]
    states = scan(f, (1 - f) * run.gates["x_tilde"], first)
    np.testing.assert_allclose(run.states["c"], states, rtol=0, atol=1e-14)


# Gates that read the memory


def test_a_memory_only_cell_forgets_its_last_output():
    cell = MemoryOnlyCell(4, 5, seed=1)
    x, state = problem(MemoryOnlyCell)
    ours = unroll(cell, x, state)
    other = unroll(cell, x, cell.State(h=state.h + 1, c=state.c))
    np.testing.assert_array_equal(ours.outputs, other.outputs)


def test_a_memory_only_cell_with_gates_wide_open_sums_its_inputs():
    cell = MemoryOnlyCell(4, 5, seed=1)
    for gate in ("f", "i", "o"):
        cell.W[gate], cell.U[gate] = np.zeros((5, 4)), np.zeros((5, 5))
        cell.b[gate] = np.full(5, 1000.0)
    x, _ = problem(MemoryOnlyCell)
    sums = np.cumsum(x @ cell.W["c_tilde"].T, axis=0)
    np.testing.assert_allclose(unroll(cell, x).outputs, sums, rtol=0, atol=1e-13)


# Gates that do not look back, and the parallel scan


def test_a_min_gru_with_a_fixed_gate_is_exponential_smoothing():
    cell = MinGRUCell(4, 1, seed=1)
    cell.W["z"], cell.b["z"] = np.zeros((1, 4)), np.array([np.log(0.3 / 0.7)])
    x = random_input(np.random.default_rng(0), 30, 4)
    series = (x @ cell.W["h_tilde"].T + cell.b["h_tilde"])[:, 0]
    powers = 0.7 ** np.arange(30)
    expected = [0.3 * (series[t::-1] * powers[: t + 1]).sum() for t in range(30)]
    np.testing.assert_allclose(unroll(cell, x).outputs[:, 0], expected, rtol=0, atol=1e-14)


def test_a_min_lstm_whose_gates_are_opposites_is_a_min_gru():
    lstm, gru = MinLSTMCell(4, 5, seed=1), MinGRUCell(4, 5)
    for kind in ("W", "b"):
        getattr(lstm, kind)["f"] = -getattr(lstm, kind)["i"]
        getattr(gru, kind)["z"] = getattr(lstm, kind)["i"]
        getattr(gru, kind)["h_tilde"] = getattr(lstm, kind)["h_tilde"]
    x, state = problem(MinGRUCell)
    ours, theirs = unroll(lstm, x, state), unroll(gru, x, state)
    np.testing.assert_allclose(ours.outputs, theirs.outputs, rtol=0, atol=1e-14)


def test_a_min_lstm_shares_out_even_what_two_shut_gates_leave():
    cell = MinLSTMCell(4, 5, seed=1)
    for gate in ("f", "i"):
        cell.W[gate], cell.b[gate] = np.zeros((5, 4)), np.full(5, -1000.0)
    _, gates = cell(np.ones(4))
    np.testing.assert_array_equal(gates.f, np.full(5, 0.5))


def keep_and_write(cell, x):
    """What every step keeps and writes, all at once: nothing of it depends on the state."""
    _, gates = cell(x.reshape(-1, x.shape[-1]))
    gates = {name: g.reshape(*x.shape[:-1], -1) for name, g in gates._asdict().items()}
    if isinstance(cell, MinGRUCell):
        return 1 - gates["z"], gates["z"] * gates["h_tilde"]
    return gates["f"], gates["i"] * gates["h_tilde"]


@pytest.mark.parametrize("cell_class", [MinGRUCell, MinLSTMCell])
@pytest.mark.parametrize("steps", [1, 2, 3, 64, 100, 2000])
def test_the_scan_is_the_loop(cell_class, steps):
    rng = np.random.default_rng(0)
    cell, x = cell_class(4, 5, seed=1), random_input(rng, steps, 3, 4)
    first = random_input(rng, 3, 5)
    loop = unroll(cell, x, {"h": first}).outputs
    np.testing.assert_allclose(scan(*keep_and_write(cell, x), first), loop, rtol=0, atol=1e-13)
    nothing = unroll(cell, x).outputs
    np.testing.assert_allclose(scan(*keep_and_write(cell, x)), nothing, rtol=0, atol=1e-13)


@pytest.mark.parametrize("cell_class", [MinGRUCell, MinLSTMCell])
def test_gradients_through_the_scan_are_those_through_the_loop(cell_class):
    layer = Recurrent(cell_class(4, 5, seed=1), dtype=torch.float64)
    x = torch.randn(50, 3, 4, dtype=torch.float64, requires_grad=True)
    gradients = []
    for outputs in (layer(x).outputs, scan(*keep_and_write(layer.cell, x))):
        loss = (outputs**2).sum()
        gradients.append(torch.autograd.grad(loss, (x, *layer.parameters())))
    for loop, at_once in zip(*gradients, strict=True):
        torch.testing.assert_close(at_once, loop, rtol=1e-10, atol=1e-10)


# Positive states, and the scan of their logarithms

POSITIVE = [PositiveMinGRUCell, PositiveMinLSTMCell]


@pytest.mark.parametrize(
    ("cell_class", "plain"), [(PositiveMinGRUCell, MinGRUCell), (PositiveMinLSTMCell, MinLSTMCell)]
)
def test_above_zero_a_positive_candidate_is_the_plain_one_and_a_half(cell_class, plain):
    cell, other = cell_class(4, 5, seed=1), plain(4, 5)
    cell.b["h_tilde"] = np.full(5, 30.0)
    for kind in ("W", "b"):
        getattr(other, kind).update(getattr(cell, kind))
    other.b["h_tilde"] = cell.b["h_tilde"] + 0.5
    x, state = problem(plain)
    assert (unroll(cell, x).gates["h_tilde"] > 0.5).all()
    ours, theirs = unroll(cell, x, cell.State(*state)), unroll(other, x, state)
    np.testing.assert_allclose(ours.outputs, theirs.outputs, rtol=0, atol=1e-13)


def test_a_positive_min_lstm_whose_gates_are_opposites_is_a_positive_min_gru():
    lstm, gru = PositiveMinLSTMCell(4, 5, seed=1), PositiveMinGRUCell(4, 5)
    for kind in ("W", "b"):
        getattr(lstm, kind)["f"] = -getattr(lstm, kind)["i"]
        getattr(gru, kind)["z"] = getattr(lstm, kind)["i"]
        getattr(gru, kind)["h_tilde"] = getattr(lstm, kind)["h_tilde"]
    x, state = problem(PositiveMinGRUCell)
    ours, theirs = unroll(lstm, x, state), unroll(gru, x, state)
    np.testing.assert_allclose(ours.outputs, theirs.outputs, rtol=0, atol=1e-14)


def ordinary(rng, cell, *shape):
    return random_input(rng, *shape, cell.input_size)


def extreme(rng, cell, *shape):
    """Inputs with which every pre-activation is -1000 or 1000, or nearly so."""
    for gate in cell.gates:
        cell.W[gate], cell.b[gate] = np.eye(*cell.W[gate].shape), np.zeros(cell.hidden_size)
    return rng.choice([-1000.0, 1000.0], (*shape, cell.input_size)) + random_input(
        rng, *shape, cell.input_size
    )


def remembered(rng, cell, *shape):
    """Ordinary inputs to gates that keep nearly everything for thousands of steps."""
    for gate, bias in {"z": -8.0, "f": 8.0, "i": -8.0}.items():
        if gate in cell.gates:
            cell.b[gate] = np.full(cell.hidden_size, bias)
    return random_input(rng, *shape, cell.input_size)


@pytest.mark.parametrize("cell_class", POSITIVE)
@pytest.mark.parametrize("inputs", [ordinary, extreme, remembered])
@pytest.mark.parametrize("steps", [1, 3, 64, 2000])
@pytest.mark.filterwarnings("error")
def test_the_scan_of_logarithms_is_the_loop(cell_class, inputs, steps):
    rng = np.random.default_rng(0)
    cell = cell_class(4, 5, seed=1)
    x, first = inputs(rng, cell, steps, 3), np.exp(3 * random_input(rng, 3, 5))
    terms = cell.log_terms(x)
    assert all(np.isfinite(each).all() for each in terms)
    for start, log_first in ((first, np.log(first)), (np.zeros_like(first), None)):
        loop = unroll(cell, x, {"h": start}).outputs
        assert (loop >= 0).all()
        log_h = scan_log(*terms, log_first)
        np.testing.assert_allclose(np.exp(log_h), loop, rtol=0, atol=1e-10)
        tensors = map(torch.from_numpy, terms)
        log_h_too = scan_log(*tensors, None if log_first is None else torch.from_numpy(log_first))
        np.testing.assert_allclose(log_h_too, log_h, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("cell_class", POSITIVE)
@pytest.mark.parametrize("inputs", [ordinary, extreme, remembered])
@pytest.mark.parametrize("steps", [1, 2000])
def test_gradients_through_the_scan_of_logarithms_are_those_through_the_loop(
    cell_class, inputs, steps
):
    rng = np.random.default_rng(0)
    cell = cell_class(4, 5, seed=1)
    x = torch.tensor(inputs(rng, cell, steps, 2), requires_grad=True)
    first = torch.tensor(np.exp(random_input(rng, 2, 5)), requires_grad=True)
    layer = Recurrent(cell, dtype=torch.float64)
    shares = torch.from_numpy(random_input(rng, steps, 2, 5)) / steps
    gradients = []
    for outputs in (
        layer(x, {"h": first}).outputs,
        scan_log(*layer.cell.log_terms(x), first.log()).exp(),
    ):
        gradients.append(
            torch.autograd.grad((shares * outputs).sum(), (x, first, *layer.parameters()))
        )
    for loop, at_once in zip(*gradients, strict=True):
        assert loop.isfinite().all()
        torch.testing.assert_close(at_once, loop, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("cell_class", POSITIVE)
def test_the_scan_of_logarithms_is_that_of_the_paper(cell_class):
    """With cumulative sums, as in its listings, which is exact enough for inputs of usual size."""
    cell = cell_class(4, 5, seed=1)
    rng = np.random.default_rng(0)
    x = torch.from_numpy(random_input(rng, 60, 3, 4))
    first = torch.from_numpy(np.exp(random_input(rng, 3, 5)))
    a = {g: x @ torch.from_numpy(cell.W[g]).T + torch.from_numpy(cell.b[g]) for g in cell.gates}
    softplus = torch.nn.functional.softplus
    if cell_class is PositiveMinGRUCell:
        log_keep, log_share = -softplus(a["z"]), -softplus(-a["z"])
    else:
        diff = softplus(-a["f"]) - softplus(-a["i"])
        log_keep, log_share = -softplus(diff), -softplus(-diff)
    above = a["h_tilde"] >= 0
    log_g = torch.where(above, (a["h_tilde"].relu() + 0.5).log(), -softplus(-a["h_tilde"]))
    sums = torch.cat([torch.zeros_like(first)[None], log_keep.cumsum(0)])
    values = torch.cat([first.log()[None], log_share + log_g])
    expected = (sums + torch.logcumsumexp(values - sums, 0))[1:]
    ours = scan_log(*cell.log_terms(x.numpy()), np.log(first.numpy()))
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell_class", POSITIVE)
def test_the_terms_are_the_gates_in_logarithms(cell_class):
    cell, x = cell_class(4, 5, seed=1), random_input(np.random.default_rng(0), 9, 3, 4)
    gates = unroll(cell, x).gates
    keep, write = (gates["f"], gates["i"]) if "f" in gates else (1 - gates["z"], gates["z"])
    log_keep, log_write = cell.log_terms(x)
    np.testing.assert_allclose(np.exp(log_keep), keep, rtol=1e-14)
    np.testing.assert_allclose(np.exp(log_write), write * gates["h_tilde"], rtol=1e-14)
    with refused(ValueError, "x has 3 features, this cell expects input_size=4"):
        cell.log_terms(x[..., :3])


def test_a_state_of_zeros_has_a_logarithm_too():
    keep, write = np.log([[0.5], [0.5]]), np.log([[2.0], [1.0]])
    for first in (None, np.array([-np.inf])):
        np.testing.assert_allclose(np.exp(scan_log(keep, write, first)), [[2.0], [2.0]])


# Several heads

HEADED = [(cell, count) for cell in (SLSTMCell, MLSTMGivenQKVCell) for count in (2, 6)]
every_number_of_heads = pytest.mark.parametrize(
    ("headed", "count"), HEADED, ids=[f"{cell.__name__}-{count}" for cell, count in HEADED]
)


def headed_state(rng, cell, *examples):
    state = {name: random_input(rng, *examples, *s) for name, s in cell.state_shapes().items()}
    return cell.State(**state | {"n": np.abs(state["n"]) + 1})


@every_number_of_heads
def test_a_step_with_several_heads_is_the_equations_unit_by_unit(headed, count):
    rng = np.random.default_rng(0)
    cell = headed(3, 6, seed=1, num_heads=count)
    x, last, reads = random_input(rng, 3), headed_state(rng, cell), random_reads(rng, cell)
    found = cell(x, last, **reads)
    for unit in range(6):
        expected = UNIT[headed](cell, unit, x, SimpleNamespace(**last._asdict(), **reads))
        for named, values in zip(found, expected, strict=True):
            assert set(values) == set(named._fields)
            for name, value in values.items():
                numbers = getattr(named, name)
                one = numbers[unit * len(numbers) // 6]  # a unit's own, or that of its head
                np.testing.assert_allclose(one, value, rtol=1e-13, atol=1e-14, err_msg=name)


@every_number_of_heads
def test_gradients_of_several_heads_are_those_of_finite_differences(headed, count):
    rng = np.random.default_rng(0)
    layer = Recurrent(headed(2, 6, seed=3, num_heads=count), dtype=torch.float64)
    arrays = (random_input(rng, 3, 2, 2), *headed_state(rng, layer.cell, 2))
    arrays = (*arrays, *random_reads(rng, layer.cell, 3, 2).values())
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    parts = len(layer.cell.state)

    def function(x, *rest):
        reads = dict(zip(layer.cell.reads, rest[parts:], strict=False))
        run = unroll(layer.cell, x, layer.cell.State(*rest[:parts]), **reads)
        return (run.outputs, *run.state)

    assert torch.autograd.gradcheck(function, (*leaves, *layer.parameters()))


@every_number_of_heads
@pytest.mark.filterwarnings("error")
def test_several_heads_stay_in_bounds_and_are_the_same_for_tensors_and_in_a_padded_batch(
    headed, count
):
    rng = np.random.default_rng(0)
    cell = headed(3, 6, seed=1, num_heads=count)
    x, reads = random_input(rng, 2000, 2, 3), random_reads(rng, cell, 2000, 2)
    x[::7] = rng.choice([-1000.0, 1000.0], x[::7].shape)
    x[50:, 0] = np.nan
    run = unroll(cell, x, lengths=[50, 2000], **reads)
    assert np.isfinite(run.outputs).all() and not run.outputs[50:, 0].any()
    alone = unroll(cell, x[:50, 0], **{name: each[:50, 0] for name, each in reads.items()})
    tensors = unroll(
        Recurrent(cell, dtype=torch.float64).cell,
        torch.from_numpy(x[:, 1]),
        **{name: torch.from_numpy(each[:, 1]) for name, each in reads.items()},
    )
    for name in cell.state:
        np.testing.assert_allclose(
            run.states[name][:50, 0], alone.states[name], rtol=1e-13, atol=1e-13
        )
        np.testing.assert_allclose(
            run.states[name][:, 1], tensors.states[name].detach(), rtol=1e-10, atol=1e-10
        )


@pytest.mark.parametrize("cell_class", [SLSTMCell, MLSTMGivenQKVCell])
def test_heads_divide_the_units(cell_class):
    with refused(ValueError, "num_heads is 4; it must divide hidden_size=6 into equal heads"):
        cell_class(3, 6, num_heads=4)
    with refused(ValueError, "num_heads is 0; it must be 1 or more"):
        cell_class(3, 6, num_heads=0)
    with refused(ValueError, "num_heads is 2.0; it must be a whole number, 1 or more"):
        cell_class(3, 6, num_heads=2.0)
    with refused(ValueError, "hidden_size is 0; it must be 1 or more"):
        cell_class(3, 0, num_heads=2)


def test_heads_of_an_slstm_are_one_head_with_blocks_in_its_matrices():
    cell, whole = SLSTMCell(4, 6, seed=1, num_heads=2), SLSTMCell(4, 6)
    assert cell.U["f"].shape == (6, 3)
    assert whole.num_parameters - cell.num_parameters == 4 * 6 * 3
    same_weights(whole, cell, ())
    for gate in cell.gates:
        whole.W[gate], whole.b[gate] = cell.W[gate], cell.b[gate]
        blocks = np.zeros((6, 6))
        blocks[:3, :3], blocks[3:, 3:] = cell.U[gate][:3], cell.U[gate][3:]
        whole.U[gate] = blocks
    rng = np.random.default_rng(0)
    x, state = random_input(rng, 20, 3, 4), random_state(rng, SLSTMCell, 3, 6)
    ours, theirs = unroll(cell, x, state), unroll(whole, x, state)
    for name in cell.state:
        np.testing.assert_allclose(ours.states[name], theirs.states[name], rtol=0, atol=1e-13)


# xLSTM, held to the package of its authors


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_an_slstm_with_heads_is_the_one_of_its_authors(count):
    cell = SLSTMCell(4, 6, seed=1, num_heads=count)
    x = 3 * random_input(np.random.default_rng(0), 40, 3, 4)
    run = unroll(cell, x)
    order = ("i", "f", "c_tilde", "o")
    W, b = (
        torch.from_numpy(np.concatenate([cell.weights[kind][g] for g in order])) for kind in "Wb"
    )
    size = 6 // count
    blocks = [
        np.concatenate([cell.U[g][head * size : (head + 1) * size] for g in order])
        for head in range(count)
    ]
    states, _, _ = slstm_forward(
        torch.from_numpy(x) @ W.T,
        torch.zeros(4, 3, 6, dtype=torch.float64),
        torch.from_numpy(np.stack(blocks)),
        b,
        slstm_pointwise_function_registry["slstm"],
    )
    for name, expected in zip(("h", "c", "n", "m"), states, strict=True):
        np.testing.assert_allclose(run.states[name], expected[1:], rtol=1e-12, atol=1e-12)


def test_an_mlstm_is_the_one_of_its_authors():
    cell = MLSTMCell(4, 5, seed=1)
    x = 3 * random_input(np.random.default_rng(0), 40, 3, 4)
    run = unroll(cell, x)

    c, n, m = (torch.zeros(3, 1, *shape, dtype=torch.float64) for shape in ((5, 5), (5,), (1,)))
    for t, x_t in enumerate(x):
        a = cell.pre_activations(x_t, None)._asdict()
        a = {gate: torch.from_numpy(value)[:, None] for gate, value in a.items()}
        # They divide the query by the root and we the key, as the paper does: h is the same, and
        # their memory is larger by the root.
        hidden, (c, n, m) = mlstm_recurrent_step__native(
            a["q"], a["k"], a["v"], a["i"], a["f"], c, n, m, eps=0.0, dtype_state=torch.float64
        )
        expected = torch.sigmoid(a["o"]) * hidden
        np.testing.assert_allclose(run.states["h"][t], expected[:, 0], rtol=1e-12, atol=1e-12)
        root = 5**0.5
        ours = np.swapaxes(run.states["c"][t], -1, -2) * root
        np.testing.assert_allclose(ours, c[:, 0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(run.states["n"][t] * root, n[:, 0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(run.states["m"][t], m[:, 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_an_mlstm_given_queries_keys_and_values_is_the_one_of_its_authors(count):
    cell = MLSTMGivenQKVCell(18, 6, seed=1, num_heads=count)
    rng = np.random.default_rng(0)
    reads = {name: 3 * random_input(rng, 40, 3, 6) for name in "qkv"}
    x = np.concatenate(list(reads.values()), axis=-1)  # what the gates read in their cell
    run = unroll(cell, x, **reads)

    size = 6 // count
    c, n, m = (
        torch.zeros(3, count, *shape, dtype=torch.float64)
        for shape in ((size, size), (size,), (1,))
    )
    for t in range(40):
        q, k, v = (torch.from_numpy(reads[name][t]).reshape(3, count, size) for name in "qkv")
        a = {g: torch.from_numpy(x[t] @ cell.W[g].T + cell.b[g])[..., None] for g in cell.gates}
        hidden, (c, n, m) = mlstm_recurrent_step__native(
            q, k, v, a["i"], a["f"], c, n, m, eps=0.0, dtype_state=torch.float64
        )
        expected = {
            "h": hidden.reshape(3, 6),
            "c": c.transpose(-1, -2) / size**0.5,  # they divide the query by the root, we the key
            "n": n / size**0.5,
            "m": m[..., 0],
        }
        for name, value in expected.items():
            np.testing.assert_allclose(
                run.states[name][t], value, rtol=1e-12, atol=1e-12, err_msg=name
            )


def test_an_mlstm_given_what_its_layers_would_compute_is_an_mlstm_that_shows_all():
    whole, cell = MLSTMCell(4, 5, seed=1), MLSTMGivenQKVCell(4, 5)
    for kind in ("W", "b"):
        for gate in cell.gates:
            getattr(cell, kind)[gate] = getattr(whole, kind)[gate]
    whole.W["o"], whole.b["o"] = np.zeros((5, 4)), np.full(5, 1000.0)
    x = random_input(np.random.default_rng(0), 30, 3, 4)
    reads = {g: x @ whole.W[g].T + whole.b[g] for g in "qkv"}
    ours, theirs = unroll(cell, x, **reads), unroll(whole, x)
    np.testing.assert_allclose(ours.outputs, theirs.outputs, rtol=0, atol=1e-14)
    np.testing.assert_allclose(ours.states["c"][..., 0, :, :], theirs.states["c"], atol=1e-14)


def test_without_queries_keys_or_values_it_refuses():
    cell, x = MLSTMGivenQKVCell(3, 4), np.ones((5, 2, 3))
    sentence = (
        "MLSTMGivenQKVCell is not given '{}': it reads q, k and v beside x, each with "
        "hidden_size=4 numbers a step, such as unroll(cell, x, q=q, k=k, v=v)"
    )
    with refused(TypeError, sentence.format("q")):
        unroll(cell, x)
    with refused(TypeError, sentence.format("v")):
        cell(x[0], q=np.ones((2, 4)), k=np.ones((2, 4)))
    with refused(ValueError, "q has shape (5, 2, 3), expected (5, 2, 4)"):
        unroll(cell, x, q=x, k=x, v=x)


def test_an_slstm_shows_a_mean_of_its_candidates():
    cell = SLSTMCell(4, 5, seed=1)
    cell.W["o"], cell.U["o"], cell.b["o"] = np.zeros((5, 4)), np.zeros((5, 5)), np.full(5, 1000.0)
    x = 100 * random_input(np.random.default_rng(0), 200, 4)
    assert np.abs(unroll(cell, x).outputs).max() <= 1


def test_an_mlstm_finds_a_value_by_its_key():
    """Three values under keys at right angles; a query like the second key brings its value."""
    cell = MLSTMCell(9, 3)
    for kind, shapes in cell.weight_shapes().items():
        for gate, shape in shapes.items():
            getattr(cell, kind)[gate] = np.zeros(shape)
    cell.b["f"], cell.b["o"] = np.array([1000.0]), np.full(3, 1000.0)
    cell.W["k"] = np.sqrt(3) * np.eye(3, 9)
    cell.W["v"], cell.W["q"] = np.eye(3, 9, k=3), np.eye(3, 9, k=6)
    rng = np.random.default_rng(0)
    values = random_input(rng, 3, 3)
    x = np.zeros((4, 9))
    x[:3, :3], x[:3, 3:6] = np.eye(3), values
    x[3, 6:] = [0, 1, 0]
    np.testing.assert_allclose(unroll(cell, x).outputs[-1], values[1], rtol=0, atol=1e-14)
