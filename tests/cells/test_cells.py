"""One step of each cell is its published equations, and bad input is answered with a sentence."""

import copy
import pickle
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from oracles import (
    CELLS,
    CELLS_IN_TORCH,
    from_here,
    random_input,
    random_reads,
    random_state,
    run_torch,
    torch_module,
)
from refusal import refused
from second_writing import PARAMETERS, UNIT

import lstm_lib.cells
from lstm_lib.cells import Cell, LSTMCell, RNNCell
from lstm_lib.layers import Recurrent, from_torch
from lstm_lib.sequences import unroll

every_cell = pytest.mark.parametrize("cell_class", CELLS)
every_cell_in_torch = pytest.mark.parametrize("cell_class", CELLS_IN_TORCH)


@every_cell
@pytest.mark.parametrize("seed", range(5))
def test_a_step_is_the_equations_unit_by_unit(cell_class, seed):
    rng = np.random.default_rng(seed)
    cell = cell_class(input_size=3, hidden_size=4, seed=seed)
    x, last, reads = random_input(rng, 3), random_state(rng, cell_class, 4), random_reads(rng, cell)
    state, gates = cell(x, last, **reads)
    for unit in range(4):
        expected = UNIT[cell_class](cell, unit, x, SimpleNamespace(**last._asdict(), **reads))
        for found, values in zip((state, gates), expected, strict=True):
            assert set(values) == set(found._fields)
            for name, value in values.items():
                numbers = getattr(found, name)
                one = numbers[min(unit, len(numbers) - 1)]  # some parts have fewer than 4
                np.testing.assert_allclose(one, value, rtol=1e-13, atol=1e-14, err_msg=name)


@every_cell_in_torch
def test_a_step_equals_torch(cell_class):
    rng = np.random.default_rng(0)
    module = torch_module(cell_class, 3, 4)
    x, last = random_input(rng, 2, 3), random_state(rng, cell_class, 2, 4)
    state, _ = from_torch(module)(x, last)
    _, expected = run_torch(module, torch.from_numpy(x)[None], map(torch.from_numpy, last))
    for ours, theirs in zip(state, expected, strict=True):
        np.testing.assert_allclose(ours, theirs.detach(), rtol=0, atol=1e-12)


@every_cell
def test_a_row_of_a_batch_is_that_example_alone(cell_class):
    rng = np.random.default_rng(0)
    cell = cell_class(3, 4)
    x, last = random_input(rng, 5, 3), random_state(rng, cell_class, 5, 4)
    reads = random_reads(rng, cell, 5)
    batched = cell(x, last, **reads)
    for k in range(5):
        alone = cell(
            x[k],
            cell.State(*(part[k] for part in last)),
            **{name: value[k] for name, value in reads.items()},
        )
        for named, row in zip(batched, alone, strict=True):
            for name in named._fields:
                np.testing.assert_allclose(getattr(named, name)[k], getattr(row, name), atol=1e-15)


@every_cell
def test_without_a_state_it_is_the_one_before_anything_was_seen(cell_class):
    cell, x = cell_class(3, 4), np.ones((2, 3))
    shapes = cell.state_shapes().items()
    zeros = {name: np.full((2, *shape), cell.start.get(name, 0.0)) for name, shape in shapes}
    clock = {name: read[0] for name, read in from_here(cell, x[None]).items()}
    for left_out, given in zip(cell(x), cell(x, zeros, **clock), strict=True):
        for one, other in zip(left_out, given, strict=True):
            np.testing.assert_array_equal(one, other)


@every_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(cell_class, dtype):
    cell = cell_class(3, 4, dtype=dtype)
    weights = [w for kind in cell.weights.values() for w in kind.values()]
    state, gates = cell(np.ones((2, 3), dtype))
    assert {value.dtype for value in (*weights, *state, *gates)} == {np.dtype(dtype)}


# Weights


