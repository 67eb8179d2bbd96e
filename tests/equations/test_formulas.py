"""Formulas on the page are the cell's own equations, and each quantity has its colour."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from oracles import CELLS
from per_cell import PerCell
from refusal import refused
from unusual_cells import (
    ALIASES,
    Constant,
    Highway,
    Linear,
    NeverWrites,
    NewLetters,
    OneGateTwice,
    OneStepBehind,
    ShowsItsCandidate,
    ShowsItsMemory,
)

from book.overview import cards
from lstm_lib import equations
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
from lstm_lib.equations import notation
from lstm_lib.equations.difference import difference, gone, mark_new
from lstm_lib.equations.graph import Graph, Symbol, trace
from lstm_lib.equations.notation import quantity
from lstm_lib.equations.palette import HUES

every_cell = pytest.mark.parametrize("cell_class", CELLS)

#: The essay's equations.  A cell without an entry fails.
LATEX = PerCell("published formulas", "LATEX in tests/equations/test_formulas.py")
LATEX |= {
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

# The lines that many of them share.
F = r"f_t &= \sigma(W_f\,x_t + U_f\,h_{t-1} + b_f)"
INPUT = r"i_t &= \sigma(W_i\,x_t + U_i\,h_{t-1} + b_i)"
C_TILDE = r"\tilde{C}_t &= \tanh(W_C\,x_t + U_C\,h_{t-1} + b_C)"
C = r"C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t"
C_COUPLED = r"C_t &= (1 - i_t) \odot C_{t-1} + i_t \odot \tilde{C}_t"
C_KEPT = r"C_t &= f_t \odot C_{t-1} + (1 - f_t) \odot \tilde{C}_t"
OUTPUT = r"o_t &= \sigma(W_o\,x_t + U_o\,h_{t-1} + b_o)"
H = r"h_t &= o_t \odot \tanh(C_t)"
LSTM = (F, INPUT, C_TILDE, C, OUTPUT, H)
PEEP_F = F.replace("b_f", r"b_f + p_f \odot C_{t-1}")
PEEP_I = INPUT.replace("b_i", r"b_i + p_i \odot C_{t-1}")
PEEP_O = OUTPUT.replace("b_o", r"b_o + p_o \odot C_t")
Z = r"z_t &= \sigma(W_z\,x_t + U_z\,h_{t-1} + b_z)"
R = r"r_t &= \sigma(W_r\,x_t + U_r\,h_{t-1} + b_r)"
H_TILDE = r"\tilde{h}_t &= \tanh(W_h\,x_t + b_h + U_h\,(r_t \odot h_{t-1}))"
H_MIXED = r"h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t"
H_MUTATED = r"h_t &= z_t \odot \tilde{h}_t + (1 - z_t) \odot h_{t-1}"
H_TILDE_POSITIVE = r"\tilde{h}_t &= \max(W_h\,x_t + b_h + 0.5,\; \sigma(W_h\,x_t + b_h))"
F_SHARE = r"f_t &= \sigma(\log \sigma(W_f\,x_t + b_f) - \log \sigma(W_i\,x_t + b_i))"
H_SHARED = r"h_t &= f_t \odot h_{t-1} + i_t \odot \tilde{h}_t"
D = (
    r"d_t &= \sigma(W_d\,x_t + b_d + p_d \odot C_{t-1}"
    r" + l_d \odot C^{\text{below}}_t)"
)
LOG_F = r"\log \sigma(W_f\,x_t + U_f\,h_{t-1} + b_f)"


def without_u(line):
    return re.sub(r" \+ U_.\\,h_\{t-1\}", "", line)


def full(line, gate):
    """The line with what comes from the last step's gates."""
    from_gates = " + ".join(rf"R_{{{k}{gate}}}\,{k}_{{t-1}}" for k in "fio")
    return line.removesuffix(")") + f" + {from_gates})"


def up(line):
    """The line of the LSTM that goes through the layers."""
    line = re.sub(r"(\\tilde\{C\}|[fio]|[WUb](?=_)|C(?=_t))(?=_)", r"\1^{\\text{up}}", line)
    return line.replace("C_{t-1}", r"C^{\text{below}}_t").replace("h_t", r"h^{\text{up}}_t")


