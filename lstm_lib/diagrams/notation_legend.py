"""The legend: what the shapes of the drawings mean."""

from lstm_lib.diagrams.canvas import STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing

DESCRIPTION = (
    "A filled box is a learned layer. A circle is a pointwise operation, such as a sum or a"
    " product. An arrow carries a whole vector. Two lines that run on side by side are two vectors"
    " joined into one. A dot where a line divides is a copy, which goes both ways."
)
LAYER, OPERATION, VECTOR, JOIN, COPY = 64, 192, 320, 448, 576
LINE, WORDS = 52, 108


def legend() -> Drawing:
    """The notation: learned layer, pointwise operation, vector, concatenation, copy."""
    canvas = Canvas("legend", "Notation of the drawings", DESCRIPTION, (640, 148))
    canvas.layer("σ", (LAYER, LINE), ("h_prev", "x"), "h", size=(76, 52))
    canvas.caption((LAYER, WORDS), "learned", "layer")

    canvas.operation("×", (OPERATION, LINE), ("h", "h"), "h")
    canvas.caption((OPERATION, WORDS), "pointwise", "operation")

    canvas.wire("h", (VECTOR - 42, LINE), (VECTOR + 42, LINE), arrow=True)
    canvas.caption((VECTOR, WORDS), "vector", "transfer")

    left, turn, right = JOIN - 42, JOIN - 16, JOIN + 42
    upper, lower = LINE - STRAND, LINE + STRAND
    canvas.wire("h_prev", (left, upper), (right, upper))
    canvas.wire("x", (turn, LINE + 32), (turn, lower), (right, lower))
    canvas.caption((JOIN, WORDS), "concatenate")

    canvas.wire("h", (COPY - 42, LINE), (COPY + 42, LINE), arrow=True)
    canvas.wire("h", (COPY, LINE), (COPY, LINE - 40), arrow=True)
    canvas.dot("h", (COPY, LINE))
    canvas.caption((COPY, WORDS), "copy")
    return canvas.drawing()
