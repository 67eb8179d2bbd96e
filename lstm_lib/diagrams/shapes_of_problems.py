"""Where a problem feeds a chain and where it listens: five shapes."""

from lstm_lib.diagrams.canvas import Canvas
from lstm_lib.diagrams.drawing import Drawing

SIZE = (640, 356)
MODULE, GAP, HEIGHT, REACH = 32, 22, 40, 36
"""Width of a module, distance to the next, its height, and the length of an arrow up."""

SHAPES = {
    "one to one": (1, (0,), (0,)),
    "one to many": (4, (0,), (0, 1, 2, 3)),
    "many to one": (4, (0, 1, 2, 3), (3,)),
    "many to many, aligned": (4, (0, 1, 2, 3), (0, 1, 2, 3)),
    "many to many, delayed": (4, (0, 1), (2, 3)),
}
"""For each shape, the number of steps, those at which something is read, and those at which
something is put out."""
PLACES = ((70, 90), (258, 90), (508, 90), (170, 268), (470, 268))
"""The middle of each chain, in the order of the shapes."""

DESCRIPTION = (
    "Five chains of modules. One to one: a single module, one input, one output, no chain."
    " One to many: an input at the first of four steps, an output at each."
    " Many to one: an input at each of four steps, an output at the last."
    " Many to many, aligned: an input and an output at each step."
    " Many to many, delayed: inputs at the first two steps, outputs at the last two."
)


def problem_shapes() -> Drawing:
    """The five shapes of a problem: one to one, one to many, many to one, and twice many to many.

    An arrow into a module from below is an input, one that leaves upwards an output.
    """
    canvas = Canvas("problem-shapes", "Five shapes of a problem", DESCRIPTION, SIZE)
    for (name, shape), at in zip(SHAPES.items(), PLACES, strict=True):
        chain(canvas, at, *shape)
        canvas.caption((at[0], at[1] + HEIGHT / 2 + REACH + 18), name)
    return canvas.drawing()


def chain(canvas: Canvas, at, steps, inputs, outputs) -> None:
    """A chain of ``steps`` modules around its middle."""
    x, y = at
    first = x - (steps * MODULE + (steps - 1) * GAP) / 2
    for k in range(steps):
        left = first + k * (MODULE + GAP)
        middle, top, bottom = left + MODULE / 2, y - HEIGHT / 2, y + HEIGHT / 2
        if k:
            canvas.wire("h", (left - GAP, y), (left, y), arrow=True)
        canvas.layer("", (middle, y), ("h_prev", "x"), "h", size=(MODULE, HEIGHT))
        if k in inputs:
            canvas.wire("x", (middle, bottom + REACH), (middle, bottom), arrow=True)
        if k in outputs:
            canvas.wire("h", (middle, top), (middle, top - REACH), arrow=True)
