"""A reader's own cell: compiled without a word if its step does nothing but what can be compiled,
and run by its readable steps if not. Either way it does what it says."""

import math
import random

import numpy as np
import pytest
import torch
from two_paths import assert_same, both, everything, inputs, paths

from lstm_lib.cells import ClockworkRNNCell, LSTMCell, PeepholeLSTMCell, RNNCell
from lstm_lib.cells.base import Cell
from lstm_lib.cells.checks import is_tensor
from lstm_lib.cells.functions import exp, log_sigmoid, masked, maximum, relu, sigmoid, tanh
from lstm_lib.equations import backend
from lstm_lib.layers import Recurrent


class Own(Cell):
    """Most of these cells have two gates, and differ in what they make of them."""

    gates = ("g", "i")

    def returned(self, a, h, g=None):
        gates = self.Gates(g=tanh(a.g) if g is None else g, i=sigmoid(a.i))
        return self.State(h=h), gates


# Compiled

SLOPE = 0.5
MASK = np.tril(np.ones((3, 3)))


def bent(a, slope=SLOPE):
    return maximum(a, slope * a)


class UsesConstants(Own):
    low = -np.inf
    scale = np.float32(0.1)

    def step(self, a, s):
        bounded = maximum(tanh(a.g), self.low) - -(1.5) * a.i / math.pi
        return self.returned(a, SLOPE * bounded + np.float64(2) * s.h * self.scale + True)


class CallsItsOwnFunctions(Own):
    @property
    def gain(self):
        return 1 / self.hidden_size

    @staticmethod
    def squashed(a):
        return bent(tanh(a), 0.25)

    def step(self, a, s):
        both = [f(a.g) for f in (bent, self.squashed)]
        return self.returned(a, sum(both) * self.gain + s.h)


class TakesAFunction(Own):
    def __init__(self, *sizes, squash=relu, **settings):
        self.squash = squash
        super().__init__(*sizes, **settings)

    def step(self, a, s):
        return self.returned(a, self.squash(a.g) + 0.5 * s.h)


class MasksATranspose(Own):
    def recurrent_term(self, gate, h):
        return h @ masked(self.U[gate].T, MASK)

    def step(self, a, s):
        return self.returned(a, tanh(a.g) * sigmoid(a.i))


class ScalesItsMask(Own):
    def __init__(self, *sizes, **settings):
        super().__init__(*sizes, **settings)
        self.mask = MASK.copy()

    def recurrent_term(self, gate, h):
        return h @ masked(self.U[gate], 0.5 * self.mask).T

    def step(self, a, s):
        return self.returned(a, tanh(a.g))


class AsksForAShape(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) * self.W["g"].T.shape[0] + self.W["g"].shape[0] * s.h)


class ShowsTheInput(Own):
    def step(self, a, s):
        return self.returned(a, s.x, g=s.x)


class ChangesPlaces(Own):
    state = ("h", "c")

    def step(self, a, s):
        return self.State(h=s.c, c=s.h), self.Gates(g=a.g, i=s.h)


class MultipliesThrice(Own):
    def step(self, a, s):
        first = tanh(a.g)
        second = tanh(first @ self.U["g"].T + self.b["g"])
        return self.returned(a, (second * s.h) @ self.U["g"].T + first)


class ReadsNothing(Own):
    def pre_activations(self, x, h):
        return self.Gates(g=h @ self.U["g"].T, i=h)

    def step(self, a, s):
        return self.returned(a, tanh(a.g))


class AddsItsWeightsAnew(Own):
    def step(self, a, s):
        return self.returned(a, a.g + a.g + s.h @ self.U["g"].T + self.b["i"] * self.b["i"])


class HasATie(Own):
    def step(self, a, s):
        return self.returned(a, maximum(relu(a.g), relu(a.i)) + abs(a.g) - log_sigmoid(exp(a.i)))


class NamesOfC(Cell):
    """Names that C, or the code around, uses for something else."""

    gates = ("long", "x_", "c_1", "bias", "sums", "d_x", "carry_h", "kept_0", "t", "NAN", "v0_j")
    state = ("h", "int")

    def step(self, a, s):
        gates = [tanh(each) for each in a]
        h = sum(gates[1:], gates[0] * s.int)
        return self.State(h=tanh(h), int=gates[0] + s.h), self.Gates(*gates)


class WithAnotherTerm(LSTMCell):
    def recurrent_term(self, gate, h):
        return tanh(h) @ self.U[gate].T


