"""The operations that a step may be written with: one row each.

A row says how an operation is computed, in Python and in JavaScript, what its derivative is, and
how it is written in each form. Everything else reads it here, so a new operation is a row in
:data:`OPERATIONS`, and a function in :mod:`lstm_lib.cells.functions` for a cell's ``step`` to call.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lstm_lib.cells.functions import exp, log_sigmoid, relu, sigmoid, tanh

SUM, PRODUCT, MATRIX, FUNCTION = 1, 2, 3, 4
"""How tightly an operation binds what it works on: ``a + b * c`` is ``a + (b * c)``."""


class Operation(NamedTuple):
    """One operation. Where it is written, ``{}`` stands for what it works on."""

    compute: Callable
    """Its result, from numbers or arrays."""
    javascript: str
    """The same, as a JavaScript function."""
    derivative: Callable
    """From its result and what it works on, all symbols: how much the result moves for each bit
    that each of them moves."""
    plain: str
    """Written as a value's name: ``f*c_prev``."""
    tex: str
    """Written as LaTeX."""
    html: str
    """Written as HTML, between letters."""
    numbers: str = ""
    """Written as HTML, between numbers, if not as between letters."""
    binds: int = FUNCTION
    """How tightly it binds."""
    asks: tuple[int, ...] = (0, 0)
    """What it works on stands in brackets if it binds less tightly than this, one for each."""
    encloses: tuple[str, ...] = ()
    """The forms that need no brackets, since the sign itself keeps apart what it works on."""

    def needs_brackets(self, form: str, place: int, inner: "Operation") -> bool:
        """Whether ``inner`` stands in brackets where it is the argument number ``place``."""
        return form not in self.encloses and inner.binds < self.asks[place]

    def sign(self, form: str) -> str:
        """How it is written in one form, ``"plain"``, ``"tex"``, ``"html"`` or ``"numbers"``."""
        return getattr(self, form) or self.html


def function(compute, javascript, derivative, name, tex=None, html=None):
    """The row of a function, which is written with its argument in round brackets."""
    return Operation(
        compute,
        javascript,
        derivative,
        plain=f"{name}({{}})",
        tex=tex or rf"\{name}({{}})",
        html=html or f"{name}({{}})",
    )


def product(plain, tex, html, numbers="{} \u00d7 {}", binds=MATRIX):
    """The row of a product. Of one feature and one unit, as they are traced, a matrix has a single
    number in it, and so has every vector: all products are that of two numbers."""
    return Operation(
        compute=lambda a, b: a * b,
        javascript="(a, b) => a * b",
        derivative=lambda y, a, b: (b, a),
        plain=plain,
        tex=tex,
        html=html,
        numbers=numbers,
        binds=binds,
        asks=(binds, binds),
    )