def aligned(*lines):
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


LATEX |= {
    CIFGCell: aligned(PEEP_I, C_TILDE, C_COUPLED, PEEP_O, H),
    ClockworkRNNCell: (
        r"h_t = k_t \odot \tanh(W_h\,x_t + U_h\,h_{t-1} + b_h) + (1 - k_t) \odot h_{t-1}"
    ),
    CoupledLSTMCell: aligned(INPUT, C_TILDE, C_COUPLED, OUTPUT, H),
    DepthGatedLSTMCell: aligned(
        D, F, INPUT, C_TILDE, C.replace("&= ", r"&= d_t \odot C^{\text{below}}_t + "), OUTPUT, H
    ),
    FGRCell: aligned(full(PEEP_F, "f"), full(PEEP_I, "i"), C_TILDE, C, full(PEEP_O, "o"), H),
    GRUCell: aligned(Z, R, H_TILDE, H_MIXED),
    GRUResetAfterCell: aligned(
        Z,
        R,
        r"\tilde{h}_t &= \tanh(W_h\,x_t + b_h + r_t \odot (U_h\,h_{t-1} + d_h))",
        r"h_t &= (1 - z_t) \odot \tilde{h}_t + z_t \odot h_{t-1}",
    ),
    GridLSTMCell: aligned(
        *map(up, (F, INPUT, C_TILDE, C, OUTPUT, H)), F, INPUT, C_TILDE, C, OUTPUT, H
    ),
    JANETCell: aligned(F, C_TILDE, C_KEPT, "h_t &= C_t"),
    SRUCell: aligned(
        r"f_t &= \sigma(W_f\,x_t + b_f + v_f \odot C_{t-1})",
        r"\tilde{x}_t &= W_x\,x_t",
        C_KEPT.replace("C}", "x}"),
        r"r_t &= \sigma(W_r\,x_t + b_r + v_r \odot C_{t-1})",
        r"h_t &= r_t \odot C_t + (1 - r_t) \odot x_t",
    ),
    LSTM1997Cell: aligned(INPUT, C_TILDE, r"C_t &= C_{t-1} + i_t \odot \tilde{C}_t", OUTPUT, H),
    MLSTMCell: aligned(
        rf"m_t &= \max({without_u(LOG_F)} + m_{{t-1}},\; W_i\,x_t + b_i)",
        rf"f_t &= \exp({without_u(LOG_F)} + m_{{t-1}} - m_t)",
        r"i_t &= \exp(W_i\,x_t + b_i - m_t)",
        r"k_t &= \tfrac{1}{\sqrt{H}}(W_k\,x_t + b_k)",
        r"n_t &= f_t \odot n_{t-1} + i_t \odot k_t",
        r"v_t &= W_v\,x_t + b_v",
        r"C_t &= f_t \odot C_{t-1} + i_t \odot v_t\,k_t^\top",
        without_u(OUTPUT),
        r"q_t &= W_q\,x_t + b_q",
        r"h_t &= o_t \odot \frac{C_t\,q_t}{\max(\lvert n_t^\top q_t \rvert,\; \exp(-m_t))}",
    ),
    MLSTMGivenQKVCell: aligned(
        rf"m_t &= \max({without_u(LOG_F)} + m_{{t-1}},\; W_i\,x_t + b_i)",
        rf"f_t &= \exp({without_u(LOG_F)} + m_{{t-1}} - m_t)",
        r"i_t &= \exp(W_i\,x_t + b_i - m_t)",
        r"n_t &= f_t \odot n_{t-1} + i_t \odot \tfrac{1}{\sqrt{H}}(k_t)",
        r"C_t &= f_t \odot C_{t-1} + i_t \odot v_t\,\tfrac{1}{\sqrt{H}}(k_t)^\top",
        r"h_t &= \frac{C_t\,q_t}{\max(\lvert n_t^\top q_t \rvert,\; \exp(-m_t))}",
    ),
    MUT1Cell: aligned(
        without_u(Z),
        R,
        r"\tilde{h}_t &= \tanh(\tanh(W_h\,x_t) + U_h\,(r_t \odot h_{t-1}) + b_h)",
        H_MUTATED,
    ),
    MUT2Cell: aligned(Z, R, H_TILDE, H_MIXED),
    MUT3Cell: aligned(
        r"z_t &= \sigma(W_z\,x_t + b_z + U_z\,\tanh(h_{t-1}))", R, H_TILDE, H_MUTATED
    ),
    MemoryOnlyCell: aligned(
        *(line.replace("h_{t-1}", "C_{t-1}") for line in (F, INPUT)),
        r"\tilde{C}_t &= W_C\,x_t",
        C,
        OUTPUT.replace("h_{t-1}", "C_{t-1}"),
        r"h_t &= o_t \odot C_t",
    ),
    PositiveMinGRUCell: aligned(without_u(Z), H_TILDE_POSITIVE, H_MIXED),
    PositiveMinLSTMCell: aligned(F_SHARE, "i_t &= 1 - f_t", H_TILDE_POSITIVE, H_SHARED),
    ReLURNNCell: r"h_t = \operatorname{ReLU}(W_h\,x_t + U_h\,h_{t-1} + b_h)",
    MinGRUCell: aligned(without_u(Z), r"\tilde{h}_t &= W_h\,x_t + b_h", H_MIXED),
    MinLSTMCell: aligned(F_SHARE, "i_t &= 1 - f_t", r"\tilde{h}_t &= W_h\,x_t + b_h", H_SHARED),
    NFGCell: aligned(PEEP_I, C_TILDE, r"C_t &= C_{t-1} + i_t \odot \tilde{C}_t", PEEP_O, H),
    NIAFCell: aligned(
        PEEP_F, PEEP_I, r"\tilde{C}_t &= W_C\,x_t + U_C\,h_{t-1} + b_C", C, PEEP_O, H
    ),
    NIGCell: aligned(PEEP_F, C_TILDE, r"C_t &= f_t \odot C_{t-1} + \tilde{C}_t", PEEP_O, H),
    NOAFCell: aligned(PEEP_F, PEEP_I, C_TILDE, C, PEEP_O, r"h_t &= o_t \odot C_t"),
    NOGCell: aligned(PEEP_F, PEEP_I, C_TILDE, C, r"h_t &= \tanh(C_t)"),
    NPCell: LATEX[LSTMCell],
    PeepholeLSTMCell: aligned(PEEP_F, PEEP_I, C_TILDE, C, PEEP_O, H),
    ProjectedLSTMCell: aligned(F, INPUT, C_TILDE, C, OUTPUT, r"h_t &= P_h\,(o_t \odot \tanh(C_t))"),
    SLSTMCell: aligned(
        rf"m_t &= \max({LOG_F} + m_{{t-1}},\; W_i\,x_t + U_i\,h_{{t-1}} + b_i)",
        rf"f_t &= \exp({LOG_F} + m_{{t-1}} - m_t)",
        r"i_t &= \exp(W_i\,x_t + U_i\,h_{t-1} + b_i - m_t)",
        "n_t &= f_t \\odot n_{t-1} + i_t",
        C_TILDE,
        C,
        OUTPUT,
        r"h_t &= o_t \odot \frac{C_t}{n_t}",
    ),
}

