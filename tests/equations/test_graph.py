"""The traced graph is the cell: same values, same derivatives, readable names."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import CELLS
from refusal import refused
from unusual_cells import ALIASES, Constant, NewLetters

from lstm_lib.cells import (
    Cell,
    CoupledLSTMCell,
    DepthGatedLSTMCell,
    GRUCell,
    LSTMCell,
    MLSTMCell,
    ProjectedLSTMCell,
    RNNCell,
)
from lstm_lib.cells.functions import exp, log_sigmoid, maximum, relu, sigmoid, tanh
from lstm_lib.equations import notation
from lstm_lib.equations.graph import Graph, Symbol, trace
from lstm_lib.sequences import unroll

every_cell = pytest.mark.parametrize("cell_class", [*CELLS, *ALIASES])
some_examples = settings(max_examples=60, deadline=None, derandomize=True)


def numbers_for(graph, seed, spread=2.0):
    rng = np.random.default_rng(seed)
    values = {name: rng.normal(scale=spread) for name in graph.inputs}
    for name in values.keys() & {"n_prev"}:  # a sum of weights, by which something is divided
        values[name] = abs(values[name]) + 1
    return values


def cell_of(cell_class, values, array=np.array):
    """A cell of one unit and one feature with these weights."""
    cell = cell_class(1, 1)
    for kind, weights in cell.weights.items():
        for gate, weight in weights.items():
            weights[gate] = np.reshape(values[f"{kind}_{gate}"], weight.shape)
    return cell


def last_state(cell_class, values):
    shapes = cell_class(1, 1).state_shapes().items()
    return cell_class.State(*(np.full(s, values.get(f"{part}_prev", 7.0)) for part, s in shapes))


def reads_of(cell_class, values):
    return {name: np.array([values[name]]) for name in cell_class.reads}


def cell_in_torch(cell_class, tensors):
    """A cell of one unit and one feature whose weights are these tensors, by name."""
    cell = cell_class(1, 1)
    for kind, shapes in cell.weight_shapes().items():
        setattr(cell, kind, {g: tensors[f"{kind}_{g}"].reshape(s) for g, s in shapes.items()})
    return cell


def in_torch(cell_class, values):
    """The cell's own step on tensors: every named value, each known to autograd."""
    parts = {f"{part}_prev": 7.0 for part in cell_class.state}  # for those that no step reads
    named = {name: torch.tensor(v, dtype=torch.float64) for name, v in (parts | values).items()}
    for tensor in named.values():
        tensor.requires_grad_()
    cell = cell_in_torch(cell_class, named)
    last = [named[f"{part}_prev"].reshape(s) for part, s in cell.state_shapes().items()]
    x = named["x"].reshape(1)
    seen = cell.Seen(*last, *(named[name].reshape(1) for name in cell.reads), x)
    a = cell.pre_activations(x, getattr(seen, cell.recurrent))
    state, gates = cell.step(a, seen)
    made = [*gates, *state]
    own = {n: v for n, v in a._asdict().items() if all(v is not each for each in made)}
    named |= {f"a_{name}": value for name, value in own.items()}
    named = {name: value for name, value in named.items() if name in values or "_prev" not in name}
    return named | gates._asdict() | state._asdict()


# The same values


@every_cell
@pytest.mark.parametrize("spread", [1.0, 30.0])
def test_the_graph_computes_what_the_cell_computes(cell_class, spread):
    graph = trace(cell_class)
    for seed in range(50):
        values = numbers_for(graph, seed, spread)
        computed = graph.evaluate(**values)
        state, gates = cell_of(cell_class, values)(
            np.array([values["x"]]), last_state(cell_class, values), **reads_of(cell_class, values)
        )
        for name, expected in (state._asdict() | gates._asdict()).items():
            assert computed[name] == pytest.approx(expected.item(), rel=1e-15, abs=1e-15), name