OPERATIONS = {
    "add": Operation(
        compute=lambda a, b: a + b,
        javascript="(a, b) => a + b",
        derivative=lambda y, a, b: (1, 1),
        plain="{}+{}",
        tex="{} + {}",
        html="{} + {}",
        binds=SUM,
        asks=(SUM, SUM),
    ),
    "sub": Operation(
        compute=lambda a, b: a - b,
        javascript="(a, b) => a - b",
        derivative=lambda y, a, b: (1, -1),
        plain="{}-{}",
        tex="{} - {}",
        html="{} \u2212 {}",
        binds=SUM,
        asks=(SUM, PRODUCT),
    ),
    "mul": product("{}*{}", r"{} \odot {}", "{} \u2299 {}", binds=PRODUCT),
    "matmul": product("{}*{}", r"{}\,{}", "{} {}", numbers="{} \u00b7 {}"),
    "div": Operation(
        compute=np.true_divide,
        javascript="(a, b) => a / b",
        derivative=lambda y, a, b: (1 / b, -(y / b)),
        plain="{}/{}",
        tex=r"\frac{{{}}}{{{}}}",
        html="({}) / ({})",
        binds=PRODUCT,
        asks=(PRODUCT, FUNCTION),
        encloses=("tex", "html", "numbers"),
    ),
    "outer": product("{}*{}", r"{}\,{}^\top", "{} {}<sup>T</sup>"),
    "inner": product("{}*{}", r"{}^\top {}", "{}<sup>T</sup> {}"),
    "per_root": function(
        compute=lambda a: a,  # one unit: divided by 1
        javascript="(a) => a",
        derivative=lambda y, a: (1,),
        name="per_root",
        tex=r"\tfrac{{1}}{{\sqrt{{H}}}}({})",
        html="({}) / \u221a<i>H</i>",
    ),
    "neg": Operation(
        compute=lambda a: -a,
        javascript="(a) => -a",
        derivative=lambda y, a: (-1,),
        plain="-{}",
        tex="-{}",
        html="\u2212{}",
        binds=SUM,
        asks=(PRODUCT,),
    ),
    "abs": function(
        compute=np.abs,
        javascript="Math.abs",
        derivative=lambda y, a: (a.sign(),),
        name="abs",
        tex=r"\lvert {} \rvert",
        html="|{}|",
    ),
    "sign": function(
        compute=np.sign,
        javascript="Math.sign",
        derivative=lambda y, a: (0,),
        name="sign",
        tex=r"\operatorname{{sign}}({})",
    ),
    "max": Operation(
        compute=np.maximum,
        javascript="Math.max",
        derivative=lambda y, a, b: (a.larger(b), b.larger(a)),
        plain="max({}, {})",
        tex=r"\max({},\; {})",
        html="max({}, {})",
    ),
    "larger": Operation(  # 1 if so, 0 if not; half of each where the two are equal
        compute=lambda a, b: np.heaviside(np.subtract(a, b), 0.5),
        javascript="(a, b) => (Math.sign(a - b) + 1) / 2",
        derivative=lambda y, a, b: (0, 0),
        plain="({} > {})",
        tex="[{} > {}]",
        html="[{} &gt; {}]",
    ),
    "exp": function(
        compute=exp,
        javascript="Math.exp",
        derivative=lambda y, a: (y,),
        name="exp",
    ),
    "sigmoid": function(  # the exponent is never positive, as in functions.py: nothing overflows
        compute=sigmoid,
        javascript="(a) => (a < 0 ? Math.exp(a) : 1) / (1 + Math.exp(-Math.abs(a)))",
        derivative=lambda y, a: (y * (1 - y),),
        name="sigmoid",
        tex=r"\sigma({})",
        html="\u03c3({})",
    ),
    "log_sigmoid": function(
        compute=log_sigmoid,
        javascript="(a) => Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a)))",
        derivative=lambda y, a: ((-a).sigmoid(),),
        name="log_sigmoid",
        tex=r"\log \sigma({})",
        html="log \u03c3({})",
    ),
    "tanh": function(
        compute=tanh,
        javascript="Math.tanh",
        derivative=lambda y, a: (1 - y * y,),
        name="tanh",
    ),
    "relu": function(
        compute=relu,
        javascript="(a) => Math.max(a, 0)",
        derivative=lambda y, a: (y.sign(),),  # at the corner the flat side's, as in PyTorch
        name="relu",
        tex=r"\operatorname{{ReLU}}({})",
        html="ReLU({})",
    ),
}
"""Every operation by its name in the graph, which is its name in JavaScript too."""


def operation(name: str) -> Operation:
    """The row of an operation.

    Raises:
        KeyError: an operation that has none.
    """
    if name not in OPERATIONS:
        raise KeyError(
            f"no operation {name!r}; there are {', '.join(OPERATIONS)}: give it a row in "
            "OPERATIONS, in lstm_lib/equations/operations.py; that of 'tanh' is an example"
        )
    return OPERATIONS[name]