WEIGHTED = r"W_{0}\,x_t + U_{0}\,h_{{t-1}} + b_{0}"

#: Cells in which a value has several names, or none that was seen before.
UNUSUAL = {
    ShowsItsMemory: aligned(
        F, C_TILDE, r"C_t &= f_t \odot C_{t-1} + (1 - f_t) \odot \tilde{C}_t", "h_t &= C_t"
    ),
    ShowsItsCandidate: aligned(
        rf"\tilde{{h}}_t &= \tanh({WEIGHTED.format('h')})", r"h_t &= \tilde{h}_t"
    ),
    Linear: aligned(
        rf"\tilde{{C}}_t &= {WEIGHTED.format('C')}",
        r"C_t &= \tilde{C}_t",
        rf"o_t &= {WEIGHTED.format('o')}",
        r"h_t &= o_t \odot C_{t-1}",
    ),
    OneGateTwice: aligned(
        rf"f_t &= \sigma({WEIGHTED.format('f')} + {WEIGHTED.format('i')})",
        "i_t &= f_t",
        C_TILDE,
        r"C_t &= f_t \odot C_{t-1} + f_t \odot \tilde{C}_t",
        r"h_t &= \tanh(C_t)",
    ),
    NeverWrites: aligned(
        "C_t &= C_{t-1}",
        "r_t &= k_t",
        rf"h_t &= k_t \odot \operatorname{{ReLU}}({WEIGHTED.format('r')}) + C_{{t-1}}",
    ),
    OneStepBehind: aligned(C_TILDE, r"C_t &= \tilde{C}_t", "h_t &= C_{t-1}"),
    Highway: aligned(
        r"f_t &= \sigma(W_f\,x_t + b_f + v_f \odot C_{t-1})",
        r"\tilde{x}_t &= W_x\,x_t",
        r"C_t &= f_t \odot C_{t-1} + (1 - f_t) \odot \tilde{x}_t",
        r"r_t &= \sigma(W_r\,x_t + b_r + v_r \odot C_{t-1})",
        r"i_t &= W_i\,x_t",
        r"h_t &= r_t \odot C_t + (1 - r_t) \odot i_t",
    ),
    Constant: aligned(C_TILDE, r"C_t &= C_{t-1} + \tilde{C}_t", r"h_t &= \tanh(C_t)", "i_t &= 1"),
    NewLetters: aligned(
        rf"g_t &= \sigma({WEIGHTED.format('g')} + Q_g\,e^{{\text{{below}}}}_t)",
        rf"s_t &= \sigma({WEIGHTED.format('s')} + w_{{in,s}} \odot e_{{t-1}})",
        rf"\tilde{{e}}_t &= \tanh({WEIGHTED.format('e')})",
        r"e_t &= g_t \odot e_{t-1} + s_t \odot \tilde{e}_t",
        r"h_t &= \operatorname{ReLU}(e_t)",
    ),
}

