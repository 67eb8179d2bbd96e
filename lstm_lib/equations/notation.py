r"""The names of values in the code, and how they are written on the page: ``c_prev`` is
:math:`C_{t-1}`.

=========== =========================== ==================================================
in code     on the page                 meaning
=========== =========================== ==================================================
``x``       :math:`x_t`                 this step's input
``h``       :math:`h_t`                 this step's output; ``h_prev`` is the last step's
``c``       :math:`C_t`                 the new cell state; ``c_prev`` is the old one
``f``       :math:`f_t`                 a gate, by its name
``c_tilde`` :math:`\tilde{C}_t`         the candidate; a GRU's is ``h_tilde``
``a_f``     :math:`a_f`                 the gate's pre-activation
``W_f``     :math:`W_f`                 the gate's weights (``U_f``, ``b_f``, ``p_f``)
``Rf_i``    :math:`R_{fi}`              the weights from one gate to another
``c_below`` :math:`C^{\text{below}}_t`  from the layer below; ``c_up`` goes to the one above
``f_3``     :math:`f_3`                 one of several copies: at step 3, of unit 3
=========== =========================== ==================================================

A :class:`Name` is a string that also carries its parts: kind, letter, time. Tracing a cell makes
the names of all its values, with :func:`value`, :func:`last`, :func:`weight` and
:func:`pre_activation`. Spelling and hue follow from the parts, so a new letter needs one row in
:data:`LETTERS`; a new kind of weight, or a new candidate (``x_tilde``), needs none.
"""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple


class Letter(NamedTuple):
    """What a letter stands for."""

    quantity: str
    """The quantity whose hue it has, one of :data:`~lstm_lib.equations.palette.HUES`."""
    meaning: str
    """In words."""
    written: str = ""
    """The letter to show, if it is another one."""


LETTERS = {
    "f": Letter("forget", "forget gate"),
    "i": Letter("input", "input gate"),
    "o": Letter("output", "output gate"),
    "z": Letter("input", "update gate"),  # it decides how much is written
    "r": Letter("output", "reset gate"),  # it decides how much is shown
    "d": Letter("x", "depth gate"),  # it decides how much comes from below
    "k": Letter("input", "key"),  # under which a value is written
    "v": Letter("candidate", "value"),
    "q": Letter("output", "query"),  # with which a value is read
    "c": Letter("cell", "cell state", "C"),
    "n": Letter("cell", "normaliser"),  # what the cell state is divided by
    "m": Letter("cell", "stabiliser"),
    "h": Letter("hidden", "hidden state"),
    "x": Letter("x", "input"),
    "clock": Letter("x", "clock", "k"),
}
"""One row for each letter. A name with a tilde is a candidate and needs no row."""

LAYERS = ("up", "below")
"""The words that name the layer of a stack that a value comes from or goes to."""


class Name(str):
    """The name of a value in the code, ``"W_c_tilde"``, as a string that carries its parts.

    Attributes:
        kind: ``"input"``, ``"state"``, ``"gate"`` (any learned layer), ``"pre-activation"``,
            ``"weight"``, or ``"value"`` if it is not known.
        letter: the letter of the value; of a weight or a pre-activation, that of its gate.
        words: what follows the letter: ``("tilde", "up")``.
        weight: the kind of weight, ``"W"``; ``"a"`` for a pre-activation; else empty.
        previous: whether it is a value of the step before.
        copies: the endings of a copy's name, ``("3",)``.
    """

    def __new__(cls, kind, letter, words=(), weight="", previous=False, copies=()):
        last = ("prev",) if previous else ()
        parts = (weight,) if weight else ()
        self = super().__new__(cls, "_".join((*parts, letter, *words, *last, *copies)))
        self.kind, self.letter, self.words = kind, letter, words
        self.weight, self.previous, self.copies = weight, previous, copies
        return self

    def __getnewargs__(self):
        return self.kind, self.letter, self.words, self.weight, self.previous, self.copies

    @property
    def gate(self) -> str:
        """The name of the gate or value that it belongs to (``"c_tilde"``)."""
        return "_".join((self.letter, *self.words))

    @property
    def tilde(self) -> bool:
        """Whether it is a candidate."""
        return "tilde" in self.words

    def copy(self, mark) -> "Name":
        """The name of one of several copies: ``f_3``."""
        *data, copies = self.__getnewargs__()
        return Name(*data, (*copies, str(mark)))


