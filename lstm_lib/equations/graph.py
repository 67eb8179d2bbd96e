"""One step of a cell as a graph of operations.

:func:`~lstm_lib.equations.trace` runs a cell's own ``step`` on symbols instead of numbers. The
symbols record every operation, and this record is the graph. It can be evaluated with numbers,
written as formulas or as JavaScript (:mod:`lstm_lib.equations`), and differentiated.
"""

from __future__ import annotations

import numpy as np

from lstm_lib.equations import notation
from lstm_lib.equations.notation import Derivative, Name
from lstm_lib.equations.operations import OPERATIONS, operation


class Symbol:
    """A symbolic number: an input, a constant, or an operation on other symbols.

    It supports the operators and functions that a cell's ``step`` uses, and records them.
    """

    def __init__(self, op, args=(), name=None, value=None):
        if op not in ("input", "const"):
            operation(op)  # raises if there is none of that name
        self.op, self.args, self.name, self.value = op, args, name, value

    def __getattr__(self, op):
        """Every operation is a method: ``a.tanh()``, ``a.larger(b)``."""
        if op not in OPERATIONS:
            raise AttributeError(f"a Symbol has no {op!r}; its operations are those of OPERATIONS")
        return lambda *others: self.of(op, self, *others)

    def of(self, op, *args):
        """An operation on symbols and numbers, as a symbol of the same class."""
        return type(self)(op, tuple(map(symbol, args)))

    def __add__(self, other):
        return self.of("add", self, other)

    def __radd__(self, other):
        return self.of("add", other, self)

    def __sub__(self, other):
        return self.of("sub", self, other)

    def __rsub__(self, other):
        return self.of("sub", other, self)

    def __mul__(self, other):
        return self.of("mul", self, other)

    def __rmul__(self, other):
        return self.of("mul", other, self)

    def __truediv__(self, other):
        return self.of("div", self, other)

    def __rtruediv__(self, other):
        return self.of("div", other, self)

    def __matmul__(self, weights):
        """``x @ W.T``, an array's way to write :math:`W x`: the weights come first."""
        return self.of("matmul", weights, self)

    def __neg__(self):
        return self.of("neg", self)

    def __abs__(self):
        return self.of("abs", self)

    # A symbol is a scalar: transposing it, indexing it, masking it or splitting it into heads
    # changes nothing.

    @property
    def T(self):  # noqa: N802  NumPy's and PyTorch's name for the transpose
        return self

    def __getitem__(self, axes):
        return self

    def masked(self, mask):
        return self

    def lift(self, value):
        """A number that meets this symbol, as a symbol."""
        return symbol(value)

    def heads(self):
        return self

    def join_heads(self):
        return self

    # Functions whose name differs from that of their operation.

    def maximum(self, other):
        return self.of("max", self, other)

    def outer_product(self, other):
        return self.of("outer", self, other)

    def inner_product(self, other):
        return self.of("inner", self, other)

    def matvec(self, vector):
        return self.of("matmul", self, vector)

    def __str__(self):
        """The symbol's name, or its expression over names: ``f``, ``f*c_prev``, ``tanh(c)``."""
        return self.name or write(self, "plain", leaf=str)

    def __repr__(self):
        return f"<Symbol {self}>"


def symbol(value):
    return value if isinstance(value, Symbol) else Symbol("const", value=float(value))


def write(sym, form, leaf, expand=()):
    """``sym`` as text in one ``form``; ``leaf`` writes the names in it.

    A named operand is written as its name, unless ``expand`` lists it. Brackets stand only where
    they are needed.
    """
    if sym.op in ("input", "const"):
        return f"{sym.value:g}" if sym.op == "const" else leaf(sym)
    outer, parts = OPERATIONS[sym.op], []
    for place, arg in enumerate(sym.args):
        if arg.name and arg.name not in expand:
            parts.append(leaf(arg))
        else:
            text, inner = write(arg, form, leaf, expand), OPERATIONS.get(arg.op)
            brackets = inner and outer.needs_brackets(form, place, inner)
            parts.append(f"({text})" if brackets else text)
    return outer.sign(form).format(*parts)