class WithOtherPreActivations(LSTMCell):
    def pre_activations(self, x, h):
        return self.Gates(*(2 * a for a in super().pre_activations(x, h)))


class WithAnotherStep(LSTMCell):
    def step(self, a, s):
        state, gates = super().step(a, s)
        return state._replace(h=state.h + s.h), gates


COMPILED = [
    UsesConstants,
    CallsItsOwnFunctions,
    TakesAFunction,
    MasksATranspose,
    ScalesItsMask,
    AsksForAShape,
    ShowsTheInput,
    ChangesPlaces,
    MultipliesThrice,
    ReadsNothing,
    AddsItsWeightsAnew,
    HasATie,
    NamesOfC,
    WithAnotherTerm,
    WithOtherPreActivations,
    WithAnotherStep,
]


@pytest.mark.parametrize("cell_class", COMPILED)
@pytest.mark.parametrize("only", [None, "outputs"], ids=["everywhere", "output"])
def test_what_can_be_compiled_is(cell_class, only):
    size = 5 if cell_class is AsksForAShape else 3
    layer = Recurrent(cell_class(size, 3, seed=1), dtype=torch.float64)
    given = inputs(layer.cell, 4, 2)
    assert_same(lambda: everything(layer, *given, only=only))


# Not compiled

NOTED = []
GENERATOR = np.random.default_rng(0)


class DrawsANumber(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) * np.random.rand())


class DrawsFromAModule(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) if random.random() < 0.5 else s.h)


class DrawsFromAGenerator(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) if GENERATOR.random() < 0.5 else s.h)


class DrawsFromItsOwn(Own):
    def __init__(self, *sizes, **settings):
        super().__init__(*sizes, **settings)
        self.rng = np.random.default_rng(0)

    def step(self, a, s):
        return self.returned(a, tanh(a.g) * self.rng.normal())


class DropsOut(Own):
    def step(self, a, s):
        return self.returned(a, torch.nn.functional.dropout(tanh(a.g)))


class CountsItself(Own):
    count = 0

    def step(self, a, s):
        self.count += 1
        return self.returned(a, tanh(a.g) * self.count)


class CountsInAnArray(Own):
    count = np.zeros(1)

    def step(self, a, s):
        self.count[0] += 1
        return self.returned(a, tanh(a.g) * float(self.count[0]))


class CountsByAList(Own):
    def step(self, a, s):
        NOTED.append(0)
        return self.returned(a, tanh(a.g) * len(NOTED))


class KeepsWhatItSaw(Own):
    def __init__(self, *sizes, **settings):
        super().__init__(*sizes, **settings)
        self.history = []

    def step(self, a, s):
        self.history.append(a.g)
        return self.returned(a, tanh(a.g) + s.h)


class HasALearnedNumber(Own):
    def __init__(self, *sizes, **settings):
        super().__init__(*sizes, **settings)
        self.scale = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)

    def step(self, a, s):
        return self.returned(a, tanh(a.g) * self.scale)


class HasAnArray(Own):
    floor = np.array([0.25])

    def step(self, a, s):
        return self.returned(a, maximum(a.g, self.floor))


class AddsUpByNumPy(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) * np.sum(a.i))


class IsDecorated(Own):
    @torch.no_grad()
    def step(self, a, s):
        return self.returned(a, tanh(a.g) + s.h)


class IsDecoratedInTheLibrary(LSTMCell):
    step = torch.no_grad()(LSTMCell.step)


class TakesTheLargestOfAll(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) * a.i.max())


class MultipliesRows(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) + a.i.matmul(self.b["g"]).mean())


class StopsAGradient(Own):
    def step(self, a, s):
        with torch.no_grad():
            kept = sigmoid(a.i)
        return self.returned(a, tanh(a.g) * kept)


class StopsAGradientOfTensors(Own):
    def step(self, a, s):
        last = s.h.detach() if is_tensor(s.h) else s.h
        return self.returned(a, tanh(a.g) * last + a.i)


class StopsAGradientIfItCan(Own):
    def step(self, a, s):
        last = s.h.detach() if hasattr(s.h, "detach") else s.h
        return self.returned(a, tanh(a.g) * last + a.i)


class TriesTensorsFirst(Own):
    def step(self, a, s):
        try:
            g = a.g.clamp(0, 1)
        except AttributeError:
            g = a.g
        return self.returned(a, g + s.h)


class ImportsPyTorch(Own):
    def step(self, a, s):
        import torch

        return self.returned(a, torch.tanh(a.g) * s.h)


class DecidesByAValue(Own):
    def step(self, a, s):
        return self.returned(a, a.g if a.g.sum() > 0 else a.i)