@every_cell
def test_weights_have_a_place_for_each_gate(cell_class):
    cell = cell_class(input_size=3, hidden_size=4)
    shapes = cell.weight_shapes()
    assert tuple(cell.W) == cell.gates
    assert tuple(cell.weights) == tuple(shapes) == cell.kinds
    for kind, weights in cell.weights.items():
        assert {gate: weight.shape for gate, weight in weights.items()} == shapes[kind]


def every_weight(cell):
    return np.concatenate([w.ravel() for kind in cell.weights.values() for w in kind.values()])


@every_cell
def test_the_number_of_parameters_counts_every_weight_once(cell_class):
    for input_size, hidden_size in ((3, 4), (5, 4), (1, 2)):
        cell = cell_class(input_size, hidden_size)
        assert cell.num_parameters == PARAMETERS[cell_class](input_size, hidden_size)


@every_cell
def test_the_same_seed_gives_the_same_weights_and_another_others(cell_class):
    one, same, other = (every_weight(cell_class(3, 4, seed=seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, same)
    assert (one != other).all()
    drawn = every_weight(cell_class(3, 4, seed=np.random.default_rng(7)))
    np.testing.assert_array_equal(one, drawn)


@every_cell
def test_weights_start_uniform_as_those_of_torch(cell_class):
    weights = every_weight(cell_class(input_size=64, hidden_size=64)) * np.sqrt(64)
    assert len(np.unique(weights)) == len(weights)
    assert np.abs(weights).max() <= 1
    # A uniform number between -1 and 1 has these first two moments, up to four standard errors.
    assert weights.mean() == pytest.approx(0, abs=4 * np.sqrt(1 / 3 / len(weights)))
    assert weights.var() == pytest.approx(1 / 3, abs=4 * np.sqrt(4 / 45 / len(weights)))


def test_a_replaced_weight_is_the_one_used_and_takes_the_cells_dtype():
    cell = LSTMCell(3, 4, dtype=np.float32)
    cell.b["f"] = [1000, 1000, 0, -1000]
    cell.W["f"] = np.zeros((4, 3))
    cell.U["f"] = np.zeros((4, 4))
    assert cell.b["f"].dtype == np.float32
    _, gates = cell(np.ones((1, 3), np.float32))
    np.testing.assert_array_equal(gates.f, [[1, 1, 0.5, 0]])


@every_cell
@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda cell: pickle.loads(pickle.dumps(cell))], ids=["copy", "pickle"]
)
def test_a_cell_can_be_copied_and_stored(cell_class, copied):
    cell = cell_class(3, 4, seed=5)
    twin = copied(cell)
    np.testing.assert_array_equal(every_weight(twin), every_weight(cell))
    twin.W[cell.gates[0]] = np.ones_like(cell.W[cell.gates[0]])
    assert (cell.W[cell.gates[0]] != 1).all()
    with refused(KeyError, f"no gate 'x' here; there is {', '.join(cell.gates)}"):
        twin.W["x"]


# NaN, infinity and large numbers


@every_cell
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [-1000.0, 1000.0])
def test_large_inputs_give_no_warning(cell_class, size):
    cell = cell_class(3, 4)
    last = {name: np.full((2, *shape), size) for name, shape in cell.state_shapes().items()}
    x = np.full((2, 3), size)
    clock = {name: read[0] for name, read in from_here(cell, x[None]).items()}
    state, gates = cell(x, last, **clock)
    assert all(np.isfinite(value).all() for value in (*state, *gates))


@pytest.mark.filterwarnings("error")
def test_infinity_times_zero_is_nan_without_a_warning():
    cell = LSTMCell(1, 1)
    cell.b["f"] = [-np.inf]
    state, gates = cell(np.zeros(1), cell.State(h=np.zeros(1), c=np.array([np.inf])))
    assert gates.f == 0
    assert np.isnan(state.c) and np.isnan(state.h)


@pytest.mark.filterwarnings("error")
def test_nan_reaches_what_it_touches_and_nothing_else():
    cell = LSTMCell(1, 2)
    last = cell.State(h=np.zeros((2, 2)), c=np.array([[np.nan, 0], [0, 0]]))
    state, gates = cell(np.ones((2, 1)), last)
    assert np.isnan(state.c).tolist() == [[True, False], [False, False]]
    assert np.isnan(state.h).tolist() == [[True, False], [False, False]]
    assert np.isfinite(gates).all()


