"""A drawing answers to the graph of its cell, and a wrong one is refused."""

import inspect
from functools import partial
from itertools import count
from xml.etree import ElementTree as ET

import pytest
from drawing_faults import faults

from lstm_lib import cells, diagrams
from lstm_lib.cells import Cell, PeepholeLSTMCell
from lstm_lib.cells.functions import sigmoid, tanh
from lstm_lib.diagrams.canvas import Canvas
from lstm_lib.diagrams.drawing import SVG, Drawing
from lstm_lib.diagrams.lstm_family import Pieces, variant_of_lstm
from lstm_lib.equations.notation import Spelling

MODULES = {cell.__name__: draw for cell, draw in diagrams.MODULES.items()}
PARTS = {
    "belt": diagrams.belt,
    "gate": diagrams.gate,
    "RNN chain": partial(diagrams.chain, "rnn"),
    "LSTM chain": partial(diagrams.chain, "lstm"),
    "clock at rest": partial(diagrams.clockwork, {"clock": 0}),
}
"""Drawings of a cell beside the one of its module."""
WITHOUT_CELL = {
    diagrams.legend,
    diagrams.three_gates,
    diagrams.loop,
    diagrams.problem_shapes,
    diagrams.stacked,
    diagrams.both_directions,
}
"""The drawings that show no cell."""

every_drawing = pytest.mark.parametrize("draw", (MODULES | PARTS).values(), ids=MODULES | PARTS)


@every_drawing
def test_a_drawing_says_what_the_graph_says(draw):
    wrong = faults(draw())
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("gates", ["", "f", "i", "o", "fi", "fo", "io", "fio"])
def test_so_does_every_choice_of_peepholes(gates):
    class Chosen(PeepholeLSTMCell):
        def __init__(self, *sizes, **settings):
            super().__init__(*sizes, **settings, peepholes=tuple(gates))

    wrong = faults(diagrams.peephole(peepholes=tuple(gates)), Chosen)
    assert not wrong, "\n".join(wrong)


class ForgetGateOnly(Cell):
    """An LSTM with one gate: what it does not keep, it writes."""

    gates = ("f", "c_tilde")
    state = ("h", "c")

    def step(self, a, s):
        f, c_tilde = sigmoid(a.f), tanh(a.c_tilde)
        c = f * s.c + (1 - f) * c_tilde
        return self.State(h=c, c=c), self.Gates(f=f, c_tilde=c_tilde)


class Highway(Cell):
    """All layers read x alone; gates see the cell state; x passes by the cell as well."""

    gates = ("f", "c_tilde", "r")
    state = ("h", "c")

    def weight_shapes(self):
        shapes, vector = super().weight_shapes(), (self.hidden_size,)
        return {"W": shapes["W"], "b": shapes["b"], "U": {}, "p": {"f": vector, "r": vector}}

    def pre_activations(self, x, h):
        self.x = x
        return super().pre_activations(x, h)

    def step(self, a, s):
        f, r = (sigmoid(a[k] + self.p[gate] * s.c) for k, gate in ((0, "f"), (2, "r")))
        c = f * s.c + (1 - f) * a.c_tilde
        gates = self.Gates(f=f, c_tilde=a.c_tilde, r=r)
        return self.State(h=r * c + (1 - r) * self.x, c=c), gates