NESTED = r"\{[^{}]*\}"
NESTED = rf"\{{(?:[^{{}}]|{NESTED})*\}}"
BRACED = rf"\{{((?:[^{{}}]|{NESTED})*)\}}"  # braces with two more pairs inside, as in C^{\text{up}}
COLOURED = re.compile(r"\\textcolor\{(#[0-9a-f]{6})\}" + BRACED)


def without_colour(latex):
    return COLOURED.sub(lambda match: match[2], latex)


@every_cell
def test_latex_of_each_cell_is_its_published_equations(cell_class):
    assert without_colour(equations.latex(trace(cell_class))) == LATEX[cell_class].strip()


@pytest.fixture
def new_rows(monkeypatch):
    """The rows that the error asks for."""
    Letter = notation.Letter
    rows = {"g": ("forget", ""), "sel": ("input", "s"), "e": ("cell", "")}
    for letter, (hue, written) in rows.items():
        monkeypatch.setitem(notation.LETTERS, letter, Letter(hue, "new", written))


@pytest.mark.parametrize("cell_class", UNUSUAL)
def test_a_cell_of_new_names_has_every_form(cell_class, new_rows):
    graph, lstm = trace(cell_class), trace(LSTMCell)
    assert without_colour(equations.latex(graph)) == UNUSUAL[cell_class]
    for name in graph.outputs:
        letters = equations.html(graph, name)
        words = BeautifulSoup(letters, "html.parser").get_text()
        line = UNUSUAL[cell_class].split("\n")[list(graph.outputs).index(name) + 1]
        assert in_words(line) == words
        assert difference(graph, name, graph) == letters
        places = re.findall('data-value="(.*?)"', equations.html(graph, name, numbers=True))
        assert places[-1] == name and set(places) <= set(graph.named)
        for derivative in graph.gradient(name).outputs:
            assert r"\partial" in equations.latex(graph.gradient(name), derivative)
            assert equations.html(graph.gradient(name), derivative).startswith("\u2202<span")
    tape = equations.javascript(graph)
    assert json.loads(json.dumps(tape, allow_nan=False)) == tape
    assert cards.equations(cell_class).count("<p>") == len(graph.outputs)
    assert gone(graph, lstm) == [name for name in lstm.outputs if name not in graph.outputs]


