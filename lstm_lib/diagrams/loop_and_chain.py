"""A recurrent network as a loop, and the same network as a chain of five steps."""

from lstm_lib.diagrams.canvas import Canvas
from lstm_lib.diagrams.drawing import Drawing

SIZE = (640, 214)
MODULE, TOP, BOTTOM = 54, 80, 134
LINE = (TOP + BOTTOM) / 2
LOOP = 30
"""The left edge of the module with the loop."""
CHAIN = tuple(204 + 86 * k for k in range(5))
"""The left edges of the modules of the chain."""

DESCRIPTION = (
    "Left, a module reads x and gives h; h is copied, and the copy leads back into the module."
    " Right, the same network written out: five copies of the module in a row, one for each step."
    " Each reads an x of its own from below, shows an h above, and hands it to the next."
)


def loop() -> Drawing:
    """A network with a loop, and the chain that the loop stands for."""
    canvas = Canvas("loop", "A loop, opened into a chain", DESCRIPTION, SIZE)
    copy = (LOOP + MODULE / 2, TOP - 20)
    canvas.wire("h", copy, (2, copy[1]), (2, LINE), (LOOP, LINE), arrow=True)
    canvas.dot("h", copy)
    step(canvas, LOOP, "t")
    canvas.caption((154, LINE), "=")
    for place, left in enumerate(CHAIN):
        if place:
            canvas.wire("h", (CHAIN[place - 1] + MODULE, LINE), (left, LINE), arrow=True)
        step(canvas, left, str(place + 1))
    return canvas.drawing()


def step(canvas: Canvas, left: float, time: str) -> None:
    """One module with its input and its output."""
    middle = left + MODULE / 2
    canvas.layer("tanh", (middle, LINE), ("h_prev", "x"), "h", size=(MODULE, BOTTOM - TOP))
    canvas.wire("x", (middle, BOTTOM + 42), (middle, BOTTOM), arrow=True)
    canvas.wire("h", (middle, TOP), (middle, 36), arrow=True)
    canvas.label("x", (middle, BOTTOM + 68), anchor="middle", time=time)
    canvas.label("h", (middle, 24), anchor="middle", time=time)