@every_cell
def test_the_graph_computes_arrays_as_it_computes_numbers(cell_class):
    graph = trace(cell_class)
    rows = [numbers_for(graph, seed) for seed in range(20)]
    columns = {name: np.array([row[name] for row in rows]) for name in graph.inputs}
    at_once = graph.evaluate(**columns)
    for k, row in enumerate(rows):
        for name, value in graph.evaluate(**row).items():
            assert at_once[name][k] == pytest.approx(value, rel=1e-15), name


@every_cell
@pytest.mark.filterwarnings("error")
def test_large_inputs_give_no_warning(cell_class):
    graph = trace(cell_class)
    draws = np.random.default_rng(0).choice([-1000.0, 1000.0], size=(50, len(graph.inputs)))
    for draw in draws:
        values = graph.evaluate(**dict(zip(graph.inputs, draw, strict=True)))
        assert np.isfinite(list(values.values())).all()


@every_cell
def test_nan_reaches_the_new_state(cell_class):
    graph = trace(cell_class)
    values = numbers_for(graph, 0) | {"x": math.nan}
    computed = graph.evaluate(**values)
    assert any(np.isnan(computed[part]) for part in cell_class.state)


# Names


def reached(cell_class):
    """What the step reads of what it might, and the names of its pre-activations that are values
    of their own: as autograd sees it, when the step is computed."""
    cell = cell_class(1, 1)
    weights = {f"{kind}_{gate}" for kind, gates in cell.weights.items() for gate in gates}
    inputs = ["x", *cell.reads, *(f"{part}_prev" for part in cell.state), *weights]
    tensors = in_torch(cell_class, dict.fromkeys(inputs, 0.5))
    everything = sum(tensors[name].sum() for name in (*cell.gates, *cell.state))
    slopes = torch.autograd.grad(everything, [tensors[name] for name in inputs], allow_unused=True)
    read = {name for name, slope in zip(inputs, slopes, strict=True) if slope is not None}
    return read, {f"a_{gate}" for gate in cell.gates} & set(tensors)


@every_cell
def test_everything_has_the_name_that_the_page_uses(cell_class):
    graph = trace(cell_class)
    inputs, own = reached(cell_class)
    assert set(graph.inputs) == inputs
    assert set(graph.outputs) == {*cell_class.state, *cell_class.gates}
    used = {name for name in own if name in graph}  # one of Highway's gates is what it reads
    assert set(graph.named) == inputs | used | set(graph.outputs)
    assert len(graph.named) == len(set(graph.named))


@every_cell
def test_a_name_knows_what_it_is(cell_class):
    cell, graph = cell_class(1, 1), trace(cell_class)
    kinds = dict.fromkeys(cell.gates, "gate") | dict.fromkeys(cell.state, "state")
    kinds |= {f"{part}_prev": "state" for part in cell.state}
    kinds |= dict.fromkeys(("x", *cell.reads), "input")
    kinds |= {f"a_{gate}": "pre-activation" for gate in cell.gates}
    kinds |= {f"{kind}_{gate}": "weight" for kind, gates in cell.weights.items() for gate in gates}
    for name in graph.named:
        assert name.kind == kinds[name], name
        assert name.previous == name.endswith("_prev")
        if name.kind in ("weight", "pre-activation"):
            assert name == f"{name.weight}_{name.gate}" and name.gate in cell.gates + cell.state
    again = graph.repeat(2)
    for name in again.names.values():
        plain = graph.names[str(name)[: -len("_2")]]
        assert (name.kind, name.letter, name.words) == (plain.kind, plain.letter, plain.words)
        assert name.copies in (("1",), ("2",))
    for name in graph.gradient("h").outputs:
        assert (name.of, name.by) == ("h", graph.names[name.by])


@every_cell
def test_nothing_comes_before_what_it_is_computed_from(cell_class):
    seen = set()
    for sym in trace(cell_class).order:
        assert seen.issuperset(sym.args)
        seen.add(sym)


