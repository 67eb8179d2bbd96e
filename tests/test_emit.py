"""Formulas on the page are the cell's own equations, and each quantity has its colour."""

import json
import re

import pytest
from oracles import CELLS
from refusal import refused

from lstm_lib import emit, notation
from lstm_lib.cells import (
    CoupledLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    LSTM1997Cell,
    LSTMCell,
    PeepholeLSTMCell,
    RNNCell,
)
from lstm_lib.graph import Graph, Symbol, trace
from lstm_lib.palette import HUES, quantity

every_cell = pytest.mark.parametrize("cell_class", CELLS)

#: The essay's equations.  A cell without an entry fails.
LATEX = {
    RNNCell: r"""
h_t = \tanh(W_h\,x_t + U_h\,h_{t-1} + b_h)
""",
    LSTMCell: r"""
\begin{aligned}
f_t &= \sigma(W_f\,x_t + U_f\,h_{t-1} + b_f) \\
i_t &= \sigma(W_i\,x_t + U_i\,h_{t-1} + b_i) \\
\tilde{C}_t &= \tanh(W_C\,x_t + U_C\,h_{t-1} + b_C) \\
C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
o_t &= \sigma(W_o\,x_t + U_o\,h_{t-1} + b_o) \\
h_t &= o_t \odot \tanh(C_t)
\end{aligned}
""",
}

LATEX |= {
    PeepholeLSTMCell: r"""
\begin{aligned}
f_t &= \sigma(W_f\,x_t + U_f\,h_{t-1} + b_f + p_f \odot C_{t-1}) \\
i_t &= \sigma(W_i\,x_t + U_i\,h_{t-1} + b_i + p_i \odot C_{t-1}) \\
\tilde{C}_t &= \tanh(W_C\,x_t + U_C\,h_{t-1} + b_C) \\
C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
o_t &= \sigma(W_o\,x_t + U_o\,h_{t-1} + b_o + p_o \odot C_t) \\
h_t &= o_t \odot \tanh(C_t)
\end{aligned}
""",
    CoupledLSTMCell: r"""
\begin{aligned}
i_t &= \sigma(W_i\,x_t + U_i\,h_{t-1} + b_i) \\
\tilde{C}_t &= \tanh(W_C\,x_t + U_C\,h_{t-1} + b_C) \\
C_t &= (1 - i_t) \odot C_{t-1} + i_t \odot \tilde{C}_t \\
o_t &= \sigma(W_o\,x_t + U_o\,h_{t-1} + b_o) \\
h_t &= o_t \odot \tanh(C_t)
\end{aligned}
""",
    LSTM1997Cell: r"""
\begin{aligned}
i_t &= \sigma(W_i\,x_t + U_i\,h_{t-1} + b_i) \\
\tilde{C}_t &= \tanh(W_C\,x_t + U_C\,h_{t-1} + b_C) \\
C_t &= C_{t-1} + i_t \odot \tilde{C}_t \\
o_t &= \sigma(W_o\,x_t + U_o\,h_{t-1} + b_o) \\
h_t &= o_t \odot \tanh(C_t)
\end{aligned}
""",
    GRUResetAfterCell: r"""
\begin{aligned}
z_t &= \sigma(W_z\,x_t + U_z\,h_{t-1} + b_z) \\
r_t &= \sigma(W_r\,x_t + U_r\,h_{t-1} + b_r) \\
\tilde{h}_t &= \tanh(W_h\,x_t + b_h + r_t \odot (U_h\,h_{t-1} + d_h)) \\
h_t &= (1 - z_t) \odot \tilde{h}_t + z_t \odot h_{t-1}
\end{aligned}
""",
    GRUCell: r"""
\begin{aligned}
z_t &= \sigma(W_z\,x_t + U_z\,h_{t-1} + b_z) \\
r_t &= \sigma(W_r\,x_t + U_r\,h_{t-1} + b_r) \\
\tilde{h}_t &= \tanh(W_h\,x_t + b_h + U_h\,(r_t \odot h_{t-1})) \\
h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t
\end{aligned}
""",
}

BRACED = r"\{((?:[^{}]|\{[^{}]*\})*)\}"  # braces with at most one more pair inside, as in \tilde{C}
COLOURED = re.compile(r"\\textcolor\{(#[0-9a-f]{6})\}" + BRACED)


def without_colour(latex):
    return COLOURED.sub(lambda match: match[2], latex)


@every_cell
def test_latex_of_each_cell_is_its_published_equations(cell_class):
    assert without_colour(emit.latex(trace(cell_class))) == LATEX[cell_class].strip()


@every_cell
def test_every_letter_of_the_latex_has_the_hue_of_its_quantity(cell_class):
    graph = trace(cell_class)
    latex = emit.latex(graph)
    hues = {notation.tex(name): HUES[quantity(name)].light for name in graph.named}
    for colour, letter in COLOURED.findall(latex):
        assert colour == hues[letter], letter
    uncoloured = COLOURED.sub("", latex)
    for name in graph.named:
        if quantity(name) != "hidden":  # the hidden state and its weights are plain ink
            letter = re.escape(notation.tex(name))
            assert not re.search(rf"(?<!\w){letter}(?!\w)", uncoloured), name


def test_a_coloured_letter_in_full():
    assert emit.latex(trace(LSTMCell), "h") == (
        f"h_t = \\textcolor{{{HUES['output'].light}}}{{o_t}} \\odot "
        f"\\tanh(\\textcolor{{{HUES['cell'].light}}}{{C_t}})"
    )