class Graph:
    """The symbols that some outputs are computed from, in topological order.

    ``graph["f"]`` is the symbol with this name or expression (``"(1-i)*c_prev"``);
    ``graph.inputs`` are the names that need a value; ``graph.outputs`` are the outputs by name.
    Two outputs may be the same symbol: in a step with :math:`h_t = C_t` its name is ``c``, and
    ``h`` is an alias. ``graph.names`` has every name by its plain string, with what it says
    (:class:`~lstm_lib.equations.notation.Name`).

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

        def as_computed(output):  # an alias stands after the name
            name, sym = output
            return place[sym], name != sym.name

        self.outputs = dict(sorted(outputs.items(), key=as_computed))
        self.symbols = {str(sym): sym for sym in self.order if is_short(sym)} | self.outputs
        self.inputs = tuple(sym.name for sym in self.order if sym.op == "input")
        self._names_of = {sym: [sym.name] if sym.name else [] for sym in self.order}
        for name, sym in self.outputs.items():
            if isinstance(name, Name) and name not in self._names_of[sym]:
                self._names_of[sym].append(name)
        self.named = tuple(name for names in self._names_of.values() for name in names)
        self.names = {str(name): name for name in (*self.outputs, *self.named)}

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

    def name_of(self, name: str) -> str:
        """A name of this graph with its data; any other string is returned as it is."""
        return self.names.get(name, name)

    def write(self, name: str, form: str, leaf) -> str:
        """The right-hand side of a value's equation; ``leaf`` writes the names in it, and
        pre-activations are written out. ``form`` is one of those that an
        :class:`~lstm_lib.equations.operations.Operation` has."""
        sym = self[name]
        if sym.name not in (None, name):  # an alias
            return leaf(sym)
        expand = [n for n in self.named if getattr(n, "kind", "") == "pre-activation"]
        return write(sym, form, leaf, expand)

    def evaluate(self, **values):
        """Compute with numbers, or with arrays that can be broadcast.

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
                    computed[sym] = OPERATIONS[sym.op].compute(*(computed[arg] for arg in sym.args))
        return {name: computed[sym] for name, sym in self.symbols.items()}

    def part(self, *outputs, given=(), **renamed):
        """The subgraph that computes ``outputs``, with the values named in ``given`` as inputs:
        ``trace(LSTMCell).part("c", given=("f", "i", "c_tilde"))`` is the update of the cell state.
        An output can be given a new name: ``kept="f*c_prev"``."""
        fresh = {self[name]: Symbol("input", name=self.name_of(name)) for name in given}
        outputs = {self.name_of(name): name for name in outputs} | renamed
        return Graph({new: rebuild(self[name], fresh) for new, name in outputs.items()})

    def repeat(self, times, shared=(), carry=None):
        """Several copies of this graph in one, the names of copy 1 ending in ``_1`` and so on.

        Args:
            times: how many copies.
            shared: names of inputs that all copies have in common; they keep their names.
            carry: inputs that are outputs of the copy before, ``{"c_prev": "c"}``: a chain in
                time. That of the first copy stays an input and keeps its name.
        """
        carry, outputs = carry or {}, {}
        names = [self.name_of(name) for name in (*shared, *carry)]
        common = {self[name]: Symbol("input", name=name) for name in names}
        for k in range(1, times + 1):
            copies = dict(common)
            for name, sym in self.outputs.items():
                outputs[notation.copy(name, k)] = rebuild(sym, copies, mark=k)
            common |= {self[new]: copies[self[old]] for new, old in carry.items()}
        return Graph(outputs)

    def gradient(self, output):
        r"""Reverse-mode derivatives of one output, as a graph of its own.

        Its outputs are named ``dc/df``, the derivative of ``c`` with respect to ``f``: one for
        every named value that ``output`` depends on.

        .. math:: \bar{u} = \sum_{v \text{ uses } u} \bar{v} \, \frac{\partial v}{\partial u}
        """
        target, of = self[output], self.name_of(output)
        bar = adjoints(Graph({output: target}).order, {target: symbol(1)})
        return Graph(
            {Derivative(of, name): d for sym, d in bar.items() for name in self._names_of[sym]}
        )

    def quantity(self, name: str) -> str:
        """Which quantity a value belongs to, which decides its hue.

        A named value: the quantity of its letter. An unnamed term of a sum: that of the sum
        (``f*c_prev`` belongs to ``c``). Any other expression: that of the most important name in
        it (``tanh(c)`` belongs to the cell state).

        Raises:
            KeyError: a name that the graph does not have; a letter without a row in
                :data:`~lstm_lib.equations.notation.LETTERS`.
        """
        sym, known = self[name], self.names.get(name)
        if not isinstance(known, Name):
            known = sym.name or self._term_of(sym) or made_from(sym)
        return notation.quantity(known) if known else "hidden"

    def _term_of(self, sym):
        """The name of the sum that ``sym`` is a term of, also through a matrix product."""
        for user in self.order:
            if sym in user.args and user.op in ("add", "sub", "neg", "matmul"):
                found = user.name or self._term_of(user)
                if found:
                    return found
        return None


STRENGTH = ("weight", "pre-activation", "gate", "candidate", "input", "state")
"""The kinds of names, the least important first: a state counts before a gate that scales it."""


def made_from(sym):
    """The most important name in an expression; the first of several."""
    if sym.name:
        return sym.name
    names = [name for arg in sym.args if (name := made_from(arg))]
    return max(names, key=strength) if names else None