def test_a_gru_names_what_is_left_of_its_old_state():
    graph = trace(GRUCell)
    numbers = numbers_for(graph, 0)
    values = graph.evaluate(**numbers)
    assert values["(1-z)*h_prev"] == (1 - values["z"]) * numbers["h_prev"]


def test_an_lstm_names_its_wires_by_their_expressions():
    graph = trace(LSTMCell)
    assert {"f*c_prev", "i*c_tilde", "tanh(c)", "W_f*x", "U_f*h_prev"} < set(graph.symbols)
    values = graph.evaluate(**numbers_for(graph, 0))
    assert values["f*c_prev"] == values["f"] * numbers_for(graph, 0)["c_prev"]
    assert values["i*c_tilde"] == values["i"] * values["c_tilde"]
    assert values["tanh(c)"] == pytest.approx(math.tanh(values["c"]), abs=1e-15)
    assert values["f*c_prev"] + values["i*c_tilde"] == values["c"]
    assert str(graph["c"]) == "c" and repr(graph["f*c_prev"]) == "<Symbol f*c_prev>"


def test_a_value_is_found_by_a_longer_expression_and_named_when_asked_for():
    graph = trace(CoupledLSTMCell)
    kept = "(1-i)*c_prev"
    assert kept in graph
    values = graph.part("c", **{kept: kept}).evaluate(
        **{name: value for name, value in numbers_for(graph, 0).items() if name[-1] != "o"}
    )
    assert values[kept] == (1 - values["i"]) * numbers_for(graph, 0)["c_prev"]


def test_a_name_is_in_the_graph_or_not():
    graph = trace(LSTMCell)
    assert "f" in graph and "f*c_prev" in graph
    assert "z" not in graph and "c*f" not in graph


#: What is done to two symbols, and how it is written: brackets where they are needed, only there.
WRITTEN = [
    (lambda a, b: a + b, "a+b"),
    (lambda a, b: a - b, "a-b"),
    (lambda a, b: a * b, "a*b"),
    (lambda a, b: 1 - a, "1-a"),
    (lambda a, b: 2 * a, "2*a"),
    (lambda a, b: 2 + a, "2+a"),
    (lambda a, b: a * 0.5, "a*0.5"),
    (lambda a, b: (a + b) * a, "(a+b)*a"),
    (lambda a, b: a * (a - b), "a*(a-b)"),
    (lambda a, b: a * b + b * a, "a*b+b*a"),
    (lambda a, b: a - (b + a), "a-(b+a)"),
    (lambda a, b: a - (b - a), "a-(b-a)"),
    (lambda a, b: a - b - a, "a-b-a"),
    (lambda a, b: a + (b - a), "a+b-a"),
    (lambda a, b: -(a + b), "-(a+b)"),
    (lambda a, b: -a * b, "(-a)*b"),
    (lambda a, b: -(a * b), "-a*b"),
    (lambda a, b: sigmoid(a - b) * tanh(-b), "sigmoid(a-b)*tanh(-b)"),
    (lambda a, b: tanh((1 - a) * b), "tanh((1-a)*b)"),
    (lambda a, b: b @ a.T, "a*b"),
    (lambda a, b: (a + b) / (a * b), "(a+b)/(a*b)"),
    (lambda a, b: a / (b @ a), "a/(a*b)"),
    (lambda a, b: a * b / 2, "a*b/2"),
    (lambda a, b: a - -b, "a-(-b)"),
]


def two_symbols():
    return Symbol("input", name="a"), Symbol("input", name="b")


@pytest.mark.parametrize("formula, text", WRITTEN, ids=[text for _, text in WRITTEN])
def test_an_expression_is_written_with_the_brackets_it_needs(formula, text):
    assert str(formula(*two_symbols())) == text


