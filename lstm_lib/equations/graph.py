"""One step of a cell as a graph: its equations, seen instead of computed.

:func:`~lstm_lib.equations.trace` runs a cell's own ``step`` on symbols instead of numbers. The
symbols remember what was done to them, and that memory is the graph. It can be computed with
numbers again, written out as formulas or as JavaScript (:mod:`lstm_lib.equations`), and
differentiated.
"""

from __future__ import annotations

import numpy as np

from lstm_lib.cells.functions import exp, log_sigmoid, relu, sigmoid, tanh

COMPUTE = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: np.true_divide(a, b),
    # One feature, one unit: a matrix has a single number in it, and so has every vector.
    "matmul": lambda a, b: a * b,
    "outer": lambda a, b: a * b,
    "inner": lambda a, b: a * b,
    "per_root": lambda a: a,
    "neg": lambda a: -a,
    "abs": np.abs,
    "sign": np.sign,
    "max": np.maximum,
    "larger": lambda a, b: np.heaviside(np.subtract(a, b), 0.5),
    "exp": exp,
    "sigmoid": sigmoid,
    "log_sigmoid": log_sigmoid,
    "tanh": tanh,
    "relu": relu,
}
"""What each operation computes."""

PLAIN = {
    "add": "{}+{}",
    "sub": "{}-{}",
    "mul": "{}*{}",
    "div": "{}/{}",
    "matmul": "{}*{}",
    "outer": "{}*{}",
    "inner": "{}*{}",
    "per_root": "per_root({})",
    "neg": "-{}",
    "abs": "abs({})",
    "sign": "sign({})",
    "max": "max({}, {})",
    "larger": "({} > {})",
    "exp": "exp({})",
    "sigmoid": "sigmoid({})",
    "log_sigmoid": "log_sigmoid({})",
    "tanh": "tanh({})",
    "relu": "relu({})",
}
"""How each operation is written when an expression serves as a name: ``f*c_prev``."""


class Symbol:
    """A number not known yet: an input, a constant, or an operation on other symbols.

    It answers to the operators and functions that a cell's ``step`` uses, and remembers them.
    """

    def __init__(self, op, args=(), name=None, value=None):
        self.op, self.args, self.name, self.value = op, args, name, value

    def __add__(self, other):
        return Symbol("add", (self, symbol(other)))

    def __radd__(self, other):
        return symbol(other) + self

    def __sub__(self, other):
        return Symbol("sub", (self, symbol(other)))

    def __rsub__(self, other):
        return symbol(other) - self

    def __mul__(self, other):
        return Symbol("mul", (self, symbol(other)))

    def __rmul__(self, other):
        return symbol(other) * self

    def __truediv__(self, other):
        return Symbol("div", (self, symbol(other)))

    def __rtruediv__(self, other):
        return symbol(other) / self

    def __matmul__(self, weights):
        """``x @ W.T``, an array's way to write :math:`W x`: the weights come first."""
        return Symbol("matmul", (weights, self))

    def __neg__(self):
        return Symbol("neg", (self,))

    def __abs__(self):
        return Symbol("abs", (self,))

    # A single number is its own transpose, whatever axes it is given and however it is masked.

    @property
    def T(self):  # noqa: N802  NumPy's and PyTorch's name for the transpose
        return self

    def __getitem__(self, axes):
        return self

    def masked(self):
        return self

    def heads(self):
        return self

    def join_heads(self):
        return self

    def sigmoid(self):
        return Symbol("sigmoid", (self,))

    def log_sigmoid(self):
        return Symbol("log_sigmoid", (self,))

    def tanh(self):
        return Symbol("tanh", (self,))

    def relu(self):
        return Symbol("relu", (self,))

    def exp(self):
        return Symbol("exp", (self,))

    def maximum(self, other):
        return Symbol("max", (self, symbol(other)))

    def outer_product(self, other):
        return Symbol("outer", (self, other))

    def inner_product(self, other):
        return Symbol("inner", (self, other))

    def matvec(self, vector):
        return Symbol("matmul", (self, vector))

    def per_root(self):
        return Symbol("per_root", (self,))

    def __str__(self):
        """The symbol's name, or its expression over names: ``f``, ``f*c_prev``, ``tanh(c)``."""
        return self.name or write(self, PLAIN, leaf=str)

    def __repr__(self):
        return f"<Symbol {self}>"


def symbol(value):
    return value if isinstance(value, Symbol) else Symbol("const", value=float(value))