def strength(name):
    name = notation.named(name)
    kind = "candidate" if name.tilde and name.kind == "gate" else name.kind
    return STRENGTH.index(kind) if kind in STRENGTH else -1


def is_short(sym):
    """Whether a symbol has a name, or is one operation on symbols that have: ``f*c_prev``.

    The complement of a gate counts as a name: ``(1-z)*h_prev`` is short too.
    """
    return bool(sym.name) or (
        sym.op != "const"
        and all(arg.name or arg.op == "const" or is_complement(arg) for arg in sym.args)
    )


def is_complement(sym):
    """Whether a symbol is the complement of a named one: ``1-z``."""
    return sym.op == "sub" and sym.args[0].value == 1 and bool(sym.args[1].name)


def derivatives(sym):
    """The derivatives of an operation's result with respect to each of its operands."""
    if not sym.args:
        return ()
    return tuple(map(symbol, OPERATIONS[sym.op].derivative(sym, *sym.args)))


def adjoints(order, seeds):
    """The derivative with respect to every symbol of ``order``, from those in ``seeds``: reverse
    mode. A symbol that none of the seeds depends on has none."""
    bar = dict(seeds)
    for sym in reversed(order):
        if sym in bar:
            for arg, local in zip(sym.args, derivatives(sym), strict=True):
                share = times(bar[sym], local)
                bar[arg] = bar[arg] + share if arg in bar else share
    return bar


def times(a, b):
    """The product of two derivatives; a factor of 1 is left out, for readability."""
    for one, other in ((a, b), (b, a)):
        if one.op == "const" and one.value == 1:
            return other
    return a * b


def rebuild(sym, copies, mark=None):
    """A copy of ``sym`` and its operands, except those that ``copies`` has already. With a
    ``mark``, each name gets it as an ending: ``f_3``."""
    if sym not in copies:
        args = tuple(rebuild(arg, copies, mark) for arg in sym.args)
        name = notation.copy(sym.name, mark) if sym.name and mark else sym.name
        copies[sym] = Symbol(sym.op, args, name, sym.value)
    return copies[sym]


def trace(cell_class) -> Graph:
    """Run one ``step`` of a cell on symbols: one unit, one feature, everything named.

    Inputs are ``x``, the previous state (``h_prev``, ``c_prev``), the side inputs (``c_below``) and
    the weights (``W_f``, ``U_f``, ``b_f``); then come the pre-activations
    (``a_f``), the gates (``f``) and the new state (``h``, ``c``), which are the outputs.

    A value to which the step gives several names has the first of these: that of an input, of a
    gate, of a part of the state (``c`` before ``h``), of a pre-activation.
    """
    cell = cell_class(input_size=1, hidden_size=1)
    inputs = []

    def given(name):
        inputs.append(Symbol("input", name=name))
        return inputs[-1]

    for kind, weights in cell.weights.items():
        setattr(cell, kind, {gate: given(notation.weight(kind, gate)) for gate in weights})
    x = given(notation.value("x", "input"))
    last = [given(notation.last(part)) for part in cell.state]
    reads = [given(notation.value(name, "input")) for name in cell.reads]
    seen = cell.Seen(*last, *reads, x)
    a = cell.pre_activations(x, getattr(seen, cell.recurrent))
    try:
        state, gates = cell.step(a, seen)
    except (AttributeError, TypeError) as error:
        error.add_note(UNKNOWN_FUNCTION)
        raise
    gates = [(notation.value(name, kind_of(name, cell)), v) for name, v in gates._asdict().items()]
    parts = [(notation.value(name, "state"), v) for name, v in state._asdict().items()][::-1]
    check_names(cell, [(sym.name, sym) for sym in inputs] + gates + parts)
    outputs = {name: symbol(v) for name, v in parts + gates}  # h last of the state: it comes last
    called = {name: outputs[name] for name, _ in gates} | outputs
    called |= {notation.pre_activation(gate): sym for gate, sym in a._asdict().items()}
    for name, sym in called.items():
        sym.name = sym.name or name
    return Graph(outputs)


def kind_of(gate, cell):
    return "state" if gate in cell.state else "gate"


def check_names(cell, named):
    """Two different values must not have the same name."""
    first = {}
    for name, value in named:
        if first.setdefault(name, value) is not value:
            raise ValueError(
                f"{type(cell).__name__} calls two values {str(name)!r}; "
                "rename a gate, a part of the state or a side input"
            )


UNKNOWN_FUNCTION = (
    "The step was being traced. Symbols support the operations that have a row in OPERATIONS, in "
    "lstm_lib/equations/operations.py; a new one needs a row there, and a function like those of "
    "lstm_lib.cells.functions."
)
"""The note that is added to an error in a step that is traced."""
