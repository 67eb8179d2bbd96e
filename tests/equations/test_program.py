"""A step arranged for a batch: what becomes one product, what is refused, and what is called how in
C."""

import keyword
import re

import numpy as np
import pytest
from oracles import CELLS

from lstm_lib.cells import (
    Cell,
    ClockworkRNNCell,
    GRUCell,
    GRUResetAfterCell,
    LSTMCell,
    MLSTMCell,
    PeepholeLSTMCell,
    ProjectedLSTMCell,
    SLSTMCell,
)
from lstm_lib.cells.functions import sigmoid, tanh
from lstm_lib.equations.c import c
from lstm_lib.equations.operations import OPERATIONS
from lstm_lib.equations.program import Program, Unsupported

WORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int
long register restrict return short signed sizeof static struct switch typedef union unsigned void
volatile while
"""
C_WORDS = set(WORDS.split())


def products(cell):
    """By the row that is multiplied: the gates whose sums it goes into."""
    found = {}
    for product in Program(cell).products:
        found.setdefault(product.operand.name, []).append([s.symbol.name for s in product.sums])
    return found


def calls(text):
    return len(re.findall(r"\bmultiply\(last", text))


def test_an_lstm_multiplies_each_row_once():
    found = products(LSTMCell(3, 4))
    assert list(found) == ["x", "h_prev"]
    for row in found.values():
        (sums,) = row
        assert sorted(sums) == ["a_c_tilde", "a_f", "a_i", "a_o"]
    program = Program(LSTMCell(3, 4))
    assert program.levels == range(2)
    forward, backward = c(program, ["h"]).text.split("void backward")
    assert calls(forward) == calls(backward) == 2


def test_a_row_that_is_computed_first_has_a_level_of_its_own():
    program = Program(GRUCell(3, 4))
    (reset,) = program.computed
    assert program.level[reset] == 1 and program.levels == range(3)
    assert [product.operand for product in program.products][-1] is reset
    assert Program(GRUResetAfterCell(3, 4)).levels == range(2)  # it scales the product itself


def test_biases_are_part_of_the_sums_and_masks_of_the_weights():
    for each in Program(LSTMCell(3, 4)).sums:
        assert [weight.kind for weight in each.biases] == ["b"]
        assert [weight.kind for weight, _ in each.products] == ["W", "U"]
    cell = ClockworkRNNCell(3, 4)
    program = Program(cell)
    masks = {weight.kind: weight.mask for each in program.sums for weight, _ in each.products}
    assert masks == {"W": None, "U": 0}
    (mask,) = program.masks
    np.testing.assert_array_equal(mask, cell.slower)
    assert mask is not cell.slower  # which may be changed, and the program be another cell's too


def test_what_is_a_row_has_its_size():
    program = Program(ProjectedLSTMCell(3, 8, proj_size=5))
    assert program.sizes_in_c == {"D": 3, "H": 8, "H1": 5}
    sizes = {name: program.sizes[sym] for name, sym in program.outputs.items()}
    assert sizes == {"h": 5, "c": 8, "f": 8, "i": 8, "c_tilde": 8, "o": 8}


def test_weights_that_are_rows_are_elementwise():
    program = Program(PeepholeLSTMCell(3, 4))
    assert {weight.kind for weight in program.vectors.values()} >= {"p"}
    assert not any(w.kind == "p" for each in program.sums for w, _ in each.products)


@pytest.mark.parametrize("cell_class", [cell for cell in CELLS if "MLSTM" not in cell.__name__])
def test_the_c_of_every_cell_has_no_word_twice_and_is_the_same_again(cell_class):
    cell = cell_class(3, 4)
    program = Program(cell)
    names = [*program.c_names.values(), *(sym.name for sym in program.given)]
    names += [each.symbol.name for each in program.sums]
    assert len(names) == len(set(names))
    source = c(program, list(program.outputs))
    assert source == c(Program(cell), list(program.outputs))
    for arrays in (source.forward, source.backward):
        assert len(arrays) == len(set(arrays))


def cell_of(names):
    """A cell with gates of these names."""

    class Named(Cell):
        gates = names

        def step(self, a, s):
            gates = [tanh(each) for each in a]
            return self.State(h=sum(gates)), self.Gates(*gates)

    return Named


@pytest.mark.parametrize(
    "name",
    [
        *sorted(word for word in C_WORDS if not keyword.iskeyword(word)),
        *("x", "t", "j", "row", "at", "keep", "first", "batch", "sums", "bias", "arrays", "REAL"),
        *("d_x", "d_bias", "grad_h", "carry_h", "packed_0", "transposed_1", "real_tanh", "total_a"),
        *("kept_0", "v0_j", "h_prev", "a_g", "NAN", "UNITS", "linux", "multiply", "zero", "D", "H"),
    ],
)
def test_a_gate_may_be_called_as_something_in_the_c_is(name):
    program = Program(cell_of(("g", name))(3, 4))
    source = c(program, list(program.outputs))
    inside = program.c_names[name]
    assert inside not in C_WORDS
    others = [sym.name for sym in program.given] + [s.symbol.name for s in program.sums]
    assert inside not in others
    for arrays in (source.forward, source.backward):
        assert arrays.count(inside) <= 1
    scratch = {"sums", "bias", "d_sums", "d_bias", *source.backward} - set(source.forward)
    assert inside not in scratch


def test_a_cell_without_a_row_for_its_state_is_refused():
    with pytest.raises(Unsupported, match=r"c_prev is not a row of numbers, its shape is \(4, 4\)"):
        Program(MLSTMCell(3, 4))
    with pytest.raises(Unsupported, match="it takes a row of numbers apart|cannot be traced"):
        Program(SLSTMCell(3, 4, num_heads=2))


def step_of(function, **settings):
    class Own(Cell):
        gates = ("g", "i")

        def step(self, a, s):
            h = function(self, a, s)
            return self.State(h=h), self.Gates(g=tanh(a.g), i=sigmoid(a.i))

    return type("Own", (Own,), settings)


REFUSED = {
    "it adds two products of the same row": lambda cell, a, s: (
        a.g + s.h @ cell.U["g"].T + s.h @ cell.U["i"].T
    ),
    "h is not computed from rows of numbers": lambda cell, a, s: 1.0,
    "it combines rows of different lengths, or numbers alone": lambda cell, a, s: s.x + a.g * s.h,
    "it multiplies or adds rows of different lengths": lambda cell, a, s: s.x @ cell.U["g"].T,
    "the new h has another length than the last": lambda cell, a, s: s.x,
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_no_arrangement_is_refused_in_words(reason):
    with pytest.raises(Unsupported, match=f"^{reason}$"):
        Program(step_of(REFUSED[reason])(3, 4))


def test_an_operation_without_c_is_refused_with_its_name(monkeypatch):
    monkeypatch.setitem(OPERATIONS, "tanh", OPERATIONS["tanh"]._replace(c=""))
    with pytest.raises(Unsupported, match="'tanh' has no form in C: give its row in OPERATIONS"):
        Program(LSTMCell(3, 4))


def test_a_program_leaves_its_cell_alone():
    cell = LSTMCell(3, 4)
    before = {kind: dict(gates) for kind, gates in cell.weights.items()}
    Program(cell)
    for kind, gates in before.items():
        assert all(getattr(cell, kind)[gate] is value for gate, value in gates.items())
