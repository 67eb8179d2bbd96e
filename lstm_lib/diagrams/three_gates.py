"""The belt of the memory and the three gates on it, without layers and letters."""

from lstm_lib.diagrams.canvas import RADIUS, Canvas
from lstm_lib.diagrams.drawing import Drawing

SIZE = (480, 264)
EDGE = 476
# The line of the memory, the products under it, the gates; the column of each gate.
LINE, PRODUCT, GATES, WORDS = 56, 122, 186, 228
FORGET, INPUT, OUTPUT = 80, 240, 400
GATE = (126, 48)

DESCRIPTION = (
    "The cell state C, the memory, runs along a line, the belt, from left to right. There it is"
    " multiplied by the forget gate: how much stays. Then the new value, multiplied by the input"
    " gate, is added: how much comes in. Farther on, a copy goes down and is multiplied by the"
    " output gate: how much is shown. What comes out of this is the hidden state h."
)


def three_gates() -> Drawing:
    """The idea of the LSTM: a memory on its belt, and what each of the three gates does to it."""
    canvas = Canvas("three-gates", "Three gates on one belt", DESCRIPTION, SIZE)
    top = GATES - GATE[1] / 2
    canvas.belt(0, EDGE, LINE)
    canvas.wire("c_prev", (0, LINE), (FORGET, LINE))
    canvas.wire("c_prev", (FORGET, LINE), (INPUT, LINE))
    canvas.wire("c", (INPUT, LINE), (EDGE, LINE), arrow=True)
    canvas.wire("c", (OUTPUT, LINE), (OUTPUT, PRODUCT - RADIUS), arrow=True)
    canvas.wire("h", (OUTPUT, PRODUCT), (EDGE, PRODUCT), arrow=True)
    canvas.wire("i", (INPUT, PRODUCT), (INPUT, LINE + RADIUS), arrow=True)
    canvas.wire("c_tilde", (INPUT - 44, PRODUCT), (INPUT - RADIUS, PRODUCT), arrow=True)
    canvas.dot("c", (OUTPUT, LINE))
    gates = (
        ("f", FORGET, LINE, "forget gate", "stays"),
        ("i", INPUT, PRODUCT, "input gate", "comes in"),
        ("o", OUTPUT, PRODUCT, "output gate", "is shown"),
    )
    for value, column, line, name, words in gates:
        canvas.wire(value, (column, top), (column, line + RADIUS), arrow=True)
        canvas.layer(name, (column, GATES), ("h_prev", "x"), value, size=GATE)
        canvas.operation("×", (column, line), (value, "c_prev"), "c_prev")
        canvas.caption((column, WORDS), "how much", words)
    canvas.operation("+", (INPUT, LINE), ("c_prev", "c_tilde"), "c")
    canvas.caption((INPUT - 94, PRODUCT), "new value")
    canvas.label("c_prev", (2, LINE - 28))
    canvas.label("c", (EDGE, LINE - 28), anchor="end")
    canvas.label("h", (EDGE, PRODUCT - 16), anchor="end")
    return canvas.drawing()
