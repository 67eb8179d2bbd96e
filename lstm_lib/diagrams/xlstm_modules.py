"""The modules of the xLSTM: the sLSTM with its normaliser, the mLSTM with its matrix."""

from collections.abc import Mapping

from lstm_lib.cells import MLSTMCell, MLSTMGivenQKVCell, SLSTMCell
from lstm_lib.diagrams.canvas import LAYER, RADIUS, STRAND, Canvas
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.modules import draws, variant_canvas
from lstm_lib.diagrams.sheet import EDGE

SIZE = (640, 606)
# Lines of the page, from top to bottom: the belt, the normaliser, the row of the products, the
# stabiliser, the numbers of the layers, the layers, and the bus that brings them h and x.
BELT, NORM, WRITE, STABLE, NUMBERS, LAYERS, BUS = 92, 166, 222, 346, 379, 430, 483
LAYER_TOP = LAYERS - LAYER[1] / 2
ABOVE, BELOW = STABLE - 17, STABLE + 17
"""The upper and the lower edge of the stabiliser."""
READ = "c*q/max(abs(n*q), exp(-m))"
"""What an mLSTM reads from its matrix with a query; the lower bound, made of m, is not drawn."""


@draws(SLSTMCell)
def slstm(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The sLSTM: exponential gates, kept in bounds by the normaliser n and the stabiliser m.

    ``values`` are numbers by name, as ``trace(SLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    canvas = variant_canvas(
        SLSTMCell,
        "slstm",
        "sLSTM module",
        "As in an LSTM, the cell state C runs along the top, is multiplied by f, and the product"
        " of i and of the candidate is added. Below it runs the normaliser n: it is multiplied by"
        " the same f, and i itself is added. What forget and input layer put out passes the"
        " stabiliser, which subtracts m, the greater of the two, and takes the exponential; so"
        " neither f nor i can overflow. m is carried on to the next step, like C and n. On the"
        " right, C is divided by n and multiplied by o, from the output layer: the new h, which"
        " leaves to the right and, copied, upwards. All four layers read h and x.",
        values,
        lit,
        size=SIZE,
    )
    canvas.module(80, 48, 562, 513)
    canvas.belt(0, EDGE, BELT)
    _draw_bus(canvas, (136, 240, 344, 448))
    _draw_slstm_state(canvas)
    _draw_slstm_output(canvas)
    with canvas.difference():
        _draw_stabiliser(canvas, (136, 240), (344, 448, 522, 600), number=561)
    layers = (
        ("c_tilde", "tanh", 344, "candidate"),
        ("log_sigmoid(a_f)", "log σ", 136, "forget"),
        ("a_i", "linear", 240, "input"),
        ("o", "σ", 448, "output"),
    )
    for value, function, column, name in layers:
        with canvas.difference(name in ("forget", "input")):
            canvas.layer(function, (column, LAYERS), ("h_prev", "x"), value, name=name, hue=name)
    return canvas.drawing()


def _draw_bus(canvas: Canvas, columns: tuple[int, ...]) -> None:
    """h and x, side by side, pass below the layers; each layer gets a copy."""
    first, last = columns[0], columns[-1]
    canvas.wire("h_prev", (0, BUS - STRAND), (first, BUS - STRAND))
    canvas.wire("x", (100, 573), (100, BUS + STRAND), (first, BUS + STRAND))
    for column in columns[:-1]:
        canvas.twin((column, BUS), (column, LAYERS))
    canvas.twin((first, BUS), (last, BUS), (last, LAYERS))
    for column in columns[:-1]:
        canvas.dot(("h_prev", "x"), (column, BUS))
    canvas.label("h_prev", (2, BUS - 30))
    canvas.label("x", (100, 593), anchor="middle")
    canvas.chip("h_prev", (40, BUS - STRAND))
    canvas.chip("x", (100, 544))


def _draw_slstm_state(canvas: Canvas) -> None:
    """C and n side by side: both are multiplied by f, both receive i."""
    canvas.wire("c_prev", (0, BELT), (104, BELT))
    canvas.wire("f*c_prev", (104, BELT), (344, BELT))
    canvas.wire("c", (344, BELT), (EDGE, BELT), arrow=True, bridge=600)
    canvas.wire("f", (136, ABOVE), (136, WRITE))
    canvas.wire("f", (136, WRITE), (104, WRITE), (104, BELT + RADIUS), arrow=True)
    canvas.wire("i", (240, WRITE), (344 - RADIUS, WRITE), arrow=True)
    canvas.wire("c_tilde", (344, LAYER_TOP), (344, WRITE + RADIUS), arrow=True)
    canvas.wire("i*c_tilde", (344, WRITE), (344, BELT + RADIUS), arrow=True)
    with canvas.difference():
        canvas.wire("n_prev", (0, NORM), (168, NORM), bridge=104)
        canvas.wire("f*n_prev", (168, NORM), (240, NORM))
        canvas.wire("n", (240, NORM), (400, NORM), bridge=344)
        canvas.wire("n", (400, NORM), (560, NORM), bridge=522)
        canvas.wire("n", (560, NORM), (EDGE, NORM), arrow=True, bridge=600)
        canvas.wire("f", (136, WRITE), (168, WRITE), (168, NORM + RADIUS), arrow=True)
        canvas.wire("i", (240, WRITE), (240, NORM + RADIUS), arrow=True)
        canvas.dot("f", (136, WRITE))
        canvas.dot("i", (240, WRITE))
        canvas.operation("×", (168, NORM), ("f", "n_prev"), "f*n_prev")
        canvas.operation("+", (240, NORM), ("f*n_prev", "i"), "n")
        canvas.label("n_prev", (2, NORM - 30))
        canvas.label("n", (638, NORM - 30), anchor="end")
    canvas.wire("i", (240, ABOVE), (240, WRITE))
    canvas.operation("×", (104, BELT), ("f", "c_prev"), "f*c_prev")
    canvas.operation("+", (344, BELT), ("f*c_prev", "i*c_tilde"), "c")
    canvas.operation("×", (344, WRITE), ("i", "c_tilde"), "i*c_tilde")

    canvas.label("c_prev", (2, BELT - 30))
    canvas.label("c", (611, BELT - 30))
    canvas.label("f", (147, 298))
    canvas.label("i", (251, 298))
    canvas.label("c_tilde", (355, 334))
    canvas.chip("c_prev", (40, BELT))
    canvas.chip("f*c_prev", (224, BELT))
    canvas.chip("c", (433, BELT))
    canvas.chip("n_prev", (40, NORM))
    canvas.chip("n", (417, NORM))
    canvas.chip("f", (136, 260))
    canvas.chip("i", (240, 260))
    canvas.chip("i*c_tilde", (344, 138))
    canvas.chip("c_tilde", (344, NUMBERS))


def _draw_slstm_output(canvas: Canvas) -> None:
    """C is divided by n, and the quotient multiplied by o."""
    divide, show = 216, 306
    with canvas.difference():
        canvas.wire("c", (522, BELT), (522, divide - RADIUS), arrow=True)
        canvas.wire("n", (468, NORM), (468, divide), (522 - RADIUS, divide), arrow=True)
        canvas.dot("n", (468, NORM))
        canvas.wire("c/n", (522, divide), (522, show - RADIUS), arrow=True)
        canvas.operation("÷", (522, divide), ("c", "n"), "c/n")
    canvas.wire("o", (448, LAYER_TOP), (448, show), (522 - RADIUS, show), arrow=True)
    canvas.wire("h", (522, show), (522, BUS), (EDGE, BUS), arrow=True)
    canvas.wire("h", (600, BUS), (600, 38), arrow=True)
    canvas.dot("c", (522, BELT))
    canvas.dot("h", (600, BUS))
    canvas.operation("×", (522, show), ("o", "c/n"), "h")
    canvas.label("o", (459, 334))
    canvas.label("h", (600, 26), anchor="middle")
    canvas.label("h", (611, BUS - 30))
    canvas.chip("o", (448, NUMBERS))
    canvas.chip("c/n", (522, 254))
    canvas.chip("h", (600, 240))


def _draw_stabiliser(
    canvas: Canvas, gates: tuple[int, int], others: tuple[int, ...], number: float
) -> None:
    """m comes from the left, holds the two ``gates`` in bounds and passes under ``others``.

    Its ``number`` stands in that column.
    """
    (left, right), middle = gates, sum(gates) / 2
    canvas.wire("m_prev", (0, STABLE), (middle, STABLE))
    ends = [middle, *((a + b) / 2 for a, b in zip(others, others[1:], strict=False)), EDGE]
    for start, end, crossing in zip(ends, ends[1:], others, strict=False):
        canvas.wire("m", (start, STABLE), (end, STABLE), bridge=crossing, arrow=end == EDGE)
    canvas.wire("log_sigmoid(a_f)", (left, LAYER_TOP), (left, BELOW), arrow=True, like="f")
    canvas.wire("a_i", (right, LAYER_TOP), (right, BELOW), arrow=True, like="i")
    takes, width = ("log_sigmoid(a_f)", "a_i", "m_prev"), right - left + 80
    canvas.shorthand("exp( … − m)", (middle, STABLE), takes, ("m", "f", "i"), "cell", width)
    canvas.label("m_prev", (2, STABLE - 30))
    canvas.label("m", (638, STABLE - 30), anchor="end")
    canvas.chip("m_prev", (36, STABLE))
    canvas.chip("m", (number, STABLE))


@draws(MLSTMCell)
def mlstm(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The mLSTM: a matrix C, written to under keys and read with queries.

    ``values`` are numbers by name, as ``trace(MLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    name = (MLSTMCell, "mlstm", "mLSTM module")
    words = (
        "The quotient is multiplied by o, from the output layer: h,",
        "All six layers read x alone.",
    )
    return _mlstm(name, words, values, lit, given=False)


@draws(MLSTMGivenQKVCell)
def mlstm_given_qkv(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The mLSTM's memory and its two gates; q, k and v come from below, ready made.

    ``values`` are numbers by name, as ``trace(MLSTMGivenQKVCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    name = (MLSTMGivenQKVCell, "mlstm-given-qkv", "mLSTM module, given q, k and v")
    words = (
        "The quotient is h,",
        "Both layers read x alone; k, v and q come from below, past the layers, and k is divided"
        " by the root of d, how many numbers it has.",
    )
    return _mlstm(name, words, values, lit, given=True)


def _mlstm(name: tuple, words: tuple[str, str], values, lit, given: bool) -> Drawing:
    """An mLSTM by its cell, key and title, ``given`` q, k and v or with layers for them."""
    canvas = variant_canvas(
        *name,
        "The cell state C is a matrix. It runs along the top, is multiplied by f, and a product of"
        " two vectors is added: of the value v, and of the key k multiplied by i. Below runs the"
        " normaliser n, which is multiplied by the same f and receives i times k alone. To read,"
        " C is multiplied by the query q and divided by the size of the product of n and q, or by"
        f" a lower bound if that is smaller. {words[0]} which goes upwards, and no further step"
        " reads it. Forget and input layer pass the stabiliser, as in the sLSTM, and m is carried"
        f" on. {words[1]}",
        values,
        lit,
        size=SIZE,
    )
    canvas.module(76, 48, 578, 513)
    canvas.belt(0, EDGE, BELT)
    with canvas.difference():
        _draw_mlstm_writing(canvas, key="per_root(k)" if given else "k")
        _draw_mlstm_reading(canvas, given)
        passing = (286, 368, 450) if given else (286, 368, 450, 532)
        _draw_stabiliser(canvas, (122, 204), passing, number=580)
        _draw_mlstm_layers(canvas, given)
    canvas.wire("c_prev", (0, BELT), (98 - RADIUS, BELT))
    canvas.label("c_prev", (2, BELT - 30))
    canvas.label("c", (613, BELT - 30))
    canvas.label("h", (602, 26), anchor="middle")
    canvas.chip("c_prev", (40, BELT))
    return canvas.drawing()


def _draw_mlstm_writing(canvas: Canvas, key: str) -> None:
    """f multiplies C and n; i multiplies the key; the product goes to n and, with v, to C."""
    written, memory = f"i*{key}", f"i*v*{key}"
    look = "" if key == "k" else "n"
    scale, write, branch = 250, 208, 222
    canvas.wire("f*c_prev", (98, BELT), (368, BELT))
    canvas.wire("c", (368, BELT), (EDGE, BELT), arrow=True, bridge=602)
    canvas.wire("n_prev", (0, NORM), (146, NORM), bridge=98)
    canvas.wire("f*n_prev", (146, NORM), (286, NORM))
    canvas.wire("n", (286, NORM), (397, NORM), bridge=368)
    canvas.wire("n", (397, NORM), (500, NORM), bridge=426)
    canvas.wire("n", (500, NORM), (EDGE, NORM), arrow=True, bridge=602)
    canvas.wire("f", (122, ABOVE), (122, branch))
    canvas.wire("f", (122, branch), (98, branch), (98, BELT + RADIUS), arrow=True)
    canvas.wire("f", (122, branch), (146, branch), (146, NORM + RADIUS), arrow=True)
    canvas.dot("f", (122, branch))
    canvas.wire("i", (204, ABOVE), (204, scale), (286 - RADIUS, scale), arrow=True)
    canvas.wire(key, (286, LAYER_TOP), (286, scale + RADIUS), arrow=True, like=look and "k")
    canvas.wire(written, (286, scale), (286, NORM + RADIUS), arrow=True, like=look)
    canvas.wire(written, (286, write), (338, write), arrow=True, like=look)
    canvas.dot(written, (286, write))
    canvas.wire("v", (368, LAYER_TOP), (368, write + 17), arrow=True)
    canvas.wire(memory, (368, write), (368, BELT + RADIUS), arrow=True, like="c")
    canvas.operation("×", (98, BELT), ("f", "c_prev"), "f*c_prev")
    canvas.operation("×", (146, NORM), ("f", "n_prev"), "f*n_prev")
    canvas.operation("×", (286, scale), ("i", key), written)
    canvas.operation("+", (286, NORM), ("f*n_prev", written), "n")
    canvas.shorthand("v kᵀ", (368, write), ("v", written), memory, "cell")
    canvas.operation("+", (368, BELT), ("f*c_prev", memory), "c")

    canvas.label("f", (133, 278))
    canvas.label("i", (215, 278))
    canvas.label("n_prev", (2, NORM - 30))
    canvas.label("n", (638, NORM - 30), anchor="end")
    canvas.chip("f", (122, 304))
    canvas.chip("i", (204, 304))
    canvas.chip("f*c_prev", (233, BELT))
    canvas.chip("c", (516, BELT))
    canvas.chip("n_prev", (40, NORM))
    canvas.chip("f*n_prev", (216, NORM))
    canvas.chip("n", (540, NORM))


def _draw_mlstm_reading(canvas: Canvas, given: bool) -> None:
    """C and n are read with the query q, and the result is multiplied by o, if there is an o."""
    read, show = 254, 300
    canvas.wire("c", (426, BELT), (426, read - 17), arrow=True)
    canvas.wire("n", (474, NORM), (474, read - 17), arrow=True)
    canvas.wire("q", (450, LAYER_TOP), (450, read + 17), arrow=True)
    if given:
        canvas.wire("h", (450, read), (602, read), (602, 38), arrow=True)
    else:
        canvas.wire(READ, (450, read), (532, read), (532, show - RADIUS), arrow=True, like="h")
        canvas.wire("o", (532, LAYER_TOP), (532, show + RADIUS), arrow=True)
        canvas.wire("h", (532 + RADIUS, show), (602, show), (602, 38), arrow=True)
        canvas.operation("×", (532, show), ("o", READ), "h")
    shown = "h" if given else READ
    canvas.dot("c", (426, BELT))
    canvas.dot("n", (474, NORM))
    canvas.shorthand(
        "Cq ÷ |n·q|", (450, read), ("c", "n", "q"), shown, "cell", width=128, hides="m"
    )
    canvas.chip("h", (602, 204 if given else 236))


def _draw_mlstm_layers(canvas: Canvas, given: bool) -> None:
    """Six layers, all of x alone; or two, and k, v and q from below."""
    layers = (
        ("log_sigmoid(a_f)", "log σ", 122, "forget", "forget"),
        ("a_i", "linear", 204, "input", "input"),
        ("k", "linear", 286, "input", "key"),
        ("v", "linear", 368, "candidate", "value"),
        ("q", "linear", 450, "output", "query"),
        ("o", "σ", 532, "output", "output"),
    )
    if given:
        for value, column in (("k", 286), ("v", 368), ("q", 450)):
            end = LAYERS + 17 if value == "k" else LAYER_TOP
            canvas.wire(value, (column, 566), (column, end))
            canvas.label(value, (column, 593), anchor="middle")
            canvas.chip(value, (column, 544))
        canvas.wire("per_root(k)", (286, LAYERS - 17), (286, LAYER_TOP), like="k")
        canvas.shorthand("÷ √d", (286, LAYERS), "k", "per_root(k)", "input", width=76)
        layers = layers[:2]
    last = layers[-1][2]
    canvas.wire("x", (96, 573), (96, BUS), (last, BUS), (last, LAYERS))
    for value, function, column, hue, name in layers:
        if column != last:
            canvas.wire("x", (column, BUS), (column, LAYERS))
            canvas.dot("x", (column, BUS))
        hides = "per_root" if value == "k" else ()
        box = {"name": name, "size": (76, 62), "hue": hue, "hides": hides}
        canvas.layer(function, (column, LAYERS), "x", value, **box)
        if name not in ("forget", "input"):
            left = value == "o"  # where m leaves, there is no room on the right
            at = (column - 11 if left else column + 11, 334)
            canvas.label(value, at, anchor="end" if left else "start")
            canvas.chip(value, (column, NUMBERS))
    canvas.label("x", (96, 593), anchor="middle")
    canvas.chip("x", (96, 544))