TREES = st.recursive(
    st.sampled_from(["a", "b", "1", "2", "3"]),
    lambda tree: st.one_of(
        st.tuples(st.sampled_from("+-*"), tree, tree).map(lambda t: f"({t[1]}){t[0]}({t[2]})"),
        tree.map(lambda t: f"-({t})"),
    ),
    max_leaves=8,
)


@some_examples
@given(tree=TREES, a=st.integers(-9, 9), b=st.integers(-9, 9))
def test_a_name_read_as_a_formula_gives_its_value(tree, a, b):
    symbols = SimpleNamespace(**dict(zip("ab", two_symbols(), strict=True)))
    sym = eval(tree, vars(symbols)) + 0 * symbols.a + 0 * symbols.b
    graph = Graph({"result": sym})
    assert graph.evaluate(a=a, b=b)["result"] == eval(str(sym), {"a": a, "b": b})


# Parts and repetitions


def test_the_part_for_the_belt_needs_nothing_but_the_gates():
    belt = trace(LSTMCell).part("c", given=("f", "i", "c_tilde"))
    assert set(belt.inputs) == {"f", "i", "c_tilde", "c_prev"}
    assert set(belt.outputs) == {"c"}
    values = belt.evaluate(f=0.5, i=0.25, c_tilde=-1.0, c_prev=2.0)
    assert values["c"] == 0.75
    assert {name for name in values if name not in belt.inputs} == {"f*c_prev", "i*c_tilde", "c"}


@every_cell
def test_a_part_with_nothing_given_is_what_leads_there(cell_class):
    graph = trace(cell_class)
    values = numbers_for(graph, 0)
    cell, gate = cell_class(1, 1), cell_class.gates[0]
    name = f"a_{gate}" if f"a_{gate}" in graph else gate
    part = graph.part(name)
    recurrent = {f"{cell.recurrent}_prev", f"U_{gate}"} if cell.has("U", gate) else set()
    bias = {f"b_{gate}"} if cell.has("b", gate) else set()
    assert set(part.inputs) == {"x", f"W_{gate}"} | bias | recurrent
    computed = part.evaluate(**{name: values[name] for name in part.inputs})
    assert computed[name] == graph.evaluate(**values)[name]


def test_an_output_of_a_part_can_have_a_name_of_its_own():
    part = trace(LSTMCell).part("c", given=("f", "i", "c_tilde"), kept="f*c_prev")
    assert tuple(part.outputs) == ("kept", "c")  # in the order in which they are computed
    assert part.evaluate(f=0.5, i=0.25, c_tilde=-1.0, c_prev=2.0)["kept"] == 1.0


def test_taking_a_part_leaves_the_graph_whole():
    graph = trace(LSTMCell)
    graph.part("c", given=("f",))
    graph.repeat(2)
    assert graph["f"].op == "sigmoid"
    assert tuple(graph.inputs) == trace(LSTMCell).inputs


def carried(cell_class):
    """What one step takes over from the one before."""
    inputs = trace(cell_class).inputs
    return {f"{part}_prev": part for part in cell_class.state if f"{part}_prev" in inputs}


@every_cell
def test_copies_that_carry_their_state_are_the_unrolled_cell(cell_class):
    graph = trace(cell_class)
    shared = [name for name in graph.inputs if name.kind == "weight"]
    chain = graph.repeat(5, shared, carry=carried(cell_class))
    xs = [f"x_{k}" for k in range(1, 6)]
    reads = {f"{name}_{k}" for name in cell_class.reads for k in range(1, 6)}
    assert set(chain.inputs) == {*shared, *xs} | reads | set(carried(cell_class))
    values = numbers_for(chain, 0)
    computed = chain.evaluate(**values)
    run = unroll(
        cell_of(cell_class, values),
        np.array([[values[x]] for x in xs]),
        last_state(cell_class, values),
        **{n: np.array([[values[f"{n}_{k}"]] for k in range(1, 6)]) for n in cell_class.reads},
    )
    for name, over_time in (run.states | run.gates).items():
        ours = [computed[f"{name}_{k}"] for k in range(1, 6)]
        np.testing.assert_allclose(ours, np.ravel(over_time), rtol=1e-13, atol=1e-14)