class DecidesByATruth(Own):
    def step(self, a, s):
        return self.returned(a, (tanh(a.g)[..., :1] > 0) * a.i + s.h)


class ComparesRows(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) * (s.h == 0))


class ComparesARowWithItself(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) * (a.i != a.i))


class ComparesWeights(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) * (self.b["g"] == self.b["i"]))


class AddsInPlace(Own):
    def step(self, a, s):
        g = a.g
        g += 1
        return self.returned(a, tanh(a.g) + s.h)


class TakesARowApart(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g) + s.h[..., :1])


class Reshapes(Own):
    def step(self, a, s):
        return self.returned(a, tanh(a.g).reshape(s.h.shape) + s.h)


class MultipliesUntransposed(Own):
    def step(self, a, s):
        return self.returned(a, tanh(s.h @ self.U["g"]) + a.g)


class MultipliesAWeight(Own):
    def step(self, a, s):
        return self.returned(a, tanh(s.h @ (2 * self.U["g"]).T) + a.g)


class MasksTwice(Own):
    def recurrent_term(self, gate, h):
        return h @ masked(masked(self.U[gate], MASK), MASK.T).T

    def step(self, a, s):
        return self.returned(a, tanh(a.g))


class MasksByATensor(Own):
    def __init__(self, *sizes, **settings):
        super().__init__(*sizes, **settings)
        self.mask = torch.ones(3, 3, requires_grad=True)

    def recurrent_term(self, gate, h):
        return h @ (self.U[gate] * self.mask).T

    def step(self, a, s):
        return self.returned(a, tanh(a.g))


class CallsTwoValuesTheSame(RNNCell):
    def step(self, a, s):
        h = tanh(a.h)
        return self.State(h=h + 0.5 * s.h), self.Gates(h=h)


class FindsItsOwnAttributes(Own):
    def __getattr__(self, name):
        if name == "drawn":
            return float(GENERATOR.normal())
        raise AttributeError(name)

    def step(self, a, s):
        return self.returned(a, tanh(a.g) * self.drawn)


HASATTR = "its code reads hasattr, a builtin_function_or_method, which may change"
NOT_COMPILED = {
    DrawsANumber: "its code reads np.random, a module, which may change",
    DrawsFromAModule: "its code reads random, a module, which may change",
    DrawsFromAGenerator: "its code reads GENERATOR, a Generator, which may change",
    DrawsFromItsOwn: "its code reads rng, a Generator, which may change",
    DropsOut: "its code reads torch, a module, which may change",
    CountsItself: "step sets count",
    CountsByAList: "its code reads NOTED, a list, which may change",
    KeepsWhatItSaw: "its code reads history, a list, which may change",
    HasALearnedNumber: "its code reads scale, a Tensor, which may change",
    HasAnArray: "it computes with a ndarray",
    IsDecorated: "its code reads ctx_factory, a method, which may change",
    IsDecoratedInTheLibrary: "its code reads ctx_factory, a method, which may change",
    CountsInAnArray: "step sets an element",
    TakesTheLargestOfAll: "it gives max another number of arguments",
    MultipliesRows: "it takes a row of numbers apart",
    StopsAGradient: "its code reads torch, a module, which may change",
    StopsAGradientOfTensors: HASATTR,
    StopsAGradientIfItCan: HASATTR,
    TriesTensorsFirst: "step uses with or try",
    ImportsPyTorch: "step imports torch",
    DecidesByAValue: "its step cannot be traced: a Symbol has no 'sum'",
    DecidesByATruth: "it takes a row of numbers apart",
    ComparesRows: "it compares a row of numbers",
    ComparesARowWithItself: "it compares a row of numbers",
    ComparesWeights: "it compares a row of numbers",
    AddsInPlace: "it changes a row of numbers in place",
    TakesARowApart: "it takes a row of numbers apart",
    Reshapes: "its step cannot be traced: a Symbol has no 'reshape'",
    MultipliesUntransposed: "it multiplies by something else than a weight's transpose",
    MultipliesAWeight: "its step cannot be traced: unsupported operand",
    MasksTwice: "it masks a weight by something else than one (3, 3) array",
    MasksByATensor: "its code reads mask, a Tensor, which may change",
    CallsTwoValuesTheSame: "it calls two values 'h'",
    FindsItsOwnAttributes: "its class finds attributes in a way of its own",
}


