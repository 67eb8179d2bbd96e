"""A step of one cell, arranged for a whole batch: products of matrices, and the equations between.

A :class:`Program` is what :mod:`lstm_lib.equations.c` writes as C. Tracing gives the equations of
one row, the numbers of one example. Then

- every sum that contains products with matrices, such as :math:`W_f x_t + U_f h_{t-1} + b_f`,
  becomes a :class:`Sum`, and what is left is elementwise;
- products of the same row become one product, with the matrices under each other;
- everything gets a *level*. The input and the previous state have level 0, a sum has one more than
  the rows that its matrices multiply, and an elementwise value has that of its latest operand.

So all values of one level can be computed in one loop, with products before it.
"""

import copy
import numbers
from collections import Counter
from typing import NamedTuple

import numpy as np

from lstm_lib.equations.dependencies import Dependencies, Unsupported
from lstm_lib.equations.graph import Graph, Symbol, symbol
from lstm_lib.equations.operations import OPERATIONS

RESERVED = """
auto break case char const continue default do double else enum extern float for goto if inline int
long register restrict return short signed sizeof static struct switch typedef union unsigned void
volatile while zero copy product multiply steps batch first last keep lengths sizes arrays t row at
j D H sums bias d_sums d_bias REAL UNITS INLINE INFINITY NAN linux unix
"""
"""Names that mean something else in the C."""

PREFIXES = ("grad_", "carry_", "seed_", "d_", "total_", "packed_", "transposed_", "real_")
"""What the names of further arrays, and of functions, begin with in the C."""


class Weight(NamedTuple):
    """A weight by kind and gate, perhaps with zeros where a mask has them."""

    kind: str
    gate: str
    mask: int | None = None
    """The place of the mask in the program's ``masks``."""


class Sum(NamedTuple):
    """Products of matrices with rows, and biases, all added."""

    symbol: Symbol
    """Stands for the sum in the elementwise equations."""
    products: tuple[tuple[Weight, Symbol], ...]
    """The matrices, each with the row that it multiplies."""
    biases: tuple[Weight, ...]


class Product(NamedTuple):
    """One row times the matrices of several sums, which are next to each other."""

    operand: Symbol
    sums: tuple[Sum, ...]
    weights: tuple[Weight, ...]


class Row(Symbol):
    """A symbol for a row of numbers. What has no meaning for every row is refused, where a single
    number's symbol returns itself."""

    __hash__ = Symbol.__hash__

    def of(self, op, *args):
        if len(args) != OPERATIONS[op].plain.count("{}"):
            raise Unsupported(f"it gives {op} another number of arguments")
        return super().of(op, *map(self.lift, args))

    def lift(self, value):
        if not isinstance(value, (Symbol, numbers.Real)):
            raise Unsupported(f"it computes with a {type(value).__name__}")
        return symbol(value)

    def __matmul__(self, matrix):
        if not (isinstance(matrix, Matrix) and matrix.transposed):
            raise Unsupported("it multiplies by something else than a weight's transpose")
        return self.of("matmul", matrix.symbol, self)

    def __bool__(self):
        raise Unsupported("it decides by a value")

    def refused(self, *_):
        raise Unsupported("it takes a row of numbers apart")

    def changed(self, _):
        raise Unsupported("it changes a row of numbers in place")

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __imatmul__ = changed

    def __eq__(self, other):  # lists and dictionaries first ask whether it is the same
        raise Unsupported("it compares a row of numbers")

    T = property(refused)
    __getitem__ = heads = join_heads = masked = matvec = matmul = refused
    outer_product = inner_product = per_root = refused


class Matrix:
    """A matrix of weights, which a step may only transpose, mask, and multiply a row by."""

    def __init__(self, weight, shape, masks, transposed=False):
        self.weight, self.rows_first, self.masks, self.transposed = weight, shape, masks, transposed
        self.symbol = Symbol("input", name=f"{weight.kind}_{weight.gate}")
        self.symbol.matrix = self

    @property
    def T(self):  # noqa: N802  NumPy's and PyTorch's name for the transpose
        return Matrix(self.weight, self.rows_first, self.masks, not self.transposed)

    @property
    def shape(self):
        return self.rows_first[::-1] if self.transposed else self.rows_first

    def masked(self, mask):
        if type(mask) is not np.ndarray or mask.shape != self.shape or self.weight.mask is not None:
            raise Unsupported(f"it masks a weight by something else than one {self.shape} array")
        self.masks.append((mask.T if self.transposed else mask).copy())
        weight = self.weight._replace(mask=len(self.masks) - 1)
        return Matrix(weight, self.rows_first, self.masks, self.transposed)

    def __eq__(self, other):
        raise Unsupported("it compares weights")