@every_cell
def test_copies_that_share_nothing_are_as_many_cells(cell_class):
    graph = trace(cell_class)
    three = graph.repeat(3)
    assert set(three.inputs) == {f"{name}_{k}" for name in graph.inputs for k in (1, 2, 3)}
    rows = [numbers_for(graph, seed) for seed in (1, 2, 3)]
    values = {f"{name}_{k}": v for k, row in enumerate(rows, 1) for name, v in row.items()}
    computed = three.evaluate(**values)
    for k, row in enumerate(rows, 1):
        expected = graph.evaluate(**row)
        assert all(computed[f"{name}_{k}"] == expected[name] for name in graph.outputs)


# Derivatives


@every_cell
def test_derivatives_by_every_named_value_equal_autograd(cell_class):
    graph = trace(cell_class)
    for seed in range(10):
        values = numbers_for(graph, seed)
        tensors = in_torch(cell_class, values)
        assert set(tensors) == set(graph.named)
        for output in graph.outputs:
            derivatives = graph.gradient(output)
            expected = torch.autograd.grad(
                tensors[output], tensors.values(), retain_graph=True, allow_unused=True
            )
            expected = {
                f"d{output}/d{name}": gradient.item()
                for name, gradient in zip(tensors, expected, strict=True)
                if gradient is not None
            }
            ours = derivatives.evaluate(**{name: values[name] for name in derivatives.inputs})
            assert set(derivatives.outputs) == set(expected)
            for name, value in expected.items():
                assert ours[name] == pytest.approx(value, rel=1e-12, abs=1e-12), name


@every_cell
def test_derivatives_by_every_input_equal_finite_differences(cell_class):
    graph = trace(cell_class)
    values = numbers_for(graph, 0, spread=1.0)
    step = 1e-6
    for output in graph.outputs:
        derivatives = graph.gradient(output)
        ours = derivatives.evaluate(**{name: values[name] for name in derivatives.inputs})
        for name in graph.inputs:
            up, down = (
                graph.evaluate(**values | {name: values[name] + sign * step})[output]
                for sign in (1, -1)
            )
            expected = (up - down) / (2 * step)
            assert ours.get(f"d{output}/d{name}", 0) == pytest.approx(expected, abs=1e-8)


#: Everything that a step may be written with; the two cells need only some of it.
FORMULAS = {
    "1 - a": lambda a, b: 1 - a,
    "a - 1": lambda a, b: a - 1,
    "a - b * a": lambda a, b: a - b * a,
    "2 * a * b + 3": lambda a, b: 2 * a * b + 3,
    "-(a + b)": lambda a, b: -(a + b),
    "(1 - b) * a + b * tanh(a)": lambda a, b: (1 - b) * a + b * tanh(a),
    "a * a * a": lambda a, b: a * a * a,
    "sigmoid(a) * tanh(b)": lambda a, b: sigmoid(a) * tanh(b),
    "sigmoid(-tanh(a * b) - a)": lambda a, b: sigmoid(-tanh(a * b) - a),
    "a / b - 1 / a": lambda a, b: a / b - 1 / a,
    "exp(a / b)": lambda a, b: exp(a / b),
    "log_sigmoid(a) * abs(b)": lambda a, b: log_sigmoid(a) * abs(b),
    "maximum(a, b) * maximum(b, -a)": lambda a, b: maximum(a, b) * maximum(b, -a),
    "relu(a) + a * relu(b)": lambda a, b: relu(a) + a * relu(b),
    "a used on many paths": lambda a, b: (a + b) * (a - b) * sigmoid(a + b),
}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_derivatives_of_any_formula_equal_autograd(formula):
    derivatives = Graph({"y": formula(*two_symbols())}).gradient("y")
    tensors = torch.tensor([0.7, -1.3], dtype=torch.float64, requires_grad=True)
    expected = torch.autograd.grad(formula(*tensors), tensors)[0].tolist()
    values = {"a": 0.7, "b": -1.3}
    ours = derivatives.evaluate(**{name: values[name] for name in derivatives.inputs})
    assert [ours.get("dy/da", 0), ours.get("dy/db", 0)] == pytest.approx(expected, abs=1e-14)