def test_latex_of_named_values_is_those_lines_in_that_order():
    latex = without_colour(emit.latex(trace(LSTMCell), "c", "a_f"))
    assert latex.splitlines()[1:-1] == [
        r"C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\",
        r"a_f &= W_f\,x_t + U_f\,h_{t-1} + b_f",
    ]


def test_latex_brackets_what_a_product_would_tear_apart():
    f, i, c = (Symbol("input", name=name) for name in ("f", "i", "c_prev"))
    h = (1 - f) * c - (i - f)
    h.name = "h"
    latex = without_colour(emit.latex(Graph({"h": h}), "h"))
    assert latex == r"h_t = (1 - f_t) \odot C_{t-1} - (i_t - f_t)"


def test_latex_of_an_unknown_value_is_refused():
    with refused(KeyError, "no value 'f' in this graph; it names W_h, x, U_h, h_prev, b_h, a_h, h"):
        emit.latex(trace(RNNCell), "h", "f")


# HTML


def q(hue, letter, subscript):
    return f'<span class="q q-{hue}"><i>{letter}</i><sub>{subscript}</sub></span>'


T, T_MINUS_1 = "<i>t</i>", "<i>t</i>\u22121"


def test_html_in_letters():
    graph = trace(LSTMCell)
    forget, old = q("forget", "f", T), q("cell", "C", T_MINUS_1)
    write, new = q("input", "i", T), q("candidate", "C\u0303", T)
    assert emit.html(graph, "c") == (
        f"{q('cell', 'C', T)} = {forget} \u2299 {old} + {write} \u2299 {new}"
    )
    weights, x = q("forget", "W", "<i>f</i>"), q("x", "x", T)
    again, last = q("forget", "U", "<i>f</i>"), q("hidden", "h", T_MINUS_1)
    bias = q("forget", "b", "<i>f</i>")
    assert emit.html(graph, "f") == f"{forget} = \u03c3({weights} {x} + {again} {last} + {bias})"


def test_html_with_places_for_numbers():
    def place(hue, name):
        return f'<span class="q q-{hue}" data-value="{name}"></span>'

    c, f, c_prev = place("cell", "c"), place("forget", "f"), place("cell", "c_prev")
    i, c_tilde = place("input", "i"), place("candidate", "c_tilde")
    assert emit.html(trace(LSTMCell), "c", numbers=True) == (
        f"{q('cell', 'C', T)} = {f} \u00d7 {c_prev} + {i} \u00d7 {c_tilde} = {c}"
    )
    h, h_prev, x = place("hidden", "h"), place("hidden", "h_prev"), place("x", "x")
    weights, again, bias = (place("hidden", f"{kind}_h") for kind in "WUb")
    assert emit.html(trace(RNNCell), "h", numbers=True) == (
        f"{q('hidden', 'h', T)} = "
        f"tanh({weights} \u00b7 {x} + {again} \u00b7 {h_prev} + {bias}) = {h}"
    )


@every_cell
def test_html_has_a_place_for_every_value_that_its_equation_needs(cell_class):
    graph = trace(cell_class)
    for gate in cell_class.gates:
        names = re.findall('data-value="(.*?)"', emit.html(graph, gate, numbers=True))
        assert names[:2] == [f"W_{gate}", "x"] and names[-1] == gate
        weights = {n for n in graph.inputs if n.endswith(f"_{gate}") and n[0] in "WUbpd"}
        assert weights | {"x", "h_prev", gate} <= set(names)
        assert len(names) == len(set(names))


def test_html_writes_minus_as_a_minus():
    f, c = Symbol("input", name="f"), Symbol("input", name="c_prev")
    h = (1 - f) * -c
    h.name = "h"
    text = re.sub("<[^>]*>", "", emit.html(Graph({"h": h}), "h"))
    assert text == "ht = (1 \u2212 ft) \u2299 (\u2212Ct\u22121)"


# JavaScript: what the tape says; that it computes the same is tested in the browser


@every_cell
def test_a_tape_is_plain_data(cell_class):
    for graph in (trace(cell_class), trace(cell_class).gradient("h")):
        tape = emit.javascript(graph)
        assert json.loads(json.dumps(tape, allow_nan=False)) == tape


@every_cell
def test_each_operation_stands_after_what_it_needs_and_each_name_at_its_place(cell_class):
    graph = trace(cell_class)
    data = emit.javascript(graph)
    for k, (op, *args) in enumerate(data["tape"]):
        assert op in ("input", "const") or all(0 <= place < k for place in args)
    assert set(data["names"]) == set(graph.symbols)
    for name in graph.inputs:
        assert data["tape"][data["names"][name]] == ["input", name]


def test_a_tape_in_full():
    a = Symbol("input", name="a")
    y = (1 - a) * a
    y.name = "y"
    assert emit.javascript(Graph({"y": y})) == {
        "tape": [["const", 1.0], ["input", "a"], ["sub", 0, 1], ["mul", 2, 1]],
        "names": {"a": 1, "1-a": 2, "y": 3},
    }


def test_a_derivative_is_written_in_the_values_of_the_step():
    gradient = trace(LSTMCell).gradient("c")
    assert (
        without_colour(emit.latex(gradient, "dc/dc_prev"))
        == r"\frac{\partial C_t}{\partial C_{t-1}} = f_t"
    )
    assert (
        without_colour(emit.latex(gradient, "dc/df"))
        == r"\frac{\partial C_t}{\partial f_t} = C_{t-1}"
    )