# Sentences for the person


@pytest.mark.parametrize("name", ["input_size", "hidden_size"])
@pytest.mark.parametrize(
    "value, sentence",
    [
        (0, "{} is 0; it must be 1 or more"),
        (-2, "{} is -2; it must be 1 or more"),
        (2.0, "{} is 2.0; it must be a whole number, 1 or more"),
        ("3", "{} is '3'; it must be a whole number, 1 or more"),
        (True, "{} is True; it must be a whole number, 1 or more"),
        (None, "{} is None; it must be a whole number, 1 or more"),
    ],
)
def test_sizes_are_positive_whole_numbers(name, value, sentence):
    with refused(ValueError, sentence.format(name)):
        LSTMCell(**{"input_size": 3, "hidden_size": 4, name: value})


def test_a_size_may_be_numpys_integer():
    cell = LSTMCell(np.int64(3), np.int32(4))
    assert (cell.input_size, cell.hidden_size) == (3, 4)


@pytest.mark.parametrize("dtype, name", [(int, "int64"), (complex, "complex128"), (bool, "bool")])
def test_weights_are_floating_point(dtype, name):
    with refused(TypeError, f"dtype is {name}; weights need a floating-point type"):
        LSTMCell(3, 4, dtype=dtype)


@every_cell
@pytest.mark.parametrize("kind", "WUb")
def test_an_unknown_gate_is_answered_with_those_that_are_there(cell_class, kind):
    cell = cell_class(3, 4)
    weights = getattr(cell, kind)
    sentence = f"no gate 'x' here; there is {', '.join(cell.weight_shapes()[kind]) or 'none'}"
    with refused(KeyError, sentence):
        weights["x"]
    with refused(KeyError, sentence):
        weights["x"] = np.ones(4)


def test_the_gates_of_an_lstm_are_listed_in_words():
    with refused(KeyError, "no gate 'g' here; there is f, i, c_tilde, o"):
        LSTMCell(3, 4).W["g"]


@pytest.mark.parametrize(
    "kind, shape, given", [("W", (4, 3), (3, 4)), ("U", (4, 4), (4,)), ("b", (4,), (1,))]
)
def test_a_weight_of_the_wrong_shape_is_refused(kind, shape, given):
    with refused(ValueError, f"{kind}['f'] is given shape {given}, this cell expects {shape}"):
        getattr(LSTMCell(3, 4), kind)["f"] = np.ones(given)


@pytest.mark.parametrize(
    "value, dtype", [("abcd", "<U1"), ([True] * 4, "bool"), ([1j] * 4, "complex128")]
)
def test_a_weight_that_is_not_numbers_is_refused(value, dtype):
    with refused(TypeError, f"b['f'] is given {dtype}, not numbers"):
        LSTMCell(3, 4).b["f"] = list(value)


BAD_STEPS = [
    ([1.0] * 8, TypeError, "x is a list; give a NumPy array or a PyTorch tensor"),
    (1.0, TypeError, "x is a float; give a NumPy array or a PyTorch tensor"),
    (
        torch.ones(8),
        TypeError,
        "x is a PyTorch tensor and this cell's weights are NumPy arrays: "
        "wrap the cell in lstm_lib.layers.Recurrent",
    ),
    (
        np.ones(8, int),
        TypeError,
        "x has dtype int64, this cell computes in float64: convert x first",
    ),
    (
        np.ones(8, np.float32),
        TypeError,
        "x has dtype float32, this cell computes in float64: convert x first",
    ),
    (np.array(1.0), ValueError, "x is a single number, this cell expects input_size=8"),
    (np.ones(3), ValueError, "x has 3 features, this cell expects input_size=8"),
    (np.ones((8, 1)), ValueError, "x has 1 features, this cell expects input_size=8"),
    (
        np.ones((5, 2, 8)),
        ValueError,
        "x has shape (5, 2, 8), expected (batch_size, input_size), with or without batch_size",
    ),
]