def test_the_state_reaches_the_next_through_the_forget_gate_alone():
    """The essay's point, and the reason why an LSTM remembers: dC_t/dC_{t-1} is f_t."""
    graph = trace(LSTMCell)
    assert graph.gradient("c")["dc/dc_prev"] is graph["f"]
    assert graph.gradient("c")["dc/df"] is graph["c_prev"]
    assert graph.gradient("c")["dc/di"] is graph["c_tilde"]


def test_along_the_belt_the_derivative_is_the_product_of_the_forget_gates():
    belt = trace(LSTMCell).part("c", given=("f", "i", "c_tilde")).repeat(12, carry={"c_prev": "c"})
    derivatives = belt.gradient("c_12")
    forget = {f"f_{k}": 0.5 + k / 30 for k in range(1, 13)}
    values = {name: forget.get(name, 0.1) for name in derivatives.inputs}
    by_start = derivatives.evaluate(**values)["dc_12/dc_prev"]
    assert by_start == pytest.approx(math.prod(forget.values()), rel=1e-14)


@every_cell
def test_derivatives_through_time_equal_autograd(cell_class):
    graph = trace(cell_class)
    shared = [name for name in graph.inputs if name.kind == "weight"]
    chain = graph.repeat(12, shared, carry=carried(cell_class))
    values = numbers_for(chain, 0, spread=1.0)
    derivatives = chain.gradient("h_12")
    ours = derivatives.evaluate(**{name: values[name] for name in derivatives.inputs})

    tensors = {
        n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in values.items()
    }
    cell = cell_in_torch(cell_class, tensors)
    start = {
        name: torch.full((1,), 7.0, dtype=torch.float64)
        for name in ("h_prev", "h_up_prev", "c_up_prev")
    }
    state = [
        (start | tensors)[f"{part}_prev"].reshape(s) for part, s in cell.state_shapes().items()
    ]
    for k in range(1, 13):
        reads = [tensors[f"{name}_{k}"].reshape(1) for name in cell.reads]
        state, _ = cell.advance(tensors[f"x_{k}"].reshape(1), state, reads)
    state.h.sum().backward()
    for name, tensor in tensors.items():
        if tensor.grad is not None:  # an output gate acts on this step's h and on no later one
            expected = tensor.grad.item()
            assert ours[f"dh_12/d{name}"] == pytest.approx(expected, rel=1e-12, abs=1e-12), name
        else:
            assert f"dh_12/d{name}" not in ours


# Sentences for the person


def test_an_unknown_name_is_answered_with_those_that_are_there():
    sentence = "no value 'z' in this graph; it names W_h, x, U_h, h_prev, b_h, a_h, h"
    graph = trace(RNNCell)
    with refused(KeyError, sentence):
        graph["z"]
    with refused(KeyError, sentence):
        graph.gradient("z")
    with refused(KeyError, sentence):
        graph.part("h", given=("z",))


INPUTS = "this graph's inputs are f, c_prev, i, c_tilde"


@pytest.mark.parametrize(
    "values, sentence",
    [
        ({"f": 1, "i": 1}, f"{INPUTS}; missing: c_prev, c_tilde"),
        (
            {"f": 1, "i": 1, "c_prev": 1, "c_tilde": 1, "o": 1, "x": 1},
            f"{INPUTS}; not an input: o, x",
        ),
        ({"f": 1, "i": 1, "c_prev": 1, "c": 1}, f"{INPUTS}; missing: c_tilde; not an input: c"),
    ],
)
def test_a_graph_is_computed_from_exactly_its_inputs(values, sentence):
    with refused(TypeError, sentence):
        trace(LSTMCell).part("c", given=("f", "i", "c_tilde")).evaluate(**values)