def write(sym, templates, leaf, expand=()):
    """``sym`` as text: its operations by ``templates``, its named parts and constants by ``leaf``.

    Parts named in ``expand`` are written out as well. Brackets stand only where they are needed.
    """
    if sym.op in ("input", "const"):
        return f"{sym.value:g}" if sym.op == "const" else leaf(sym)
    parts = []
    for arg in sym.args:
        if arg.name and arg.name not in expand:
            parts.append(leaf(arg))
        else:
            text = write(arg, templates, leaf, expand)
            parts.append(f"({text})" if needs_brackets(sym, arg) else text)
    return templates[sym.op].format(*parts)


def needs_brackets(outer, inner):
    is_sum = inner.op in ("add", "sub")
    if outer.op == "matmul" and inner.op == "mul":
        return True
    if outer.op in ("mul", "matmul", "neg", "outer", "inner"):
        return is_sum or inner.op == "neg"
    return outer.op == "sub" and inner is outer.args[1] and is_sum


class Graph:
    """Everything that a few outputs need, in an order in which it can be computed.

    ``graph["f"]`` is a symbol by its name or expression, however long (``"(1-i)*c_prev"``);
    ``graph.inputs`` are the names that need a value; ``graph.outputs`` are the symbols that were
    asked for.

    Raises:
        KeyError: a name that the graph does not have.
    """

    def __init__(self, outputs: dict[str, Symbol]):
        self.order: list[Symbol] = []
        seen = set()

        def visit(sym):
            if sym not in seen:
                seen.add(sym)
                for arg in sym.args:
                    visit(arg)
                self.order.append(sym)

        for sym in outputs.values():
            visit(sym)
        place = {sym: k for k, sym in enumerate(self.order)}
        self.outputs = dict(sorted(outputs.items(), key=lambda output: place[output[1]]))
        self.symbols = {str(sym): sym for sym in self.order if is_short(sym)} | self.outputs
        self.inputs = tuple(sym.name for sym in self.order if sym.op == "input")
        self.named = tuple(sym.name for sym in self.order if sym.name)

    def __getitem__(self, name):
        found = self._find(name)
        if found is None:
            raise KeyError(f"no value {name!r} in this graph; it names {', '.join(self.named)}")
        return found

    def __contains__(self, name):
        return self._find(name) is not None

    def _find(self, name):
        if name in self.symbols:
            return self.symbols[name]
        return next((sym for sym in self.order if str(sym) == name), None)

    def evaluate(self, **values):
        """Compute with numbers, or arrays of numbers that go together.

        Returns:
            Every value in the graph by name or expression, ``{"f": …, "f*c_prev": …}``.

        Raises:
            TypeError: an input without a value, or a value for something that is not an input.
        """
        missing = [name for name in self.inputs if name not in values]
        unknown = [name for name in values if name not in self.inputs]
        if missing or unknown:
            raise TypeError(
                f"this graph's inputs are {', '.join(self.inputs)}"
                + (f"; missing: {', '.join(missing)}" if missing else "")
                + (f"; not an input: {', '.join(unknown)}" if unknown else "")
            )
        computed = {}
        with np.errstate(invalid="ignore", divide="ignore"):  # as a cell does
            for sym in self.order:
                if sym.op == "input":
                    computed[sym] = values[sym.name]
                elif sym.op == "const":
                    computed[sym] = sym.value
                else:
                    computed[sym] = COMPUTE[sym.op](*(computed[arg] for arg in sym.args))
        return {name: computed[sym] for name, sym in self.symbols.items()}

    def part(self, *outputs, given=(), **renamed):
        """The part of the graph that leads to ``outputs``, with the values named in ``given``
        taken as inputs: ``trace(LSTMCell).part("c", given=("f", "i", "c_tilde"))`` is the belt.
        An output can be given a name of its own: ``kept="f*c_prev"``."""
        fresh = {self[name]: Symbol("input", name=name) for name in given}
        outputs = {name: name for name in outputs} | renamed
        return Graph({new: rebuild(self[name], fresh) for new, name in outputs.items()})

    def repeat(self, times, shared=(), carry=None):
        """Several copies of this graph in one, the names of copy 1 ending in ``_1`` and so on.

        Args:
            times: how many copies.
            shared: names of inputs that all copies have in common; they keep their names.
            carry: inputs fed by the copy before, ``{"c_prev": "c"}``; a chain in time. The first
                copy's stays an input under its own name.
        """
        carry, outputs = carry or {}, {}
        common = {self[name]: Symbol("input", name=name) for name in (*shared, *carry)}
        for k in range(1, times + 1):
            copies = dict(common)
            for name, sym in self.outputs.items():
                outputs[f"{name}_{k}"] = rebuild(sym, copies, suffix=f"_{k}")
            common |= {self[new]: copies[self[old]] for new, old in carry.items()}
        return Graph(outputs)

    def gradient(self, output):
        r"""Reverse-mode derivatives of one output, as a graph of its own.

        Its outputs are named ``dc/df``: how much ``c`` moves for each bit that ``f`` moves, for
        every named value that ``output`` depends on.

        .. math:: \bar{u} = \sum_{v \text{ uses } u} \bar{v} \, \frac{\partial v}{\partial u}
        """
        target = self[output]
        bar = {target: symbol(1)}
        for sym in reversed(Graph({output: target}).order):
            for arg, local in zip(sym.args, local_derivatives(sym), strict=True):
                share = times(bar[sym], local)
                bar[arg] = bar[arg] + share if arg in bar else share
        return Graph({f"d{output}/d{sym.name}": d for sym, d in bar.items() if sym.name})