def in_words(line):
    """A line of LaTeX as the text of the same line of HTML."""
    line = re.sub(r"\\tilde\{(\w)\}", "\\1\u0303", line.removesuffix(r" \\"))
    line = re.sub(r"\\(?:text|operatorname)\{(\w+)\}", r"\1", line)
    for sign, text in {
        r"\sigma": "\u03c3",
        r"\tanh": "tanh",
        r"\odot": "\u2299",
        r"\,": " ",
        " - ": " \u2212 ",
        "t-1": "t\u22121",
        "&= ": "= ",
        "^": "",
        "_": "",
        "{": "",
        "}": "",
    }.items():
        line = line.replace(sign, text)
    return line


def test_every_unusual_cell_has_its_formulas_here():
    assert set(UNUSUAL) == {*ALIASES, Constant, NewLetters}


@every_cell
def test_every_letter_of_the_latex_has_the_hue_of_its_quantity(cell_class):
    graph = trace(cell_class)
    latex = equations.latex(graph)
    hues = {notation.tex(name): HUES[quantity(name)].light for name in graph.named}
    for colour, letter in COLOURED.findall(latex):
        assert colour == hues[letter], letter
    uncoloured = COLOURED.sub("", latex)
    for name in graph.named:
        if quantity(name) != "hidden":  # the hidden state and its weights are plain ink
            letter = re.escape(notation.tex(name))
            assert not re.search(rf"(?<!\w){letter}(?!\w)", uncoloured), name


def test_a_coloured_letter_in_full():
    assert equations.latex(trace(LSTMCell), "h") == (
        f"h_t = \\textcolor{{{HUES['output'].light}}}{{o_t}} \\odot "
        f"\\tanh(\\textcolor{{{HUES['cell'].light}}}{{C_t}})"
    )


def test_latex_of_named_values_is_those_lines_in_that_order():
    latex = without_colour(equations.latex(trace(LSTMCell), "c", "a_f"))
    assert latex.splitlines()[1:-1] == [
        r"C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\",
        r"a_f &= W_f\,x_t + U_f\,h_{t-1} + b_f",
    ]


def test_latex_brackets_what_a_product_would_tear_apart():
    f, i, c = (Symbol("input", name=name) for name in ("f", "i", "c_prev"))
    h = (1 - f) * c - (i - f)
    h.name = "h"
    latex = without_colour(equations.latex(Graph({"h": h}), "h"))
    assert latex == r"h_t = (1 - f_t) \odot C_{t-1} - (i_t - f_t)"


def test_latex_of_an_unknown_value_is_refused():
    with refused(KeyError, "no value 'f' in this graph; it names W_h, x, U_h, h_prev, b_h, a_h, h"):
        equations.latex(trace(RNNCell), "h", "f")


# HTML


def q(hue, letter, subscript):
    return f'<span class="q q-{hue}"><i>{letter}</i><sub>{subscript}</sub></span>'


T, T_MINUS_1 = "<i>t</i>", "<i>t</i>\u22121"


def test_html_in_letters():
    graph = trace(LSTMCell)
    forget, old = q("forget", "f", T), q("cell", "C", T_MINUS_1)
    write, new = q("input", "i", T), q("candidate", "C\u0303", T)
    assert equations.html(graph, "c") == (
        f"{q('cell', 'C', T)} = {forget} \u2299 {old} + {write} \u2299 {new}"
    )
    weights, x = q("forget", "W", "<i>f</i>"), q("x", "x", T)
    again, last = q("forget", "U", "<i>f</i>"), q("hidden", "h", T_MINUS_1)
    bias = q("forget", "b", "<i>f</i>")
    assert (
        equations.html(graph, "f") == f"{forget} = \u03c3({weights} {x} + {again} {last} + {bias})"
    )


