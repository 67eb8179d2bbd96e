"""Three modules in a row: the one in the middle open, its neighbours closed."""

from lstm_lib.cells import LSTMCell, RNNCell
from lstm_lib.diagrams.canvas import RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing

WIDTH = 640
# Left and right edge of each module; in the gap after it, h goes up.
BEFORE, OPEN, AFTER = (22, 86), (128, 474), (516, 580)
UPS = (107, 491, 606)
TOP = 76
LAYER = (60, 44)

RNN = (
    "Three modules in a row, one for each time step; each passes its hidden state h to the next"
    " and shows it above, and each reads an x from below."
    " The middle one is open: h and x, joined, go through one tanh layer."
)
LSTM = (
    "Three modules in a row, one for each time step; each passes its cell state C and its hidden"
    " state h to the next, shows h above, and reads an x from below."
    " The middle one is open: h and x, joined, reach four layers that act together, three with a"
    " sigmoid and one with a tanh, and the cell state runs along the top."
)


def chain(kind: str) -> Drawing:
    """A chain of three modules; ``kind`` is "rnn" (one layer) or "lstm" (four).

    Raises ``ValueError`` for another kind.
    """
    if kind == "rnn":
        return _rnn_chain()
    if kind == "lstm":
        return _lstm_chain()
    raise ValueError(f"kind is {kind!r}, expected 'rnn' or 'lstm'")


def _rnn_chain() -> Drawing:
    line, bottom = 142, 208
    canvas = Canvas("chain-rnn", "Chain of RNN modules", RNN, (WIDTH, 312), cell=RNNCell)
    _draw_modules(canvas, "RNN", RNNCell.state, line, bottom)

    join, layer = 170, 300
    canvas.wire("h_prev", (BEFORE[1], line - STRAND), (layer, line - STRAND))
    canvas.wire("x", (join, bottom + 70), (join, line + STRAND), (layer, line + STRAND))
    canvas.wire("h", (layer, line), (AFTER[0], line), arrow=True)
    canvas.layer("tanh", (layer, line), ("h_prev", "x"), "h", size=(76, 50))

    _draw_outputs(canvas, line)
    _draw_inputs(canvas, join, bottom)
    return canvas.drawing()


def _lstm_chain() -> Drawing:
    belt, write, show, layers, bus, bottom = 112, 178, 206, 250, 296, 326
    join, forget, entry, candidate, output, shown = 146, 168, 236, 304, 372, 436
    top = layers - LAYER[1] / 2
    canvas = Canvas("chain-lstm", "Chain of LSTM modules", LSTM, (WIDTH, 430), cell=LSTMCell)
    canvas.belt(0, WIDTH - 4, belt)
    _draw_modules(canvas, "LSTM", LSTMCell.state, bus, bottom)

    canvas.wire("h_prev", (BEFORE[1], bus - STRAND), (forget, bus - STRAND))
    canvas.wire("x", (join, bottom + 70), (join, bus + STRAND), (forget, bus + STRAND))
    for left, right in ((forget, entry), (entry, candidate)):
        canvas.twin((left, bus), (left, layers))
        canvas.twin((left, bus), (right, bus))
        canvas.dot(("h_prev", "x"), (left, bus))
    canvas.twin((candidate, bus), (candidate, layers))
    canvas.twin((candidate, bus), (output, bus), (output, layers))
    canvas.dot(("h_prev", "x"), (candidate, bus))

    canvas.wire("c_prev", (0, belt), (BEFORE[0], belt), arrow=True, time="t−2")
    canvas.wire("c_prev", (BEFORE[1], belt), (forget, belt), bridge=UPS[0])
    canvas.wire("f*c_prev", (forget, belt), (candidate, belt))
    canvas.wire("c", (candidate, belt), (AFTER[0], belt), arrow=True, bridge=UPS[1])
    canvas.wire("c", (AFTER[1], belt), (WIDTH - 4, belt), arrow=True, bridge=UPS[2], time="t+1")
    canvas.wire("f", (forget, top), (forget, belt + RADIUS), arrow=True)
    canvas.wire("i", (entry, top), (entry, write), (candidate - RADIUS, write), arrow=True)
    canvas.wire("c_tilde", (candidate, top), (candidate, write + RADIUS), arrow=True)
    canvas.wire("i*c_tilde", (candidate, write), (candidate, belt + RADIUS), arrow=True)
    canvas.wire("o", (output, top), (output, show), (shown - RADIUS, show), arrow=True)
    canvas.wire("c", (shown, belt), (shown, 150))
    canvas.wire("tanh(c)", (shown, 150), (shown, show - RADIUS), arrow=True)
    canvas.wire("h", (shown, show), (shown, bus), (AFTER[0], bus), arrow=True)
    canvas.dot("c", (shown, belt))

    canvas.layer("σ", (forget, layers), ("h_prev", "x"), "f", size=LAYER)
    canvas.layer("σ", (entry, layers), ("h_prev", "x"), "i", size=LAYER)
    canvas.layer("tanh", (candidate, layers), ("h_prev", "x"), "c_tilde", size=LAYER)
    canvas.layer("σ", (output, layers), ("h_prev", "x"), "o", size=LAYER)
    canvas.operation("×", (forget, belt), ("f", "c_prev"), "f*c_prev")
    canvas.operation("+", (candidate, belt), ("f*c_prev", "i*c_tilde"), "c")
    canvas.operation("×", (candidate, write), ("i", "c_tilde"), "i*c_tilde")
    canvas.operation("tanh", (shown, 150), "c", "tanh(c)")
    canvas.operation("×", (shown, show), ("o", "tanh(c)"), "h")

    _draw_outputs(canvas, bus)
    _draw_inputs(canvas, join, bottom)
    return canvas.drawing()


def _draw_modules(
    canvas: Canvas, name: str, state: tuple[str, ...], line: float, bottom: float
) -> None:
    """The three modules, and h on its way into the first and out of the last."""
    canvas.wire("h_prev", (0, line), (BEFORE[0], line), arrow=True, time="t−2")
    canvas.wire("h", (AFTER[1], line), (WIDTH - 4, line), arrow=True, time="t+1")
    last = tuple(f"{part}_prev" for part in state)
    canvas.module(BEFORE[0], TOP, BEFORE[1], bottom, name, gives=last)
    canvas.module(OPEN[0], TOP, OPEN[1], bottom)
    canvas.module(AFTER[0], TOP, AFTER[1], bottom, name, of=state)


def _draw_outputs(canvas: Canvas, line: float) -> None:
    """After each module, h is copied and goes up."""
    before, now, after = UPS
    for value, time, copy in (
        ("h_prev", "t−1", (before, line - STRAND)),
        ("h", "t", (now, line)),
        ("h", "t+1", (after, line)),
    ):
        elsewhere = time if time == "t+1" else ""
        canvas.wire(value, copy, (copy[0], 42), arrow=True, time=elsewhere)
        canvas.dot(value, copy, time=elsewhere)
        canvas.label(value, (copy[0], 28), anchor="middle", time=time)


def _draw_inputs(canvas: Canvas, join: float, bottom: float) -> None:
    """Below each module, its x."""
    canvas.label("x", (join, bottom + 92), anchor="middle")
    for (left, right), time in ((BEFORE, "t−1"), (AFTER, "t+1")):
        x = (left + right) / 2
        canvas.wire("x", (x, bottom + 70), (x, bottom), arrow=True, time=time)
        canvas.label("x", (x, bottom + 92), anchor="middle", time=time)