class Derivative(str):
    """The name of a derivative, ``"dc/df"``: of ``of`` with respect to ``by``."""

    def __new__(cls, of, by):
        self = super().__new__(cls, f"d{of}/d{by}")
        self.of, self.by = of, by
        return self

    def __getnewargs__(self):
        return self.of, self.by


def value(name: str, kind: str = "value") -> Name:
    """The :class:`Name` of a value in a cell, from its string: a letter, then further words.

    >>> value("c_tilde_up").letter, value("c_tilde_up").words
    ('c', ('tilde', 'up'))

    Raises:
        ValueError: something that is not such a name.
    """
    letter, *words = name.split("_")
    if not (name.isidentifier() and letter and all(words)):
        raise ValueError(f"{name!r} is not the name of a value, such as 'f', 'c_tilde' or 'c_prev'")
    copies = tuple(word for word in words if word.isdigit())
    said = tuple(word for word in words if not word.isdigit() and word != "prev")
    return Name(kind, letter, said, "", "prev" in words, copies)


def last(part: str) -> Name:
    """The name of a part of the last step's state: ``c_prev``."""
    here = value(part, "state")
    return Name("state", here.letter, here.words, previous=True)


def weight(kind: str, gate: str) -> Name:
    """The name of a gate's weights of one kind: ``W_f``."""
    return Name("weight", value(gate).letter, value(gate).words, kind)


def pre_activation(gate: str) -> Name:
    """The name of a gate's pre-activation: ``a_f``."""
    return Name("pre-activation", value(gate).letter, value(gate).words, "a")


def copy(name: str, mark) -> str:
    """The name of one of several copies of any value: ``f_3``, ``kept_3``."""
    return name.copy(mark) if isinstance(name, Name) else f"{name}_{mark}"


def quantity(name: str) -> str:
    """Which quantity a value belongs to; its hue is that of
    :data:`~lstm_lib.equations.palette.HUES`.

    A weight, a bias or a pre-activation belongs to its gate, a previous state to its state, and a
    copy to what it is a copy of:

    >>> quantity(weight("W", "f")), quantity("c_prev"), quantity("x_tilde"), quantity("f_3")
    ('forget', 'cell', 'candidate', 'forget')

    Raises:
        KeyError: a letter without a row in :data:`LETTERS`.
    """
    name = named(name)
    return "candidate" if name.tilde else row(name).quantity


def meaning(name: str) -> str:
    """What a gate or a part of the state is, in words: ``"forget gate"``.

    Raises:
        KeyError: a letter without a row in :data:`LETTERS`.
    """
    name = named(name)
    return "candidate" if name.tilde else row(name).meaning


def named(name: str) -> Name:
    """``name`` as a :class:`Name`; a plain string is taken for that of a value of this step."""
    return name if isinstance(name, Name) else value(name)


def row(name):
    """The row of a name's letter in :data:`LETTERS`; a candidate needs none."""
    if name.letter in LETTERS:
        return LETTERS[name.letter]
    if name.tilde:
        return Letter("candidate", "candidate")
    raise KeyError(
        f"no letter {name.letter!r}, of {str(name)!r}: give it a row in LETTERS, in "
        f'lstm_lib/equations/notation.py, such as "{name.letter}": Letter("forget", "forget gate")'
        + hint(name)
    )


def hint(name):
    """A hint for a plain string, which may have been meant as the name of a weight."""
    return "" if name.kind != "value" else f"; {NOT_A_VALUE}"


NOT_A_VALUE = "a weight or a pre-activation is found in its graph: trace(cell).names"


