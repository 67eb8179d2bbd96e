"""What is wrong with a drawing, compared with the graph of the cell that it draws.

:func:`faults` looks twice. *What is drawn*: every layer and every operation between the layers and
the outputs is drawn once, with the operands of the graph, and nothing else is. *Where it is drawn*:
each wire begins where its value comes from and ends in something that takes it. Each fault is a
sentence that names the drawing, the shape and the value.

What a drawing abstracts on purpose it says itself: a ``shorthand`` stands for all operations
between what it is of and what it gives, a layer that gives several values for a whole module, and
``hides`` names what is not shown.
"""

from collections import Counter
from itertools import combinations, pairwise
from math import dist, inf
from typing import NamedTuple

from lstm_lib.cells import Cell
from lstm_lib.diagrams.drawing import Drawing, Shape
from lstm_lib.equations import trace
from lstm_lib.equations.graph import Symbol

SIGNS = {"add": "+", "mul": "×", "div": "÷", "sub": "−"}
FUNCTIONS = {"sigmoid": "σ", "log_sigmoid": "log σ", "tanh": "tanh", "relu": "ReLU"}
"""How operations are written in a drawing; the others by their name."""
SQUASHING = (*FUNCTIONS, "per_root")
COMMUTE = ("+", "×")
"""Where the order of the operands does not matter."""

TOUCH = 4
"""How close is at: two strands side by side are 5 apart."""
COPY = 8
"""How close to its middle a dot is touched: its radius is 6.5."""
OPENING = 40
"""How long a piece a wire may leave out to let others pass, or to go round a corner beside them."""
BESIDE = 48
"""How far from its wire the name of a value may stand."""
MEANS = {"layer", "operation", "shorthand", "module in one layer"}
"""The shapes that compute."""


class Part(NamedTuple):
    """What must be drawn to compute a value: an operation, or a layer with all that it reads."""

    kind: str
    sign: str
    of: tuple[str, ...]


def faults(drawing: Drawing, cell: type[Cell] | None = None) -> list[str]:
    """Every fault of a drawing of a cell, as a sentence; none, if it draws what the graph says.

    ``cell`` is the class of that cell, if it is not the one that the drawing names.
    """
    return Comparison(drawing, cell or drawing.cell).faults()


