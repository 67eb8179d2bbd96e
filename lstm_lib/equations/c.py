"""A program as C: one function that walks forwards through time, and one that walks back.

Each level of a program becomes one loop over the units of a row, in which all of its elementwise
equations are computed; between two levels stand products of matrices. The backward pass is written
in the same way, from the gradients that the graph derives by reverse mode: first those at the sums
of the highest level, and so on down.
"""

from typing import NamedTuple

from lstm_lib.equations.graph import adjoints, symbol
from lstm_lib.equations.operations import FUNCTION, OPERATIONS
from lstm_lib.equations.program import Program, Row

AT, ROW, KEPT, ONE = "at", "row", "(keep ? at : row)", ""
"""Which row of an array belongs to this step and this example: every step has rows of its own;
only the examples have; every step, if the values are kept for the backward pass; all have one."""


class Array(NamedTuple):
    """A block of memory that the C is given, or some columns of it."""

    name: str
    index: int
    row: str
    """Which row belongs to this step and this example; one of the four above."""
    width: str
    """How many numbers a row has, in C."""
    units: str
    """How many of them are meant, in C."""
    length: int
    """How many these are, for the cell that was traced."""
    column: str = "0"
    """Where in the row they begin, in C."""

    def start(self, row=None):
        """A pointer to where the numbers begin in this row, in C."""
        row = self.row if row is None else row
        text = f"arrays[{self.index}]" + (f" + {row} * ({self.width})" if row else "")
        return text + (f" + {self.column}" if self.column != "0" else "")


class Pass:
    """What both passes have in common. ``arrays`` are the names of the arrays that the C is given,
    in order."""

    def __init__(self, program: Program):
        self.program = program
        self.arrays, self.body = [], []
        self.width = self.total(program.sums)

    def total(self, sums):
        """How many numbers several sums have together, in C."""
        names = [self.program.size_names[each.symbol] for each in sums]
        counts = {name: names.count(name) for name in names}
        return " + ".join(f"{k} * {n}" if k > 1 else n for n, k in counts.items()) or "0"

    def index(self, name):
        if name not in self.arrays:
            self.arrays.append(name)
        return self.arrays.index(name)

    def array(self, name, row, sym):
        """The array of this name, with rows as long as that of a symbol."""
        size = self.program.size_names[sym]
        return Array(name, self.index(name), row, size, size, self.program.sizes[sym])

    def columns(self, name, row, one, prefix=""):
        """Of an array with the columns of all sums, those of one."""
        sums, sym = self.program.sums, one.symbol
        place = next(k for k, each in enumerate(sums) if each is one)
        size, length = self.program.size_names[sym], self.program.sizes[sym]
        column = self.total(sums[:place])
        part = prefix + sym.name
        return Array(part, self.index(name), row, self.width, size, length, column)

    def value(self, sym):
        """The array with a value of the forward pass; None if it is not in one."""
        program = self.program
        if sym in program.vectors:
            return self.array(sym.name, ONE, sym)
        if sym in program.given:
            return self.array(sym.name, AT, sym)
        if sym in program.stored:
            return self.array(program.stored[sym], program.row_of(sym), sym)
        return None

    def line(self, text, depth=2):
        self.body.append("  " * depth + text)

    def product(self, columns, depth, a, packed, c, add, condition=""):
        """The lines of a product of all rows of this step; ``a`` and ``c`` are arrays."""
        first = {AT: "(t * batch + first)", KEPT: "(keep ? t * batch + first : first)"}
        a, c = ((each.start(first.get(each.row, "first")), each.width) for each in (a, c))
        if condition:
            self.line(condition)
        self.line(f"multiply(last - first, {columns}, {depth}, {a[0]}, {a[1]},")
        self.line(f"         arrays[{self.index(packed)}], {c[0]}, {c[1]}, {add});")

    def loop(self, targets, load):
        """The loop over the rows of this step: ``targets`` are what it computes, each an array, an
        operator (``=``, ``+=``) and a symbol. ``load`` returns the array that a symbol is in.
        In the padding after the end of a sequence everything is zero, and the state stays."""
        groups, pointers, loops = {}, {}, []
        for target in targets:
            groups.setdefault(target[0].length, []).append(target)
        for group in groups.values():
            loops += units(group, load, pointers)
        self.line("for (long row = first; row < last; row++) {")
        self.line("const long at = t * batch + row;", 3)
        for array, constant in pointers.items():
            self.line(f"{constant}REAL *{array.name} = {array.start()};", 3)
        self.line("if (lengths && t >= lengths[row]) {", 3)
        for array, _, _ in targets:
            if array.row in (AT, KEPT):
                self.line(f"zero({array.name}, {array.units});", 4)
        self.line("continue;", 4)
        self.line("}", 3)
        self.body += loops
        self.line("}")

    def function(self, name, steps):
        sizes = ", ".join(f"{n} = sizes[{k}]" for k, n in enumerate(self.program.sizes_in_c))
        return "\n".join(
            [
                f"void {name}(long steps, long batch, long first, long last, int keep,",
                "              const int64_t *lengths, const long *sizes, REAL *const *arrays,",
                "              product *multiply)",
                "{",
                f"  const long {sizes};",
                f"  for (long t = {steps}) {{",
                *self.body,
                "  }",
                "}\n",
            ]
        )