class Program:
    """One step of ``cell``, arranged.

    Raises:
        Unsupported: a step that uses more than elementwise operations on rows of numbers, and
            products with matrices of weights.
    """

    def __init__(self, cell):
        if reason := Dependencies(cell).reason:
            raise Unsupported(reason)
        cell = copy.copy(cell)
        h = cell.hidden_size
        self.name = type(cell).__name__
        self.sizes = {}
        """How many numbers the row of each symbol has."""
        self.masks = []
        self.vectors = {}
        """The weights that are rows themselves, by their symbols."""
        for kind, shapes in cell.weight_shapes().items():
            vars(cell)[kind] = {g: self.traced_weight(kind, g, s) for g, s in shapes.items()}
        self.x = self.given("x", (cell.input_size,))
        shapes = cell.state_shapes()
        self.last = {part: self.given(f"{part}_prev", shapes[part]) for part in cell.state}
        self.reads = {name: self.given(name, (h,)) for name in cell.reads}
        try:
            last, reads = cell.State(**self.last), list(self.reads.values())
            state, gates = (each._asdict() for each in cell.advance(self.x, last, reads))
        except Unsupported:
            raise
        except Exception as error:  # the step needs arrays; the readable path gives it some
            raise Unsupported(f"its step cannot be traced: {error}") from error
        self.trace(state, gates)
        self.arrange()

    def given(self, name, shape):
        """A row that the step is given."""
        if len(shape) != 1:
            raise Unsupported(f"{name} is not a row of numbers, its shape is {shape}")
        row = Row("input", name=name)
        self.sizes[row] = shape[0]
        return row

    def traced_weight(self, kind, gate, shape):
        weight = Weight(kind, gate)
        if len(shape) == 2:
            return Matrix(weight, shape, self.masks)
        row = self.given(f"{kind}_{gate}", shape)
        self.vectors[row] = weight
        return row

    def trace(self, state, gates):
        """The elementwise equations, with a symbol in the place of each sum."""
        for name, value in {**gates, **state}.items():
            if not isinstance(value, Row):
                raise Unsupported(f"{name} is not computed from rows of numbers")
            value.name = value.name or name
        for name in state.keys() & gates.keys():
            if state[name] is not gates[name]:
                raise Unsupported(f"it calls two values {name!r}")
        returned = [*gates.values(), *state.values()]
        order = Graph(dict(enumerate(returned))).order
        self.uses = Counter(arg for sym in order for arg in sym.args) + Counter(returned)
        self.sums, done = [], {}
        self.state = {name: self.without_products(value, done) for name, value in state.items()}
        self.gates = {name: self.without_products(value, done) for name, value in gates.items()}
        for part, sym in self.state.items():
            if self.sizes[sym] != self.sizes[self.last[part]]:
                raise Unsupported(f"the new {part} has another length than the last")

    def without_products(self, sym, done):
        """``sym`` with a symbol in the place of each sum that contains a product."""
        if sym in done or not sym.args:
            return done.setdefault(sym, sym)
        terms = self.terms(sym) if sym.op in ("add", "matmul") else []
        if any(term.op == "matmul" for term in terms):
            products = [term.args for term in terms if term.op == "matmul"]
            biases = [term for term in terms if term in self.vectors]
            rest = [term for term in terms if term.op != "matmul" and term not in self.vectors]
            done[sym] = self.sum_of(products, biases, done)
            for term in rest:
                done[sym] = self.sized(done[sym] + self.without_products(term, done))
        else:
            args = tuple(self.without_products(arg, done) for arg in sym.args)
            done[sym] = self.sized(Row(sym.op, args))
        if done[sym].op != "input":
            done[sym].name = sym.name
        return done[sym]

    def terms(self, sym):
        """The terms of a sum of sums; one that is used elsewhere too is a term itself."""
        if sym.op != "add":
            return [sym]
        opened = [self.terms(arg) if self.uses[arg] == 1 else [arg] for arg in sym.args]
        return [term for terms in opened for term in terms]

    def sum_of(self, products, biases, done):
        gate = products[0][0].matrix.weight.gate
        row = Row("input", name=f"a_{gate}")
        pairs = []
        for weight, operand in products:
            (rows, columns), operand = (
                weight.matrix.rows_first,
                self.without_products(operand, done),
            )
            if self.sizes[operand] != columns or self.sizes.setdefault(row, rows) != rows:
                raise Unsupported("it multiplies or adds rows of different lengths")
            pairs.append((weight.matrix.weight, operand))
        if any(self.sizes[bias] != self.sizes[row] for bias in biases):
            raise Unsupported("it adds rows of different lengths")
        self.sums.append(Sum(row, tuple(pairs), tuple(self.vectors[bias] for bias in biases)))
        return row

    def sized(self, sym):
        if not OPERATIONS[sym.op].c:
            raise Unsupported(f"{sym.op!r} has no form in C: give its row in OPERATIONS one")
        sizes = {self.sizes[arg] for arg in sym.args if arg.op != "const"}
        if len(sizes) != 1:
            raise Unsupported("it combines rows of different lengths, or numbers alone")
        (self.sizes[sym],) = sizes
        return sym

    def arrange(self):
        """Bring the sums into an order in which most products cover neighbours; give everything a
        level, and names and sizes for C."""
        self.read = [self.x, *self.reads.values()]
        self.given = dict.fromkeys([*self.read, *self.last.values()])
        operands = [*self.given, *(row for each in self.sums for _, row in each.products)]
        operands = list(dict.fromkeys(operands))
        where = {operand: k for k, operand in enumerate(operands)}

        def ends(each):
            places = [where[operand] for _, operand in each.products]
            return min(places), max(places)

        self.sums.sort(key=ends)
        self.products = [p for operand in operands for p in self.products_of(operand)]
        self.computed = [row for row in operands if row not in self.given]
        """The rows that are computed first, and multiplied by a matrix then."""
        returned = [*self.state.values(), *self.gates.values(), *self.computed]
        self.order = Graph(dict(enumerate(returned))).order
        self.level = {}
        for sym in (*self.order, *(each.symbol for each in self.sums)):
            self.find_level(sym)
        self.levels = range(1 + max(self.level.values()))
        numbers = [n for sym, n in self.sizes.items() if sym is not self.x]
        names = {n: f"H{k}" if k else "H" for k, n in enumerate(dict.fromkeys(numbers))}
        self.size_names = {sym: "D" if sym is self.x else names[n] for sym, n in self.sizes.items()}
        self.sizes_in_c = {"D": self.sizes[self.x]} | {name: n for n, name in names.items()}
        """What a size is called in C."""
        self.name_values()

    def name_values(self):
        """Names in C for everything that is in an array: what is given, the sums, what a step
        returns, and what the backward pass needs."""
        self.taken = set(RESERVED.split())
        for sym in (*self.given, *self.vectors, *(each.symbol for each in self.sums)):
            sym.name = self.free(sym.name)
        self.outputs, self.results, self.stored = {}, [], {}
        for part, sym in self.state.items():
            self.outputs[part] = sym
        for gate, sym in self.gates.items():
            self.outputs.setdefault(gate, sym)
        self.c_names = {name: self.free(name) for name in self.outputs}
        self.outputs = {self.c_names[name]: sym for name, sym in self.outputs.items()}
        for name, sym in self.outputs.items():
            self.results.append((name, sym))
            self.stored.setdefault(sym, name)
        for sym in self.computed:
            self.store(sym)

    def free(self, name):
        """The name, changed if it is taken, or looks like one within a loop or of another array."""
        if name.startswith(PREFIXES):
            name = f"its_{name}"
        while name in self.taken or name.endswith("_j"):
            name += "_"
        self.taken.add(name)
        return name

    def store(self, sym):
        """Keep a value in an array, if it is not in one yet."""
        if sym not in self.stored:
            self.stored[sym] = self.free(f"kept_{len(self.results) - len(self.outputs)}")
            self.results.append((self.stored[sym], sym))

    def name_of(self, sym):
        """The name of the array with a row that is given or stored."""
        return sym.name if sym in self.given else self.stored[sym]

    def row_of(self, sym, name=None):
        """Outputs have a row for each step; what is only kept, for the backward pass, need not."""
        return "at" if (name or self.stored[sym]) in self.outputs else "(keep ? at : row)"

    def find_level(self, sym):
        if sym not in self.level:
            of_sum = next((each for each in self.sums if each.symbol is sym), None)
            below = [row for _, row in of_sum.products] if of_sum else sym.args
            level = max((self.find_level(each) for each in below), default=0)
            self.level[sym] = level + (of_sum is not None)
        return self.level[sym]

    def products_of(self, operand):
        """The products of one row: one for each stretch of sums that it goes into."""
        stretch = []
        for each in (*self.sums, None):
            weights = [w for w, row in each.products if row is operand] if each else []
            if len(weights) > 1:
                raise Unsupported("it adds two products of the same row")
            if weights:
                stretch.append((each, weights[0]))
            elif stretch:
                sums, weights = zip(*stretch, strict=True)
                yield Product(operand, sums, weights)
                stretch = []
