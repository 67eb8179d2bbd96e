"""The sheet on which the modules of LSTMs and GRUs stand: its lines, its columns, its size."""

from lstm_lib.diagrams.canvas import LAYER, RADIUS

SIZE = (640, 506)
MODULE = (80, 48, 562, 414)
"""The left, upper, right and lower edge of the module."""
EDGE = 636
"""Where an arrow that leaves to the right has its tip; the one that leaves upwards, ``TOP``."""
TOP = 38

# Lines, from top to bottom: the belt, the names and the numbers of what the layers put out, the
# layers, and the bus that brings them h and x.
BELT, NAMES, NUMBERS, LAYERS, BUS = 92, 248, 276, 331, 384
LAYER_TOP = LAYERS - LAYER[1] / 2
# Lines of an LSTM's operations: the tanh of the cell state, the product that is written, the one
# that is shown.
TANH, WRITE, SHOW = 130, 196, 226
# Columns of an LSTM, from left to right: where x joins, one a layer, the output, h on its way up.
JOIN, FORGET, INPUT, CANDIDATE, OUTPUT, SHOWN, UP = 100, 136, 240, 344, 448, 522, 600

CIRCLE = (2 * RADIUS, 2 * RADIUS)
"""The size of an operation with a sign; ``canvas.PILL`` is that of one with a name."""