@pytest.mark.parametrize("x, error, sentence", BAD_STEPS, ids=[s for _, _, s in BAD_STEPS])
def test_a_bad_input_is_refused(x, error, sentence):
    with refused(error, sentence):
        LSTMCell(input_size=8, hidden_size=4)(x)


GOOD, STATE = np.zeros((2, 4)), "state must be LSTMCell.State(h=…, c=…)"
BAD_STATES = [
    ((GOOD,), TypeError, STATE),
    ([GOOD, GOOD, GOOD], TypeError, STATE),
    (GOOD, TypeError, STATE),
    ({"h": GOOD}, TypeError, STATE),
    ({"h": GOOD, "c": GOOD, "m": GOOD}, TypeError, STATE),
    (RNNCell.State(h=GOOD), TypeError, STATE),
    (
        {"h": GOOD, "c": [0.0]},
        TypeError,
        "state.c is a list; give a NumPy array or a PyTorch tensor",
    ),
    (
        {"h": GOOD, "c": GOOD.astype(np.float32)},
        TypeError,
        "state.c has dtype float32, this cell computes in float64: convert state.c first",
    ),
    (
        {"h": np.zeros((1, 4)), "c": GOOD},
        ValueError,
        "state.h has shape (1, 4), expected (2, 4)",
    ),
    ({"h": GOOD, "c": np.zeros(4)}, ValueError, "state.c has shape (4,), expected (2, 4)"),
    ({"h": GOOD, "c": np.zeros((2, 1))}, ValueError, "state.c has shape (2, 1), expected (2, 4)"),
]


@pytest.mark.parametrize("state, error, sentence", BAD_STATES)
def test_a_bad_state_is_refused(state, error, sentence):
    with refused(error, sentence):
        LSTMCell(3, 4)(np.ones((2, 3)), state)
    with refused(error, sentence):
        unroll(LSTMCell(3, 4), np.ones((5, 2, 3)), state)


def test_the_state_of_an_rnn_is_asked_for_by_its_own_names():
    with refused(TypeError, "state must be RNNCell.State(h=…)"):
        RNNCell(3, 4)(np.ones((2, 3)), [np.zeros((2, 4))] * 2)


def test_an_array_where_a_tensor_belongs_is_refused():
    layer = Recurrent(LSTMCell(3, 4), dtype=torch.float64)
    with refused(
        TypeError,
        "x is a NumPy array and these weights are PyTorch tensors: torch.from_numpy(x)",
    ):
        layer(np.ones((5, 2, 3)))
    with refused(
        TypeError,
        "state.h is a NumPy array and these weights are PyTorch tensors: torch.from_numpy(state.h)",
    ):
        layer(torch.ones(5, 2, 3, dtype=torch.float64), {"h": GOOD, "c": GOOD})
    with refused(
        TypeError, "x has dtype torch.float32, this cell computes in torch.float64: convert x first"
    ):
        layer(torch.ones(5, 2, 3))


def test_a_cell_without_equations_says_so():
    class Empty(Cell):
        gates = ("g",)

    with refused(NotImplementedError, "Empty has no equations: write its step(a, s)"):
        Empty(3, 4)(np.ones(3))


# What a new cell comes with


@every_cell
def test_each_cell_is_exported_and_says_its_equations_and_source(cell_class):
    assert getattr(lstm_lib.cells, cell_class.__name__) is cell_class
    assert cell_class.__name__ in lstm_lib.cells.__all__
    assert ".. math::" in cell_class.__doc__
    assert re.search(r"Sources?: .*\(\d{4}\)", cell_class.__doc__, re.DOTALL)


@every_cell
def test_state_and_gates_are_addressed_by_name(cell_class):
    state, gates = cell_class(3, 4)(np.ones(3))
    assert state._fields == cell_class.state
    assert gates._fields == cell_class.gates
    assert state._fields[0] == "h"