class Comparison:
    """A drawing beside the graph of its cell."""

    def __init__(self, drawing: Drawing, cell: type[Cell]):
        self.drawing, self.cell = drawing, cell
        self.graph = trace(cell)
        known = {"x", *cell.reads, *(f"{part}_prev" for part in cell.state)}
        self.weights = set(self.graph.inputs) - known
        self.said: list[str] = []
        self.shapes = [self.in_the_graph_s_words(shape) for shape in drawing.shapes]

    def faults(self) -> list[str]:
        if not self.said:  # of a value that the cell does not have, nothing more can be said
            self.compare_parts()
            self.follow_wires()
            self.look_at_dots()
            self.look_at_names()
            self.look_for_overlaps()
        return [f"{self.drawing.title}: {sentence}" for sentence in self.said]

    def in_the_graph_s_words(self, shape: Shape) -> Shape:
        """A shape with the names that the graph itself uses, if one value has two."""
        return shape._replace(of=self.words(shape, "of"), gives=self.words(shape, "gives"))

    def words(self, shape, side):
        names = getattr(shape, side)
        unknown = [name for name in names if name not in self.graph]
        if unknown:
            self.said.append(
                f"{told(shape)} names {unknown[0]!r}, which {self.cell.__name__} does not compute"
            )
            return names
        return tuple(str(self.graph[name]) for name in names)

    def every(self, *kinds: str) -> list[Shape]:
        return [shape for shape in self.shapes if shape.kind in kinds]

    # What is drawn

    def compare_parts(self):
        drawn = self.every(*MEANS)
        for value, times in Counter(value for shape in drawn for value in shape.gives).items():
            if times > 1:
                self.said.append(f"{value} is computed by {times} shapes, expected one")
        by_value = {value: shape for shape in drawn for value in shape.gives}
        needed = self.needed(by_value)
        for value, part in needed.items():
            if value not in by_value:
                self.said.append(
                    f"nothing gives {value}, expected the {part.kind} {part.sign}"
                    f" of {listed(part.of)}"
                )
            else:
                self.compare_part(by_value[value], value, part)
        for value, shape in by_value.items():
            if value not in needed and shape.kind in ("layer", "operation"):
                self.said.append(
                    f"{told(shape)} gives {value}, but no output needs that to be drawn"
                )

    def needed(self, by_value: dict[str, Shape]) -> dict[str, Part]:
        """What must be drawn, by the value that comes out of it."""
        needed, seen = {}, set()
        todo = [self.graph[name] for name in self.drawing.outputs]
        while todo:
            sym = todo.pop()
            value = str(sym)
            if value in seen or sym.op in ("input", "const"):
                continue
            seen.add(value)
            shape = by_value.get(value)
            if self.sees_through(sym):
                todo += [arg for arg in sym.args if arg.name not in self.weights]
            elif shape and shape.kind in ("shorthand", "module in one layer"):
                self.check_shorthand(shape)
                todo += [self.graph[name] for name in (*shape.of, *shape.hides)]
            else:
                needed[value] = self.part(sym)
                todo += [self.graph[name] for name in needed[value].of]
        return needed

    def part(self, sym: Symbol) -> Part:
        if sym.op == "max" and sym.args[1].op == "sigmoid":  # positive(a) is max(a + 1/2, σ(a))
            return self.part(sym.args[1])._replace(sign="g")
        inner = sym.args[0] if sym.op in SQUASHING else sym
        terms = added(inner)
        matrices = [term for term in terms if self.is_product_with_matrix(term)]
        if matrices:
            reads = [self.read(term) for term in terms if term.name not in self.weights]
            squashed = sym is not inner
            sign = FUNCTIONS.get(sym.op, sym.op) if squashed else "linear"
            return Part("layer", sign, tuple(reads))
        operands = tuple(str(arg) for arg in sym.args if arg.op != "const")
        if sym.op == "sub" and sym.args[0].op == "const":
            return Part("operation", f"{sym.args[0]}−", operands)
        return Part("operation", SIGNS.get(sym.op) or FUNCTIONS.get(sym.op, sym.op), operands)

    def is_product_with_matrix(self, term: Symbol) -> bool:
        return term.op == "matmul" and term.args[0].name in self.weights

    def sees_through(self, term: Symbol) -> bool:
        """Whether this is what a peephole lets through: a value times a vector of weights."""
        return term.op == "mul" and any(arg.name in self.weights for arg in term.args)

    def read(self, term: Symbol) -> str:
        return str(term.args[1] if self.is_product_with_matrix(term) else term)

    def compare_part(self, shape: Shape, value: str, part: Part):
        kind = {"module in one layer": "layer"}.get(shape.kind, shape.kind)
        if kind != part.kind:
            self.said.append(f"{told(shape)} gives {value}, expected a {part.kind} {part.sign}")
            return
        op = self.graph[value].op
        shown = FUNCTIONS.get(op, op)
        if shape.hides:
            if shape.hides != (op,):
                self.said.append(
                    f"{told(shape)} hides {listed(shape.hides)}, but {value} is made by {shown}"
                )
        elif shape.sign != part.sign and not self.is_letter_of(shape, value, part):
            self.said.append(f"{told(shape)} gives {value}, expected {part.sign!r} on it")
        ordered = kind == "operation" and part.sign not in COMMUTE
        if shape.of != part.of if ordered else sorted(shape.of) != sorted(part.of):
            self.said.append(
                f"{told(shape)} gives {value}, and is of {listed(shape.of)}; expected"
                f" {listed(part.of)}" + (", in this order" if ordered else "")
            )

    def is_letter_of(self, shape: Shape, value: str, part: Part) -> bool:
        """Whether a layer without a squashing function shows the letter of its one matrix."""
        terms = added(self.graph[value])
        letters = [t.args[0].name for t in terms if self.is_product_with_matrix(t)]
        return part.sign == "linear" and [shape.sign] == [name.split("_")[0] for name in letters]

    def check_shorthand(self, shape: Shape):
        """All that it gives follows from what it is of; of a product also from its factors."""
        factors = [str(arg) for name in shape.of for arg in self.graph[name].args]
        given = {*shape.of, *shape.hides, *factors} - {*shape.gives}
        given = [name for name in given if name in self.graph and not name.isdigit()]
        inside = self.graph.part(*shape.gives, given=given)
        allowed = {*given, *self.weights} if "layer" in shape.kind else {*given}
        for name in sorted(set(inside.inputs) - allowed):
            self.said.append(f"{told(shape)} gives what also needs {name}, which does not go in")
        for name in shape.of:
            made_of = {str(arg) for arg in self.graph[name].args}
            if name not in inside.inputs and not (made_of and made_of <= set(inside.inputs)):
                self.said.append(f"{told(shape)} takes {name}, which nothing that it gives needs")

    # Where it is drawn

    def follow_wires(self):
        """Each wire begins where its value is, and ends where it is taken."""
        wires = self.every("wire", "peephole")
        self.grounded: list[Shape] = []
        while found := [w for w in wires if w not in self.grounded and self.begins_well(w)]:
            self.grounded += found
        for wire in wires:
            value = wire.of[0]
            if wire not in self.grounded:
                self.said.append(f"{told(wire)} begins where there is no {value}")
            if not self.ends_well(wire, wires):
                self.said.append(f"{told(wire)} ends where nothing takes {value}")
            dashed = wire.kind == "peephole"
            if self.sees_through(self.graph[value]) and not dashed:
                self.said.append(f"{told(wire)} is no peephole, expected a dashed wire")
        for shape in self.every(*MEANS):
            for value in shape.of:
                ends = [w for w in wires if w.of[0] == value and inside(w.points[-1], shape)]
                if not ends:
                    self.said.append(f"no wire brings {value} to {told(shape)}")
            for value in shape.gives:
                if not any(self.carried_from(shape, value, wire) for wire in wires):
                    self.said.append(f"no wire takes {value} away from {told(shape)}")
        for value in (str(self.graph[name]) for name in self.drawing.outputs):
            if not any(w.of[0] == value and self.leaves(w) for w in wires):
                self.said.append(f"{value} does not leave the module")
        for wire in self.every("wire of another time"):
            if not self.begins_elsewhere(wire):
                self.said.append(f"{told(wire)} begins in the air")
            if not self.ends_elsewhere(wire):
                self.said.append(f"{told(wire)} ends in the air")

    def carried_from(self, shape, value, wire) -> bool:
        return value in self.carries(wire) and inside(wire.points[0], shape)

    def carries(self, wire) -> set[str]:
        """The values that a wire may begin with: behind a peephole's weights is what it sees."""
        value = wire.of[0]
        sym = self.graph[value]
        behind = sym.args if wire.kind == "peephole" and self.sees_through(sym) else ()
        return {value, *(arg.name for arg in behind if arg.name not in self.weights)}

    def begins_well(self, wire) -> bool:
        start, values = wire.points[0], self.carries(wire)
        return (
            any(values & {*s.gives} and inside(start, s) for s in self.sources())
            or any(values & {*dot.of} and near(start, dot, COPY) for dot in self.grounded_dots())
            or any(continues(before, wire, self.shapes) for before in self.grounded)
            or (self.enters(wire) and not self.sees_through(self.graph[wire.of[0]]))
        )

    def sources(self):
        return self.every(*MEANS, "clock", "closed module")

    def grounded_dots(self):
        """The dots that stand on wires, or on shapes, of what they copy."""
        return [dot for dot in self.every("dot") if all(self.has(dot, v) for v in dot.of)]

    def has(self, dot, value) -> bool:
        place = dot.points[0]
        return any(
            value == wire.of[0] and away(place, wire) <= COPY for wire in self.grounded
        ) or any(value in shape.gives and inside(place, shape) for shape in self.sources())

    def enters(self, wire) -> bool:
        """Whether a wire comes from outside, with its name beside it."""
        value, start = wire.of[0], wire.points[0]
        return value in self.graph.inputs and self.outside(start) and self.is_named(start, value)

    def leaves(self, wire) -> bool:
        """Whether a wire goes out of the module with an arrow, with its name beside it."""
        end = wire.points[-1]
        if any(wire.of[0] in m.of and inside(end, m) for m in self.every("closed module")):
            return wire.arrow
        return wire.arrow and self.outside(end) and self.is_named(end, wire.of[0])

    def outside(self, point) -> bool:
        return not any(inside(point, module) for module in self.every("module", "closed module"))

    def is_named(self, point, value) -> bool:
        return any(value in s.of and near(point, s, BESIDE) for s in self.every("label"))

    def ends_well(self, wire, wires) -> bool:
        end, value = wire.points[-1], wire.of[0]
        return (
            any(value in shape.of and inside(end, shape) for shape in self.every(*MEANS))
            or any(value in dot.of and near(end, dot, COPY) for dot in self.every("dot"))
            or any(continues(wire, after, self.shapes) for after in wires if after is not wire)
            or self.leaves(wire)
        )

    def begins_elsewhere(self, wire) -> bool:
        """Whether a wire of another time comes from another module, from before, or by its name."""
        start = wire.points[0]
        others = [w for w in self.every(wire.kind) if w is not wire]
        return (
            start[0] <= 0
            or any(inside(start, module) for module in self.every("closed module"))
            or any(away(start, other) <= TOUCH for other in others)
            or any(near(start, name, BESIDE) for name in self.every("label of another time"))
        )

    def ends_elsewhere(self, wire) -> bool:
        end = wire.points[-1]
        closed = any(inside(end, module) for module in self.every("closed module"))
        return wire.arrow and (closed or self.outside(end))

    def look_at_dots(self):
        """A copy stands on what it copies, and goes on in two directions."""
        for dot in self.every("dot"):
            for value in dot.of:
                if not self.has(dot, value):
                    self.said.append(f"{told(dot)} stands where there is no {value}")
                elif self.ways_on(dot, value) < 2:
                    self.said.append(f"{told(dot)} copies {value}, which goes on one way only")

    def ways_on(self, dot, value) -> int:
        """In how many directions ``value`` leaves a dot."""
        ways = 0
        for wire in self.every("wire", "peephole"):
            starts = near(wire.points[0], dot, COPY)
            passes = away(dot.points[0], wire) <= COPY and not near(wire.points[-1], dot, COPY)
            ways += value in self.carries(wire) if starts else value == wire.of[0] and passes
        return ways

    def look_at_names(self):
        """Names and numbers stand at the wires whose values they are."""
        wires = self.every("wire", "peephole")
        for kind, reach in (("label", BESIDE), ("chip", TOUCH)):
            for shape in self.every(kind):
                value = shape.of[0]
                seen = [
                    wire
                    for wire in wires
                    if value == wire.of[0] or self.is_weight_of(value, wire.of[0])
                ]
                if not any(away(shape.points[0], wire) <= reach for wire in seen):
                    self.said.append(f"{told(shape)} is not at a wire that carries {value}")

    def is_weight_of(self, weight, value) -> bool:
        sym = self.graph[value]
        return self.sees_through(sym) and weight in [arg.name for arg in sym.args]

    def look_for_overlaps(self):
        """No wire runs through a shape that is not its own, nor along another wire."""
        wires = self.every("wire", "peephole")
        for wire in wires:
            for shape in self.every(*MEANS):
                ends = (wire.points[0], wire.points[-1])
                if not any(inside(end, shape) for end in ends) and runs_through(wire, shape):
                    self.said.append(f"{told(wire)} runs through {told(shape)}")
        for one, other in combinations(wires, 2):
            if one.of != other.of and runs_along(one, other):
                self.said.append(f"{told(one)} lies on {told(other)}")