class Spelling(NamedTuple):
    """The parts of a name as it is written on the page."""

    letter: str
    """The letter itself, ``"C"``."""
    tilde: bool
    """Whether it has a tilde."""
    subscript: str
    """A time (``"t-1"``), a gate (``"f"``) or a number (``"3"``)."""
    superscript: str = ""
    """The layer that it comes from or goes to (``"below"``, ``"up"``), if it is another one."""


def spell(name: str) -> Spelling:
    """The letter and subscript of a value's name.

    Raises:
        KeyError: a letter without a row in :data:`LETTERS`, a word that is not in :data:`LAYERS`.
        ValueError: something that is not the name of a value.
    """
    name = named(name)
    letter = row(name).written or name.letter
    layers = [word for word in name.words if word != "tilde"]
    for word in layers:
        if word not in LAYERS:
            raise KeyError(
                f"no word {word!r}, of {str(name)!r}; there are tilde, prev, {', '.join(LAYERS)}: "
                "a new one, written as a superscript, belongs into LAYERS, in "
                f"lstm_lib/equations/notation.py{hint(name)}"
            )
    if name.weight:
        # The rest of a kind is where the weights come from: Rf_i is from f to i, w_in_f from "in".
        source = name.weight[1:].replace("_", "") + ("," if "_" in name.weight else "")
        letter, subscript, tilde = name.weight[0], source + letter, False
    else:
        subscript = "t-1" if name.previous else "" if name.copies else "t"
        tilde = name.tilde
    subscript = ",".join(filter(None, (subscript, *name.copies)))
    return Spelling(letter, tilde, subscript, " ".join(layers))


def tex(name: str) -> str:
    r"""A name as LaTeX: ``\tilde{C}_t``."""
    letter, tilde, subscript, layer = spell(name)
    letter = letter if len(letter) == 1 else rf"\mathit{{{letter}}}"
    letter = rf"\tilde{{{letter}}}" if tilde else letter
    letter += rf"^{{\text{{{layer}}}}}" if layer else ""
    return f"{letter}_{subscript}" if len(subscript) == 1 else f"{letter}_{{{subscript}}}"


def html(name: str) -> str:
    """A name as HTML: ``<i>C</i><sub>t−1</sub>``."""
    letter, tilde, subscript, layer = spell(name)
    letter += "\u0303" if tilde else ""
    layer = f"<sup>{layer}</sup>" if layer else ""
    return f"<i>{letter}</i>{layer}<sub>{slanted(subscript)}</sub>"


LAST_STEP = "<i>t</i>\u22121"


def slanted(subscript):
    """A subscript as HTML: letters in italics, numbers upright, a true minus sign."""
    return ",".join(
        part if part.isdigit() else LAST_STEP if part == "t-1" else f"<i>{part}</i>"
        for part in subscript.split(",")
    )


def number(value: float, digits: int = 2) -> str:
    """A number as text, with ``digits`` decimals, a true minus sign, and no minus before zero.

    Halves are rounded away from zero, as in JavaScript, so that a script writes the same text.
    """
    if math.isfinite(value):
        value = Decimal(float(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{value:.{digits}f}"
    return (text.replace("-", "") if float(text) == 0 else text).replace("-", "\u2212")


def two_figures(value: float) -> str:
    """A number with two significant figures: ``0.042``, and ``2.6 × 10⁵`` where that is shorter.

    Halves are rounded as in :func:`number`.
    """
    if not math.isfinite(value) or value == 0:
        return {0: "0", math.inf: "Infinity", -math.inf: "\u2212Infinity"}.get(value, "NaN")
    exact = Decimal(float(value))
    figures = exact.scaleb(-exact.adjusted()).quantize(Decimal("0.1"), ROUND_HALF_UP)
    exponent = exact.adjusted() + figures.adjusted()  # 9.96 has become 10.0
    if -3 <= exponent <= 3:
        return number(value, max(0, 1 - exponent))
    mantissa = number(figures.scaleb(-figures.adjusted()), 1)
    return f"{mantissa} \u00d7 {power_of_ten(exponent)}"


RAISED = str.maketrans(
    "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)
"""Digits as superscripts."""


def power_of_ten(exponent: int) -> str:
    """``10⁵``, as text."""
    return f"10{str(exponent).translate(RAISED)}"
