"""In the reader's browser the equations give the same numbers as in Python."""

import json

import numpy as np
import pytest
from oracles import CELLS
from unusual_cells import ALIASES, Constant, NewLetters

from lstm_lib import equations
from lstm_lib.cells.functions import (
    exp,
    inner,
    log_sigmoid,
    matvec,
    maximum,
    outer,
    per_root,
    relu,
    sigmoid,
    tanh,
)
from lstm_lib.equations.graph import Graph, Symbol, trace
from lstm_lib.equations.javascript import evaluator
from lstm_lib.equations.operations import OPERATIONS


def everything(a, b):
    """All that a step may be written with."""
    smooth = sigmoid(-a) * tanh(b - 2) + (1 - a) * b - (b @ a) / exp(b)
    sharp = log_sigmoid(a) + maximum(a, abs(b)) * inner(a, per_root(b)) - matvec(a, outer(b, a))
    return smooth + sharp + relu(a) * b


def graphs():
    """Each cell's step, the gradient of its every output, and a chain of three steps."""
    for cell_class in (*CELLS, *ALIASES, Constant, NewLetters):
        step = trace(cell_class)
        yield cell_class.__name__, step
        for output in step.outputs:
            yield f"{cell_class.__name__}, gradient of {output}", step.gradient(output)
        carry = {name: part for part in cell_class.state if (name := f"{part}_prev") in step.inputs}
        yield f"{cell_class.__name__}, three steps", step.repeat(3, carry=carry)
    a, b = (Symbol("input", name=name) for name in "ab")
    every = Graph({"y": everything(a, b)})
    yield "all operations", every
    yield "all operations, gradient", every.gradient("y")


GRAPHS = dict(graphs())


@pytest.fixture(scope="module")
def in_browser(browser):
    """Computes a graph with the library's own JavaScript, for each row of inputs."""
    context = browser.new_context()
    page = context.new_page()
    page.add_script_tag(content=evaluator())
    # As text, both ways: JavaScript reads and writes NaN and Infinity as Python does.
    page.add_script_tag(
        content="""function table(graph, rows) {
            const results = rows.map((row) => evaluate(graph, row));
            const columns = Object.keys(results[0]).map(
                (name) => [name, results.map((result) => String(result[name]))]);
            return JSON.stringify(Object.fromEntries(columns));
        }"""
    )

    def compute(graph, rows):
        tape = json.dumps(equations.javascript(graph))
        columns = json.loads(page.evaluate(f"table({tape}, {json.dumps(rows)})"))
        return {name: np.array(column, float) for name, column in columns.items()}

    yield compute
    context.close()


def assert_same(in_browser, graph, draws):
    """Every value of the graph, for each row of ``draws``: one number for each input."""
    found = in_browser(graph, [dict(zip(graph.inputs, d, strict=True)) for d in draws.tolist()])
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = graph.evaluate(**dict(zip(graph.inputs, draws.T, strict=True)))
    assert set(found) == set(expected)
    for name, values in expected.items():
        values = np.broadcast_to(values, len(draws))
        np.testing.assert_allclose(found[name], values, rtol=1e-12, atol=1e-12, err_msg=name)


def test_a_graph_here_has_every_operation():
    used = {sym.op for graph in GRAPHS.values() for sym in graph.order}
    assert used == {*OPERATIONS, "input", "const"}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_the_browser_computes_what_python_computes(in_browser, graph):
    rng = np.random.default_rng(0)
    draws = rng.normal(scale=2, size=(200, len(graph.inputs)))
    assert_same(in_browser, graph, draws)


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_extremes_and_nan_are_the_same_too(in_browser, graph):
    rng = np.random.default_rng(1)
    choices = [-1000.0, 1000.0, 0.0, -0.0, np.nan, np.inf, -np.inf, 1e-300, 0.5]
    draws = rng.choice(choices, size=(100, len(graph.inputs)))
    alike = np.outer(choices, np.ones(len(graph.inputs)))
    assert_same(in_browser, graph, np.concatenate([draws, alike]))