# Geometry


def inside(point, shape, clear=TOUCH) -> bool:
    """Whether a point is inside a box, or on its outline."""
    (left, top), (right, bottom) = shape.points
    x, y = point
    return left - clear <= x <= right + clear and top - clear <= y <= bottom + clear


def near(point, shape, reach) -> bool:
    return dist(point, shape.points[0]) <= reach


def away(point, wire) -> float:
    """How far a point is from a wire."""
    return min((from_segment(point, *ends) for ends in pairwise(wire.points)), default=inf)


def from_segment(point, start, end) -> float:
    (px, py), (x0, y0), (x1, y1) = point, start, end
    length = dist(start, end)
    share = 0 if not length else ((px - x0) * (x1 - x0) + (py - y0) * (y1 - y0)) / length**2
    share = min(1, max(0, share))
    return dist(point, (x0 + share * (x1 - x0), y0 + share * (y1 - y0)))


def continues(before, after, shapes) -> bool:
    """Whether a wire goes on where another of the same value ends, or behind one that passes."""
    if before.of != after.of:
        return False
    end, start = before.points[-1], after.points[0]
    if dist(end, start) <= TOUCH:
        return True
    if dist(end, start) > OPENING or from_segment(end, *before.points[-2:]) > TOUCH:
        return False
    along = abs(end[1] - start[1]) <= 2 * TOUCH  # wires open where they run level
    passing = [w for w in shapes if w.kind in ("wire", "peephole") and w.of != before.of]
    gap = Shape("opening", (end, start))
    return along and any(crosses(gap, other) for other in passing)