def test_html_with_places_for_numbers():
    def place(hue, name):
        return f'<span class="q q-{hue}" data-value="{name}"></span>'

    c, f, c_prev = place("cell", "c"), place("forget", "f"), place("cell", "c_prev")
    i, c_tilde = place("input", "i"), place("candidate", "c_tilde")
    assert equations.html(trace(LSTMCell), "c", numbers=True) == (
        f"{q('cell', 'C', T)} = {f} \u00d7 {c_prev} + {i} \u00d7 {c_tilde} = {c}"
    )
    h, h_prev, x = place("hidden", "h"), place("hidden", "h_prev"), place("x", "x")
    weights, again, bias = (place("hidden", f"{kind}_h") for kind in "WUb")
    assert equations.html(trace(RNNCell), "h", numbers=True) == (
        f"{q('hidden', 'h', T)} = "
        f"tanh({weights} \u00b7 {x} + {again} \u00b7 {h_prev} + {bias}) = {h}"
    )


@every_cell
def test_html_has_a_place_for_every_value_that_its_equation_needs(cell_class):
    graph = trace(cell_class)
    for gate in cell_class.gates:
        names = re.findall('data-value="(.*?)"', equations.html(graph, gate, numbers=True))
        assert names[-1] == gate
        known = [n for n in graph.named if not n.startswith("a_") and n != gate]
        assert set(names) == {*graph.part(gate, given=known).inputs, gate}


def test_html_writes_minus_as_a_minus():
    f, c = Symbol("input", name="f"), Symbol("input", name="c_prev")
    h = (1 - f) * -c
    h.name = "h"
    text = re.sub("<[^>]*>", "", equations.html(Graph({"h": h}), "h"))
    assert text == "ht = (1 \u2212 ft) \u2299 (\u2212Ct\u22121)"


# JavaScript: what the tape says; that it computes the same is tested in the browser


@every_cell
def test_a_tape_is_plain_data(cell_class):
    for graph in (trace(cell_class), trace(cell_class).gradient("h")):
        tape = equations.javascript(graph)
        assert json.loads(json.dumps(tape, allow_nan=False)) == tape


@every_cell
def test_each_operation_stands_after_what_it_needs_and_each_name_at_its_place(cell_class):
    graph = trace(cell_class)
    data = equations.javascript(graph)
    for k, (op, *args) in enumerate(data["tape"]):
        assert op in ("input", "const") or all(0 <= place < k for place in args)
    assert set(data["names"]) == set(graph.symbols)
    for name in graph.inputs:
        assert data["tape"][data["names"][name]] == ["input", name]


def test_a_tape_in_full():
    a = Symbol("input", name="a")
    y = (1 - a) * a
    y.name = "y"
    assert equations.javascript(Graph({"y": y})) == {
        "tape": [["const", 1.0], ["input", "a"], ["sub", 0, 1], ["mul", 2, 1]],
        "names": {"a": 1, "1-a": 2, "y": 3},
    }


def test_a_derivative_is_written_in_the_values_of_the_step():
    gradient = trace(LSTMCell).gradient("c")
    assert (
        without_colour(equations.latex(gradient, "dc/dc_prev"))
        == r"\frac{\partial C_t}{\partial C_{t-1}} = f_t"
    )
    assert (
        without_colour(equations.latex(gradient, "dc/df"))
        == r"\frac{\partial C_t}{\partial f_t} = C_{t-1}"
    )


@pytest.mark.parametrize(
    ("ours", "known", "compared"),
    [
        ("a = b", "a = b", "a = b"),
        ("a = b", "", "<mark>a = b</mark>"),
        ("a = (b + c)", "a = (b)", "a = (b <mark>+ c</mark>)"),
        ("a = b", "a = f b", "a = <del>f </del>b"),
        ("a = exp(b)", "a = tanh(b)", "a = <mark>exp</mark>(b)"),
        ("v k<sup>T</sup>", "v k", "v k<mark><sup>T</sup></mark>"),
        ("[a &gt; b]", "[a &lt; b]", "[a <mark>&gt;</mark> b]"),
    ],
)
def test_an_equation_says_where_it_differs_from_another(ours, known, compared):
    assert mark_new(ours, known) == compared


def test_steps_are_compared_value_by_value():
    lstm, gru = trace(LSTMCell), trace(GRUCell)
    assert difference(lstm, "c", lstm) == equations.html(lstm, "c")
    assert difference(gru, "z", lstm) == f"<mark>{equations.html(gru, 'z')}</mark>"
    assert gone(gru, lstm) == ["f", "i", "c_tilde", "c", "o"]
    assert gone(lstm, lstm) == []