def units(targets, load, pointers):
    """The loop over the units of a row. A value that is used twice gets a name of its own.
    What the loop changes is read before. ``pointers`` collects the arrays, and whether they are
    only read."""
    uses, texts, lines = {}, {}, []
    changed = {array for array, _, _ in targets}

    def count(sym):
        uses[sym] = uses.get(sym, 0) + 1
        if uses[sym] == 1 and load(sym) is None:
            for arg in sym.args:
                count(arg)

    def write(sym):
        """The text of a symbol, and whether it needs no brackets anywhere."""
        if sym not in texts:
            texts[sym] = written(sym)
        return texts[sym]

    def written(sym):
        if sym.op == "const":
            return constant(sym.value), sym.value >= 0
        array = load(sym)
        if array:
            pointers.setdefault(array, "const ")
            if array not in changed:
                return f"{array.name}[j]", True
            lines.append(f"const REAL {array.name}_j = {array.name}[j];")
            return f"{array.name}_j", True
        operation, parts = OPERATIONS[sym.op], []
        for place, arg in enumerate(sym.args):
            text, whole = write(arg)
            inner = OPERATIONS.get(arg.op)
            brackets = not whole and (not inner or operation.needs_brackets("c", place, inner))
            parts.append(f"({text})" if brackets else text)
        text = operation.c.format(*parts)
        if uses[sym] == 1:
            return text, False
        name = f"{sym.name or 'v'}{len(lines)}_j"
        lines.append(f"const REAL {name} = {text};")
        return name, True

    for _, _, sym in targets:
        count(sym)
    stores = [f"{array.name}[j] {sign} {write(sym)[0]};" for array, sign, sym in targets]
    pointers.update({array: "" for array, _, _ in targets})
    bound = min((array.units for array, _, _ in targets), key=lambda name: name == "D")
    body = ["        " + line for line in (*lines, *stores)]
    return ["      UNITS", f"      for (long j = 0; j < {bound}; j++) {{", *body, "      }"]


def constant(value):
    """A number as C; infinity and NaN have names of their own there."""
    text = f"{value!r}".replace("inf", "INFINITY").replace("nan", "NAN")
    return f"(REAL){text}"


class Forward(Pass):
    """The pass through time: every value of every step."""

    def __init__(self, program):
        super().__init__(program)
        if program.sums:
            start = f"arrays[{self.index('sums')}] + row * ({self.width})"
            self.line("for (long row = first; row < last; row++)")
            self.line(f"copy({start}, arrays[{self.index('bias')}], {self.width});", 3)
        for level in program.levels:
            for k, product in enumerate(program.products):
                if program.level[product.operand] == level - 1:
                    into = self.columns("sums", ROW, product.sums[0])
                    depth = program.size_names[product.operand]
                    row = self.value(product.operand)
                    self.product(self.total(product.sums), depth, row, f"packed_{k}", into, add=1)
            targets = [
                (self.array(name, program.row_of(sym, name), sym), "=", sym)
                for name, sym in program.results
                if program.level[sym] == level
            ]
            if targets:
                self.loop(targets, lambda sym, level=level: self.load(sym, level))
        self.source = self.function("forward", "0; t < steps; t++")

    def load(self, sym, level):
        program = self.program
        for each in program.sums:
            if each.symbol is sym:
                return self.columns("sums", ROW, each)
        here = sym in program.stored and sym not in program.given
        return None if here and program.level[sym] == level else self.value(sym)