def is_short(sym):
    """Whether a symbol has a name, or is one operation on things that have: ``f*c_prev``.

    What a gate leaves over is as good as the gate: ``(1-z)*h_prev`` is short too.
    """
    return bool(sym.name) or (
        sym.op != "const" and all(arg.name or arg.op == "const" or is_rest(arg) for arg in sym.args)
    )


def is_rest(sym):
    """Whether a symbol is what a gate leaves over: ``1-z``."""
    return sym.op == "sub" and sym.args[0].value == 1 and bool(sym.args[1].name)


def local_derivatives(sym):
    """How much an operation's result moves for each bit that each of its arguments moves."""
    match sym.op:
        case "add":
            return symbol(1), symbol(1)
        case "sub":
            return symbol(1), symbol(-1)
        case "mul" | "matmul" | "outer" | "inner":
            return sym.args[1], sym.args[0]
        case "div":
            return 1 / sym.args[1], -(sym / sym.args[1])
        case "per_root":  # one unit: divided by 1
            return (symbol(1),)
        case "abs":
            return (Symbol("sign", sym.args),)
        case "max":
            return Symbol("larger", sym.args), Symbol("larger", sym.args[::-1])
        case "exp":
            return (sym,)
        case "log_sigmoid":
            return ((-sym.args[0]).sigmoid(),)
        case "neg":
            return (symbol(-1),)
        case "sigmoid":
            return (sym * (1 - sym),)
        case "tanh":
            return (1 - sym * sym,)
        case "relu":  # 1 above zero, and 0 at zero and below, as in PyTorch
            return (Symbol("sign", (sym,)),)
        case "input" | "const":
            return ()
    raise NotImplementedError(f"no derivative is written for the operation {sym.op!r}")


def times(a, b):
    """The product of two derivatives; a factor of one is left away, so that they read well."""
    for one, other in ((a, b), (b, a)):
        if one.op == "const" and one.value == 1:
            return other
    return a * b


def rebuild(sym, copies, suffix=""):
    """A copy of ``sym`` and all it needs, except what ``copies`` already has a copy of."""
    if sym not in copies:
        args = tuple(rebuild(arg, copies, suffix) for arg in sym.args)
        copies[sym] = Symbol(sym.op, args, sym.name and sym.name + suffix, sym.value)
    return copies[sym]


def trace(cell_class) -> Graph:
    """Run one ``step`` of a cell on symbols: one unit, one feature, everything named.

    Inputs are ``x``, the last state (``h_prev``, ``c_prev``), what else the step reads
    (``c_below``) and the weights (``W_f``, ``U_f``, ``b_f``); then come the pre-activations
    (``a_f``), the gates (``f``) and the new state (``h``, ``c``), which are the outputs.
    """
    cell = cell_class(input_size=1, hidden_size=1)
    for kind, weights in cell.weights.items():
        setattr(cell, kind, {g: Symbol("input", name=f"{kind}_{g}") for g in weights})
    x = Symbol("input", name="x")
    last = [Symbol("input", name=f"{part}_prev") for part in cell.state]
    seen = cell.Seen(*last, *(Symbol("input", name=name) for name in cell.reads))
    a = cell.pre_activations(x, getattr(seen, cell.recurrent))
    state, gates = cell.step(a, seen)
    for prefix, named in (("a_", a), ("", gates), ("", state)):
        for name, sym in named._asdict().items():
            sym.name = prefix + name
    parts = reversed(state._asdict().items())  # h last: what leads to it has been computed then
    return Graph(dict(parts) | gates._asdict())
