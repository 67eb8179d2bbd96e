"""What is special about each variant of the LSTM: exact reductions, and limits that it keeps."""

import numpy as np
import pytest
import torch
from mlstm_kernels.torch.recurrent import mlstm_recurrent_step__native
from oracles import from_here, random_input, random_state
from refusal import refused
from xlstm.blocks.slstm.src.vanilla.slstm import slstm_forward_pointwise

from lstm_lib.cells import (
    CIFGCell,
    ClockworkRNNCell,
    CoupledLSTMCell,
    DepthGatedLSTMCell,
    FGRCell,
    GridLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    LSTM1997Cell,
    LSTMCell,
    MemoryOnlyCell,
    MinGRUCell,
    MinLSTMCell,
    MLSTMCell,
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
    ProjectedLSTMCell,
    RNNCell,
    SLSTMCell,
)
from lstm_lib.equations import trace
from lstm_lib.layers import Recurrent, turn_z
from lstm_lib.sequences import scan, unroll

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


# xLSTM, held to the package of its authors


def test_an_slstm_is_the_one_of_its_authors():
    cell = SLSTMCell(4, 5, seed=1)
    x = 3 * random_input(np.random.default_rng(0), 40, 3, 4)
    run = unroll(cell, x)

    def pack(kind):
        weights = cell.weights[kind]
        return torch.cat([torch.from_numpy(weights[g]) for g in ("i", "f", "c_tilde", "o")])

    W, U, b = pack("W"), pack("U"), pack("b")
    states = torch.zeros(4, 3, 5, dtype=torch.float64)  # h, c, n, m
    for t, x_t in enumerate(torch.from_numpy(x)):
        states, _ = slstm_forward_pointwise(x_t @ W.T, states[0] @ U.T, b[None], states, {})
        for name, expected in zip(("h", "c", "n", "m"), states, strict=True):
            np.testing.assert_allclose(run.states[name][t], expected, rtol=1e-12, atol=1e-12)


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
