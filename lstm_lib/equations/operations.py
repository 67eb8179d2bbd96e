"""The operations that a step may use: one row each.

A row says how an operation is computed, in Python and in JavaScript, what its derivative is, and
how it is written in each form. All other code reads these rows, so a new operation is a row in
``OPERATIONS``, and a function in :mod:`lstm_lib.cells.functions` for a cell's ``step`` to call.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lstm_lib.cells.functions import exp, log_sigmoid, relu, sigmoid, tanh

SUM, PRODUCT, MATRIX, FUNCTION = 1, 2, 3, 4
"""The precedence of operations, the lowest first: ``a + b * c`` is ``a + (b * c)``."""


class Operation(NamedTuple):
    """One operation. In its written forms, ``{}`` stands for an operand."""

    compute: Callable
    """Its result, from numbers or arrays."""
    javascript: str
    """The same, as a JavaScript function."""
    derivative: Callable
    """Its derivative by each operand, from its result and the operands, all symbols."""
    plain: str
    """Written in plain text, as the name of an expression (``f*c_prev``)."""
    tex: str
    """Written as LaTeX."""
    html: str
    """Written as HTML, between letters."""
    c: str = ""
    """Written in C; if empty, a step that uses it is not compiled."""
    numbers: str = ""
    """Written as HTML, between numbers; if empty, as between letters."""
    precedence: int = FUNCTION
    """One of ``SUM``, ``PRODUCT``, ``MATRIX``, ``FUNCTION``."""
    least_precedence: tuple[int, ...] = (0, 0)
    """An operand stands in brackets if its precedence is lower than this, one for each."""
    encloses: tuple[str, ...] = ()
    """The forms in which the sign itself separates the operands, so that they need no brackets."""

    def needs_brackets(self, form: str, place: int, inner: "Operation") -> bool:
        """Whether ``inner`` stands in brackets as the operand number ``place``."""
        return form not in self.encloses and inner.precedence < self.least_precedence[place]

    def sign(self, form: str) -> str:
        """Its template in one form, ``"plain"``, ``"tex"``, ``"html"`` or ``"numbers"``."""
        return getattr(self, form) or self.html


def function(compute, javascript, derivative, name, tex=None, html=None, c=None):
    """The row of a function, which is written with its argument in round brackets. In C it is one
    of those in ``runtime.h``."""
    return Operation(
        compute,
        javascript,
        derivative,
        plain=f"{name}({{}})",
        tex=tex or rf"\{name}({{}})",
        html=html or f"{name}({{}})",
        c=f"real_{name}({{}})" if c is None else c,
    )


def product(plain, tex, html, numbers="{} \u00d7 {}", precedence=MATRIX, c=""):
    """The row of a product. A step is traced with one feature and one unit, so that every
    matrix and vector is a single number: all products are computed as that of two numbers."""
    return Operation(
        compute=lambda a, b: a * b,
        javascript="(a, b) => a * b",
        derivative=lambda y, a, b: (b, a),
        plain=plain,
        tex=tex,
        html=html,
        c=c,
        numbers=numbers,
        precedence=precedence,
        least_precedence=(precedence, precedence),
    )


OPERATIONS = {
    "add": Operation(
        compute=lambda a, b: a + b,
        javascript="(a, b) => a + b",
        derivative=lambda y, a, b: (1, 1),
        plain="{}+{}",
        tex="{} + {}",
        html="{} + {}",
        c="{} + {}",
        precedence=SUM,
        least_precedence=(SUM, SUM),
    ),
    "sub": Operation(
        compute=lambda a, b: a - b,
        javascript="(a, b) => a - b",
        derivative=lambda y, a, b: (1, -1),
        plain="{}-{}",
        tex="{} - {}",
        html="{} \u2212 {}",
        c="{} - {}",
        precedence=SUM,
        least_precedence=(SUM, PRODUCT),
    ),
    "mul": product("{}*{}", r"{} \odot {}", "{} \u2299 {}", precedence=PRODUCT, c="{} * {}"),
    "matmul": product("{}*{}", r"{}\,{}", "{} {}", numbers="{} \u00b7 {}"),
    "div": Operation(
        compute=np.true_divide,
        javascript="(a, b) => a / b",
        derivative=lambda y, a, b: (1 / b, -(y / b)),
        plain="{}/{}",
        tex=r"\frac{{{}}}{{{}}}",
        html="({}) / ({})",
        c="{} / {}",
        precedence=PRODUCT,
        least_precedence=(PRODUCT, FUNCTION),
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
        c="",
    ),
    "neg": Operation(
        compute=lambda a: -a,
        javascript="(a) => -a",
        derivative=lambda y, a: (-1,),
        plain="-{}",
        tex="-{}",
        html="\u2212{}",
        c="-{}",
        precedence=SUM,
        least_precedence=(PRODUCT,),
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
        c="real_max({}, {})",
    ),
    "larger": Operation(  # 1 if a > b, 0 if a < b, 0.5 if they are equal
        compute=lambda a, b: np.heaviside(np.subtract(a, b), 0.5),
        javascript="(a, b) => (Math.sign(a - b) + 1) / 2",
        derivative=lambda y, a, b: (0, 0),
        plain="({} > {})",
        tex="[{} > {}]",
        html="[{} &gt; {}]",
        c="real_larger({}, {})",
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
        derivative=lambda y, a: (y.sign(),),  # 0 at zero, as in PyTorch
        name="relu",
        tex=r"\operatorname{{ReLU}}({})",
        html="ReLU({})",
    ),
}
"""Every operation by its name in the graph, which is its name in JavaScript too."""


def operation(name: str) -> Operation:
    """The row of an operation.

    Raises:
        KeyError: an operation without a row.
    """
    if name not in OPERATIONS:
        raise KeyError(
            f"no operation {name!r}; there are {', '.join(OPERATIONS)}: give it a row in "
            "OPERATIONS, in lstm_lib/equations/operations.py; that of 'tanh' is an example"
        )
    return OPERATIONS[name]