def test_an_operation_without_a_row_says_which_to_add():
    with pytest.raises(KeyError, match="no operation 'sqrt'; .* in OPERATIONS, in .*operations.py"):
        Symbol("sqrt", (Symbol("input", name="a"),))


def test_a_step_with_an_unknown_function_says_where_it_would_have_to_be_known():
    class Root(Cell):
        gates = ("h",)

        def step(self, a, s):
            h = np.sqrt(a.h)
            return self.State(h=h), self.Gates(h=h)

    with pytest.raises(TypeError, match="no callable sqrt method") as caught:
        trace(Root)
    assert "lstm_lib/equations/operations.py" in caught.value.__notes__[0]


def test_two_values_of_one_name_are_refused():
    class Reads(Cell):
        gates = ("x",)

        def step(self, a, s):
            return self.State(h=tanh(a.x)), self.Gates(x=a.x)

    sentence = "Reads calls two values 'x'; rename a gate, a part of the state or a side input"
    with refused(ValueError, sentence):
        trace(Reads)


# Which quantity a value belongs to


@pytest.mark.parametrize(
    "cell_class, quantities",
    [
        (
            LSTMCell,
            {
                "cell": "c c_prev f*c_prev i*c_tilde tanh(c)",
                "forget": "f W_f U_f b_f a_f W_f*x",
                "input": "i a_i",
                "candidate": "c_tilde W_c_tilde",
                "output": "o",
                "hidden": "h h_prev",
                "x": "x",
            },
        ),
        (CoupledLSTMCell, {"input": "1-i", "cell": "(1-i)*c_prev"}),
        (DepthGatedLSTMCell, {"cell": "d*c_below p_d*c_prev l_d*c_below", "x": "d p_d l_d"}),
        (GRUCell, {"input": "1-z", "hidden": "r*h_prev (1-z)*h_prev z*h_tilde"}),
        (MLSTMCell, {"cell": "i*k f*n_prev", "input": "k"}),
        (ProjectedLSTMCell, {"hidden": "o*tanh(c)", "cell": "tanh(c)"}),
        (ALIASES[0], {"hidden": "h", "cell": "c (1-f)*c_tilde", "forget": "1-f"}),
        (Constant, {"input": "i", "cell": "c"}),
    ],
)
def test_an_expression_belongs_where_it_goes_or_where_it_comes_from(cell_class, quantities):
    graph = trace(cell_class)
    for quantity, values in quantities.items():
        assert {name: graph.quantity(name) for name in values.split()} == dict.fromkeys(
            values.split(), quantity
        )


def test_a_value_named_for_a_widget_belongs_where_its_expression_does():
    part = trace(LSTMCell).part("c", kept="f*c_prev", added="i*c_tilde")
    assert part.quantity("kept") == part.quantity("added") == "cell"
    assert part.repeat(2).quantity("f_2") == "forget"


def test_a_new_letter_is_one_row(monkeypatch):
    """Everything but the hue and the spelling of three new letters is there without any row."""
    graph = trace(NewLetters)
    assert {"Q_g", "w_in_sel", "e_below", "e_prev"} < set(graph.inputs)
    assert graph.quantity("e_tilde") == "candidate"
    sentence = (
        "no letter 'sel', of 'a_sel': give it a row in LETTERS, in lstm_lib/equations/notation.py,"
        ' such as "sel": Letter("forget", "forget gate")'
    )
    with refused(KeyError, sentence):
        graph.quantity("W_sel*x")
    monkeypatch.setitem(notation.LETTERS, "sel", notation.Letter("input", "selection gate"))
    assert graph.quantity("W_sel*x") == graph.quantity("w_in_sel") == "input"
