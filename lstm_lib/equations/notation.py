r"""How a value's name in the code is spelt on the page: ``c_prev`` is :math:`C_{t-1}`.

=========== =========================== ==================================================
in code     on the page                 is
=========== =========================== ==================================================
``x``       :math:`x_t`                 this step's input
``h``       :math:`h_t`                 this step's output; ``h_prev`` is the last step's
``c``       :math:`C_t`                 the new cell state; ``c_prev`` is the old one
``f``       :math:`f_t`                 a gate, by its name
``c_tilde`` :math:`\tilde{C}_t`         the candidate; a GRU's is ``h_tilde``
``a_f``     :math:`a_f`                 the gate's pre-activation
``W_f``     :math:`W_f`                 the gate's weights (``U_f``, ``b_f``, ``p_f``)
``Rf_i``    :math:`R_{fi}`              the weights from one gate to another
``c_below`` :math:`C^{\text{below}}_t`  of the layer below; ``c_up`` goes to the one above
``f_3``     :math:`f_3`                 one of several copies: at step 3, of unit 3
=========== =========================== ==================================================
"""

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

NAME = re.compile(
    r"(?:(?P<weight>[WUbdaplP]|R[fio])_)?(?P<letter>[ch]_tilde|[a-z]+)"
    r"(?:_(?P<layer>up|below))?(?P<prev>_prev)?(?:_(?P<copy>\d+))?"
)


class Spelling(NamedTuple):
    """How one name is spelt."""

    letter: str
    """The letter itself, ``"C"``."""
    tilde: bool
    """Whether it wears a tilde."""
    subscript: str
    """A moment (``"t-1"``), a gate (``"f"``) or a number (``"3"``)."""
    superscript: str = ""
    """Where in a stack it comes from or goes to (``"below"``, ``"up"``), if that is not here."""


def spell(name: str) -> Spelling:
    """The letter and subscript of a value's name.

    Raises:
        ValueError: something that is not the name of a value.
    """
    match = NAME.fullmatch(name)
    if not match:
        raise ValueError(f"{name!r} is not the name of a value, such as 'f', 'c_prev' or 'W_f'")
    letter = match["letter"].removesuffix("_tilde")
    letter = {"c": "C", "clock": "k"}.get(letter, letter)
    layer = match["layer"] or ""
    if match["weight"]:
        weight, source = match["weight"][0], match["weight"][1:]
        subscript = ",".join(filter(None, (source + letter, match["copy"])))
        return Spelling(weight, False, subscript, layer)
    time = "t-1" if match["prev"] else "" if match["copy"] else "t"
    subscript = ",".join(filter(None, (time, match["copy"])))
    return Spelling(letter, match["letter"].endswith("_tilde"), subscript, layer)


def tex(name: str) -> str:
    r"""As LaTeX: ``\tilde{C}_t``."""
    letter, tilde, subscript, layer = spell(name)
    letter = rf"\tilde{{{letter}}}" if tilde else letter
    letter += rf"^{{\text{{{layer}}}}}" if layer else ""
    return f"{letter}_{subscript}" if len(subscript) == 1 else f"{letter}_{{{subscript}}}"


def html(name: str) -> str:
    """As HTML: ``<i>C</i><sub>t−1</sub>``."""
    letter, tilde, subscript, layer = spell(name)
    subscript = re.sub(r"([a-zA-Z]+)", r"<i>\1</i>", subscript).replace("-", "\u2212")
    letter += "\u0303" if tilde else ""
    layer = f"<sup>{layer}</sup>" if layer else ""
    return f"<i>{letter}</i>{layer}<sub>{subscript}</sub>"


def number(value: float, digits: int = 2) -> str:
    """A number as the page shows it: with a true minus sign, and none before zero.

    Half-way cases go away from zero, as in JavaScript, so that a script repaints the same text.
    """
    if math.isfinite(value):
        value = Decimal(float(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{value:.{digits}f}"
    return (text.replace("-", "") if float(text) == 0 else text).replace("-", "\u2212")


def size(value: float) -> str:
    """A number of any size, with two figures: ``0.042``, and ``2.6 × 10⁵`` where that is shorter.

    Half-way cases go as in :func:`number`.
    """
    if not math.isfinite(value) or value == 0:
        return {0: "0", math.inf: "Infinity", -math.inf: "\u2212Infinity"}.get(value, "NaN")
    exact = Decimal(float(value))
    figures = exact.scaleb(-exact.adjusted()).quantize(Decimal("0.1"), ROUND_HALF_UP)
    exponent = exact.adjusted() + figures.adjusted()  # 9.96 has become 10.0
    if -3 <= exponent <= 3:
        return number(value, max(0, 1 - exponent))
    raised = str(exponent).translate(RAISED)
    return f"{number(figures.scaleb(-figures.adjusted()), 1)} \u00d7 10{raised}"


RAISED = str.maketrans(
    "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)
"""Digits as exponents."""