@pytest.mark.parametrize(
    ("cell", "pieces"),
    {
        ForgetGateOnly: Pieces(("f", "c_tilde"), coupled="f", squashed=("c_tilde",)),
        Highway: Pieces(
            ("f", "c_tilde", "r"),
            inputs=("x",),
            coupled="f",
            squashed=(),
            peepholes=("f", "r"),
            highway=True,
        ),
    }.items(),
)
def test_pieces_draw_cells_that_are_not_in_the_library(cell, pieces, monkeypatch):
    # Their names have no hue and no spelling, and need none to be compared.
    monkeypatch.setattr(Canvas, "_hue", lambda self, value: "cell")
    monkeypatch.setattr(Canvas, "_spell", lambda self, value: Spelling("C", False, "t"))
    wrong = faults(variant_of_lstm(cell, "new", "New", pieces, values=None, lit=None))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ({"layers": ("f", "q")}, "no layer 'q' here; there is f, i, c_tilde, o, x_tilde, r"),
        ({"coupled": "o"}, "no coupled gate 'o' here; there is f, i"),
        (
            {"squashed": ("h",)},
            "no squashed value 'h' here; there is f, i, c_tilde, o, x_tilde, r, c",
        ),
        (
            {"peepholes": ("x",)},
            "no gate with a peephole 'x' here; there is f, i, c_tilde, o, x_ti",
        ),
        ({"layers": ("f", "o")}, "no candidate among the layers f, o"),
    ],
)
def test_a_piece_that_is_not_known_is_refused(pieces, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        Pieces(**pieces)


@every_drawing
def test_what_is_lit_and_the_numbers_change_nothing_of_what_is_said(draw):
    if "lit" in inspect.signature(draw).parameters and draw is not diagrams.lstm:
        assert draw(lit="difference").shapes == draw().shapes


# Every cell has a drawing, and every drawing a cell


@pytest.mark.parametrize("name", sorted({*cells.__all__} - {"Cell"}))
def test_every_cell_has_a_drawing_of_its_own(name):
    assert name in MODULES, (
        f"{name} has no drawing: write a function in lstm_lib/diagrams with @draws({name}) above"
        " it, and name it in lstm_lib/diagrams/__init__.py"
    )
    assert MODULES[name]().cell is getattr(cells, name), (
        f"the drawing that stands for {name} in lstm_lib/diagrams is made on a canvas of"
        f" {MODULES[name]().cell.__name__}"
    )


@pytest.mark.parametrize("name", MODULES)
def test_the_whole_new_state_leaves_a_module(name):
    drawing = MODULES[name]()
    unseen = {"FGRCell": {"f", "i", "o"}}  # its description says so
    assert set(drawing.outputs) == set(drawing.cell.state) - unseen.get(name, set())


def test_every_public_drawing_is_compared_with_a_cell():
    compared = {getattr(draw, "func", draw) for draw in (MODULES | PARTS).values()}
    public = {
        each for name in diagrams.__all__ if inspect.isfunction(each := getattr(diagrams, name))
    }
    forgotten = {draw.__name__ for draw in public - compared - WITHOUT_CELL}
    assert not forgotten, (
        f"{', '.join(sorted(forgotten))} in lstm_lib/diagrams draws no cell that is known: put"
        " @draws(…) above it, or name it in PARTS of tests/diagrams/test_drawing_answers.py"
    )
    unnamed = {draw.__name__ for draw in compared - public}
    assert not unnamed, f"{unnamed} is not named in lstm_lib/diagrams/__init__.py"


# What is remembered of a drawing is what was drawn


@every_drawing
def test_every_shape_that_is_seen_is_compared(draw):
    drawing = draw()
    kinds = {
        "wire": {"wire", "peephole", "wire of another time", "lever"},
        "layer": {"layer", "module in one layer"},
        "operation": {"operation", "shorthand", "clock"},
        "dot": {"dot", "dot of another time", "contact"},
    }
    for seen, kept in kinds.items():
        parts = [g for g in ET.fromstring(drawing.svg).iter(f"{{{SVG}}}g") if is_part(g, seen)]
        shapes = [s for s in drawing.shapes if s.kind in kept and s.sign != "switch"]
        for part, shape in zip(parts, shapes, strict=True):
            assert corner(part[0]) == pytest.approx(shape.points[0], abs=1e-3)


def is_part(group, kind):
    return {"part", kind} <= set(group.get("class").split())


def corner(outline):
    """Where a wire begins, the middle of a dot, the upper left corner of a box or a circle."""
    if outline.tag == f"{{{SVG}}}path":
        return tuple(map(float, outline.get("d")[1:].partition("L")[0].split()))
    if outline.tag == f"{{{SVG}}}rect":
        return float(outline.get("x")), float(outline.get("y"))
    middle, radius = (float(outline.get("cx")), float(outline.get("cy"))), float(outline.get("r"))
    return middle if radius < 10 else tuple(place - radius for place in middle)


# A wrong drawing is refused


def changed(drawing, which, number=0, **fields):
    """The drawing with the shape ``which`` changed; without ``fields``, it is left out."""
    counted = count()
    shapes = []
    for shape in drawing.shapes:
        if which(shape) and next(counted) == number:
            shape = shape._replace(**fields) if fields else None
        shapes.append(shape)
    kept = tuple(shape for shape in shapes if shape)
    assert kept != drawing.shapes
    return Drawing(drawing.title, ET.Element("svg"), "", drawing.cell, drawing.outputs, kept)


def gives(value, *kinds):
    return lambda shape: value in shape.gives and shape.kind in kinds


LSTM, GRU = diagrams.lstm(), diagrams.gru()
CHAIN = diagrams.chain("lstm")
COUPLED, PEEPHOLE, SLSTM = diagrams.coupled(), diagrams.peephole(), diagrams.slstm()
F = next(shape for shape in LSTM.shapes if gives("f", "wire")(shape))
PRODUCT = next(shape for shape in LSTM.shapes if gives("f*c_prev", "operation")(shape))


def added_to(drawing, *shapes):
    more = drawing.shapes + shapes
    return Drawing(drawing.title, ET.Element("svg"), "", drawing.cell, drawing.outputs, more)


WRONG = {
    "a peephole left out": (
        changed(PEEPHOLE, gives("p_f*c_prev", "peephole")),
        "LSTM with peepholes: no wire brings p_f*c_prev to the layer σ at (88, 300)",
    ),
    "a layer that forgets its peephole": (
        changed(PEEPHOLE, gives("f", "layer"), of=("h_prev", "x")),
        "LSTM with peepholes: the layer σ at (88, 300) gives f, and is of h_prev and x;"
        " expected x, h_prev and p_f*c_prev",
    ),
    "a peephole that is not dashed": (
        changed(PEEPHOLE, gives("p_o*c", "peephole"), kind="wire"),
        "LSTM with peepholes: the wire of p_o*c at (385, 92) is no peephole, expected a dashed"
        " wire",
    ),
    "no 1−": (
        changed(COUPLED, gives("1-i", "operation")),
        "LSTM with coupled gates: nothing gives 1-i, expected the operation 1− of i",
    ),
    "the gate itself for what it leaves over": (
        changed(GRU, gives("(1-z)*h_prev", "operation"), of=("z", "h_prev")),
        "GRU module: the operation × of z and h_prev at (222, 74) gives (1-z)*h_prev, and is of z"
        " and h_prev; expected 1-z and h_prev",
    ),
    "operands exchanged": (
        changed(SLSTM, gives("c/n", "operation"), of=("n", "c")),
        "sLSTM module: the operation ÷ of n and c at (504, 198) gives c/n, and is of n and c;"
        " expected c and n, in this order",
    ),
    "tanh for σ": (
        changed(LSTM, gives("i", "layer"), sign="tanh"),
        "LSTM module: the layer tanh at (192, 300) gives i, expected 'σ' on it",
    ),
    "a sum for a product": (
        changed(LSTM, gives("i*c_tilde", "operation"), sign="+"),
        "LSTM module: the operation + of i and c_tilde at (326, 178) gives i*c_tilde, expected"
        " '×' on it",
    ),
    "a wire that ends in the air": (
        changed(LSTM, gives("f", "wire"), points=((136, 300), (136, 150))),
        "LSTM module: the wire of f at (136, 300) ends where nothing takes f",
    ),
    "a wire that begins in the air": (
        changed(LSTM, gives("f", "wire"), points=((136, 270), (136, 110))),
        "LSTM module: the wire of f at (136, 270) begins where there is no f",
    ),
    "a copy without a source": (
        changed(LSTM, gives("h", "dot"), points=((600, 300),)),
        "LSTM module: the dot of h at (600, 300) stands where there is no h",
    ),
    "a wire that divides without a copy": (
        changed(LSTM, gives("h", "dot")),
        "LSTM module: the wire of h at (600, 384) begins where there is no h",
    ),
    "a copy that goes on one way": (
        changed(LSTM, gives("h", "wire"), number=1),
        "LSTM module: the dot of h at (600, 384) copies h, which goes on one way only",
    ),
    "an operation too many": (
        added_to(LSTM, PRODUCT._replace(sign="tanh", of=("h",), gives=("tanh(c_prev)",))),
        "LSTM module: the operation tanh of h at (118, 74) names 'tanh(c_prev)', which LSTMCell"
        " does not compute",
    ),
    "an operation that no output needs": (
        added_to(LSTM, PRODUCT._replace(sign="+", of=("W_f*x", "U_f*h_prev"), gives=("a_f",))),
        "LSTM module: the operation + of W_f*x and U_f*h_prev at (118, 74) gives a_f, but no"
        " output needs that to be drawn",
    ),
    "an operation twice": (
        added_to(LSTM, PRODUCT),
        "LSTM module: f*c_prev is computed by 2 shapes, expected one",
    ),
    "a wire with the wrong value": (
        changed(LSTM, gives("o", "wire"), of=("i",), gives=("i",)),
        "LSTM module: the wire of i at (448, 300) begins where there is no i",
    ),
    "a wire without an arrow out of the module": (
        changed(LSTM, gives("c", "wire"), arrow=False),
        "LSTM module: c does not leave the module",
    ),
    "no name at what comes in": (
        changed(LSTM, lambda shape: shape.kind == "label" and shape.of == ("c_prev",)),
        "LSTM module: the wire of c_prev at (0, 92) begins where there is no c_prev",
    ),
    "a number on the wrong wire": (
        changed(LSTM, lambda shape: shape.kind == "chip" and shape.of == ("f",), of=("i",)),
        "LSTM module: the chip of i at (136, 276) is not at a wire that carries i",
    ),
    "a wire through a layer that is not its own": (
        changed(LSTM, gives("o", "wire"), points=((448, 300), (344, 331), (448, 226), (504, 226))),
        "LSTM module: the wire of o at (448, 300) runs through the layer tanh at (296, 300)",
    ),
    "a wire on another": (
        changed(LSTM, gives("f", "wire"), points=((136, 300), (240, 300), (240, 196), (136, 110))),
        "LSTM module: the wire of f at (136, 300) lies on the wire of i at (240, 300)",
    ),
    "a wire of the next step that begins in the air": (
        changed(CHAIN, lambda shape: "another" in shape.kind, points=((300, 40), (22, 296))),
        "Chain of LSTM modules: the wire of another time of h_prev at (300, 40) begins in the air",
    ),
    "a shorthand that something more must go into": (
        changed(SLSTM, gives("m", "shorthand"), of=("log_sigmoid(a_f)", "a_i")),
        "sLSTM module: the shorthand exp( … − m) of log_sigmoid(a_f) and a_i at (96, 329) gives"
        " what also needs m_prev, which does not go in",
    ),
    "a shorthand that takes too much": (
        changed(SLSTM, gives("m", "shorthand"), of=("log_sigmoid(a_f)", "a_i", "m_prev", "n_prev")),
        "sLSTM module: the shorthand exp( … − m) of log_sigmoid(a_f), a_i, m_prev and n_prev at"
        " (96, 329) takes n_prev, which nothing that it gives needs",
    ),
}


@pytest.mark.parametrize(("wrong", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_drawing_is_refused_by_name(wrong, sentence):
    assert sentence in faults(wrong)