@pytest.mark.parametrize("cell_class", NOT_COMPILED)
def test_what_cannot_be_compiled_takes_its_steps_and_says_why(cell_class, caplog):
    def run():
        global GENERATOR
        GENERATOR = np.random.default_rng(0)
        NOTED.clear()
        CountsInAnArray.count = np.zeros(1)
        np.random.seed(0)
        random.seed(0)
        torch.manual_seed(0)
        layer = Recurrent(cell_class(3, 3, seed=1), dtype=torch.float64)
        return everything(layer, *inputs(layer.cell, 4, 2))

    with caplog.at_level("INFO", "lstm_lib"):
        assert_same(run, "readable", atol=0)
    notice, *others = (text for text in caplog.messages if cell_class.__name__ in text)
    expected = NOT_COMPILED[cell_class]
    assert notice.startswith(
        f"{cell_class.__name__} takes the readable path, which is slower: {expected}"
    )
    assert [text for text in others if "LSTM_LIB_BACKEND" not in text] == []
    why = backend(cell_class(3, 3)).why
    assert why.startswith(f"{cell_class.__name__} cannot be compiled: {expected}")


def test_of_numpy_only_its_functions_of_one_number_are_known():
    assert "its code reads np.sum, a" in backend(AddsUpByNumPy(3, 3)).why


# What its code reads may be set anew


def outputs(layer, x):
    run, (taken,) = paths(lambda: layer(x).outputs.detach())
    return run, taken


def assert_honoured(layer, change):
    """After ``change``, the layer computes something else, what its steps do."""
    x = torch.randn(4, 2, layer.input_size, dtype=torch.float64)
    before, _ = outputs(layer, x)
    change()
    ours, readable = both(lambda: layer(x).outputs.detach())
    assert not torch.equal(ours, before)
    torch.testing.assert_close(ours, readable, rtol=1e-12, atol=1e-12)


def test_a_setting_set_anew_is_honoured():
    layer = Recurrent(TakesAFunction(3, 3, seed=1), dtype=torch.float64)
    assert_honoured(layer, lambda: setattr(layer.bare_cell, "squash", tanh))
    assert_honoured(layer, lambda: setattr(layer.bare_cell, "squash", lambda a: bent(a, 3)))


@pytest.mark.parametrize(
    "cell, name", [(ClockworkRNNCell(3, 8), "slower"), (ScalesItsMask(3, 3), "mask")]
)
def test_an_array_that_is_changed_in_place_is_honoured(cell, name):
    layer = Recurrent(cell, dtype=torch.float64)

    def change():
        getattr(layer.bare_cell, name)[0, :] = 0

    assert_honoured(layer, change)


def test_a_global_of_the_step_that_is_set_anew_is_honoured(monkeypatch):
    layer = Recurrent(UsesConstants(3, 3, seed=1), dtype=torch.float64)
    assert_honoured(layer, lambda: monkeypatch.setitem(globals(), "SLOPE", 0.75))


def test_what_an_outer_function_sets_anew_is_honoured():
    slope = 0.5

    class Enclosed(Own):
        def step(self, a, s):
            return self.returned(a, slope * a.g + s.h)

    def change():
        nonlocal slope
        slope = 2

    assert_honoured(Recurrent(Enclosed(3, 3, seed=1), dtype=torch.float64), change)


@pytest.mark.parametrize("name", ["low", "squashed", "step", "returned", "pre_activations"])
def test_what_a_class_sets_anew_is_honoured(name, monkeypatch):
    base = CallsItsOwnFunctions if name == "squashed" else UsesConstants
    cell_class = type("Changed", (base,), {})
    layer = Recurrent(cell_class(3, 3, seed=1), dtype=torch.float64)
    new = {
        "low": 0.5,
        "squashed": staticmethod(tanh),
        "step": WithAnotherStep.step,
        "returned": lambda self, a, h: Own.returned(self, a, 2 * h),
        "pre_activations": lambda self, x, h: Own.pre_activations(self, 2 * x, h),
    }
    if name == "step":
        new["step"] = lambda self, a, s: self.returned(a, a.g)
    assert_honoured(layer, lambda: setattr(cell_class, name, new[name]))


def test_what_is_not_set_anew_is_traced_once(monkeypatch):
    from lstm_lib.sequences import compiled

    layer, made = Recurrent(PeepholeLSTMCell(3, 3), dtype=torch.float64), []
    code = compiled.Code
    monkeypatch.setattr(compiled, "Code", lambda cell: made.append(cell) or code(cell))
    for _ in range(3):
        layer(torch.randn(4, 2, 3, dtype=torch.float64))
    assert made == [layer.bare_cell]