def crosses(one, other) -> bool:
    """Whether a level piece is crossed by an upright one."""
    (left, y), (right, _) = sorted(one.points)
    return any(
        left < x0 < right and min(y0, y1) <= y + TOUCH and y - TOUCH <= max(y0, y1)
        for (x0, y0), (x1, y1) in pairwise(other.points)
        if x0 == x1
    )


def runs_through(wire, shape) -> bool:
    (left, top), (right, bottom) = shape.points
    return any(
        max(x0, x1) > left + TOUCH
        and min(x0, x1) < right - TOUCH
        and max(y0, y1) > top + TOUCH
        and min(y0, y1) < bottom - TOUCH
        for (x0, y0), (x1, y1) in pairwise(wire.points)
    )


def runs_along(one, other) -> bool:
    """Whether two wires share a stretch of their way."""
    return any(
        shared(a, b) > 2 * TOUCH for a in pairwise(one.points) for b in pairwise(other.points)
    )


def shared(a, b) -> float:
    """The length that two level or two upright stretches have in common."""
    for along, across in ((0, 1), (1, 0)):
        sides = [point[across] for point in (*a, *b)]
        if max(sides) - min(sides) < TOUCH / 2:
            (a0, a1), (b0, b1) = (sorted(point[along] for point in ends) for ends in (a, b))
            return min(a1, b1) - max(a0, b0)
    return 0


# Words


def told(shape: Shape) -> str:
    """A shape in words: what it is, what it carries, where it stands."""
    what = f"{shape.kind} {shape.sign}".strip()
    carried = f" of {listed(shape.of)}" if shape.of and shape.kind not in ("layer",) else ""
    return f"the {what}{carried} at {at(shape.points[0])}"


def at(point) -> str:
    return "({:g}, {:g})".format(*point)


def listed(names) -> str:
    *first, last = names or ("nothing",)
    return f"{', '.join(first)} and {last}" if first else last


def added(sym: Symbol) -> list[Symbol]:
    """The terms of a sum; those of a pre-activation inside it are among them."""
    if sym.op != "add":
        return [sym]
    return [
        term
        for arg in sym.args
        for term in (added(arg) if not arg.name or arg.name.startswith("a_") else [arg])
    ]