class Backward(Pass):
    """The pass back through time: from the gradients at the outputs to those at everything else.

    ``outputs`` are the names of those that have a gradient of their own at every step.
    """

    def __init__(self, program, outputs):
        super().__init__(program)
        self.seeds, seeds = {}, {}

        def seed(sym, name, row, like):
            one = Row("input", name=name)
            self.seeds[one] = self.array(name, row, like)
            seeds[sym] = seeds[sym] + one if sym in seeds else one

        for name in outputs:
            sym = program.outputs[name]
            seed(sym, f"grad_{name}", AT, sym)
        for part, sym in program.state.items():
            seed(sym, f"carry_{part}", ROW, program.last[part])
        for sym in program.computed:
            seed(sym, f"seed_{program.stored[sym]}", ROW, sym)
        self.gradients = adjoints(program.order, seeds)
        lowest = 0 if any(program.level[sym] == 0 for sym in program.computed) else 1
        lowest = min(lowest, program.levels[-1])
        for level in reversed(program.levels[lowest:]):
            targets = self.at_sums(level) + (self.at_given() if level == lowest else [])
            self.loop(targets, self.load)
            for sym in program.computed:
                if program.level[sym] == level - 1:
                    self.back_to(sym, f"seed_{program.stored[sym]}", ROW, add=0)
        for part, sym in program.last.items():
            self.back_to(sym, f"carry_{part}", ROW, add=1)
        for sym in program.read:
            self.back_to(sym, f"d_{sym.name}", AT, add=int(sym in self.gradients))
        self.source = self.function("backward", "steps - 1; t >= 0; t--")

    def gradient(self, sym):
        return self.gradients.get(sym, symbol(0))

    def at_sums(self, level):
        """The gradients at the sums of one level, and their totals: those at the biases."""
        here = [each for each in self.program.sums if self.program.level[each.symbol] == level]
        at_steps = [(self.columns("d_sums", AT, each, "d_"), "=") for each in here]
        totals = [(self.columns("d_bias", ONE, each, "total_"), "+=") for each in here]
        gradients = [self.gradient(each.symbol) for each in here] * 2
        return [(*to, g) for to, g in zip(at_steps + totals, gradients, strict=True)]

    def at_given(self):
        """The gradients at the previous state; at input and side inputs, where the equations have
        them; and at the weights that are rows, added up over the steps."""
        program, found = self.program, self.gradients
        of_state = [
            (self.array(f"carry_{part}", ROW, sym), "=", self.gradient(sym))
            for part, sym in program.last.items()
        ]
        of_read = [
            (self.array(f"d_{sym.name}", AT, sym), "=", found[sym])
            for sym in program.read
            if sym in found
        ]
        of_weights = [
            (self.array(f"d_{sym.name}", ONE, sym), "+=", found[sym])
            for sym in program.vectors
            if sym in found
        ]
        return of_state + of_read + of_weights

    def load(self, sym):
        if sym in self.seeds:
            return self.seeds[sym]
        if self.value(sym) is None and sym in self.program.level and is_kept(sym):
            self.program.store(sym)
        return self.value(sym)

    def back_to(self, sym, name, row, add):
        """The products that bring the gradients at sums back to the row that was multiplied."""
        for k, product in enumerate(self.program.products):
            if product.operand is sym:
                d_sums = self.columns("d_sums", AT, product.sums[0])
                units, depth = self.program.size_names[sym], self.total(product.sums)
                into = self.array(name, row, sym)
                wanted = f"if (arrays[{into.index}])" if row == AT else ""
                self.product(units, depth, d_sums, f"transposed_{k}", into, add, wanted)
                add = 1


def is_kept(sym):
    """Whether a value is kept for the backward pass, rather than computed again there."""
    if sym.op in ("input", "const"):
        return sym.op == "input"
    return OPERATIONS[sym.op].precedence == FUNCTION or sym.op == "div"


class Source(NamedTuple):
    """The C of a program, and the names of the arrays that each function is given, in order."""

    text: str
    forward: tuple[str, ...]
    backward: tuple[str, ...]


def c(program: Program, outputs) -> Source:
    """The program as C, with a backward pass for gradients at ``outputs``, and at the final state.

    The first pass back, for gradients at all outputs, decides what the forward pass has to keep.
    """
    Backward(program, program.outputs)
    forward, backward = Forward(program), Backward(program, outputs)
    title = f"/* {program.name}: one step for each row of a batch, at each step in time. */"
    text = "\n".join([title, '#include "runtime.h"\n', forward.source, backward.source])
    return Source(text, tuple(forward.arrays), tuple(backward.arrays))
