"""A graph as LaTeX, each quantity in its own hue."""

import re

from lstm_lib.equations import notation
from lstm_lib.equations.graph import Graph, write
from lstm_lib.equations.palette import HUES, quantity

TEMPLATES = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": r"{} \odot {}",
    "matmul": r"{}\,{}",
    "div": r"\frac{{{}}}{{{}}}",
    "outer": r"{}\,{}^\top",
    "inner": r"{}^\top {}",
    "per_root": r"\tfrac{{1}}{{\sqrt{{H}}}}({})",
    "neg": "-{}",
    "abs": r"\lvert {} \rvert",
    "sign": r"\operatorname{{sign}}({})",
    "max": r"\max({},\; {})",
    "larger": "[{} > {}]",
    "exp": r"\exp({})",
    "sigmoid": r"\sigma({})",
    "log_sigmoid": r"\log \sigma({})",
    "tanh": r"\tanh({})",
    "relu": r"\operatorname{{ReLU}}({})",
}


def latex(graph: Graph, *names: str) -> str:
    r"""The equations of the named values: one alone, or several aligned, one a line.

    Pre-activations are written out: :math:`f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)`. Without
    names, all of the graph's outputs, in the order in which they are computed. Colours are the
    light theme's; the site turns them with the theme.

    Raises:
        KeyError: a name that the graph does not have.
    """
    symbols = {name: graph[name] for name in names or graph.outputs}
    equations = [
        (left_hand_side(name), right_hand_side(name, sym, graph)) for name, sym in symbols.items()
    ]
    if len(equations) == 1:
        return "{} = {}".format(*equations[0])
    lines = ["{} &= {}".format(*sides) for sides in equations]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def right_hand_side(name, sym, graph):
    if sym.name not in (None, name):  # a derivative that is one of the step's own values
        return coloured(sym.name)
    expand = [each for each in graph.named if each.startswith("a_")]
    return write(sym, TEMPLATES, leaf=lambda sym: coloured(sym.name), expand=expand)


def left_hand_side(name):
    derivative = re.fullmatch(r"d(.+)/d(.+)", name)
    if derivative:
        above, below = (coloured(part) for part in derivative.groups())
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"
    return coloured(name)


def coloured(name):
    if quantity(name) == "hidden":  # the hidden state is the ink itself
        return notation.tex(name)
    return rf"\textcolor{{{HUES[quantity(name)].light}}}{{{notation.tex(name)}}}"
