"""A graph as LaTeX, each quantity in its own hue."""

from lstm_lib.equations import notation
from lstm_lib.equations.graph import Graph
from lstm_lib.equations.notation import Derivative, quantity
from lstm_lib.equations.palette import HUES


def latex(graph: Graph, *names: str) -> str:
    r"""The equations of the named values: one alone, or several aligned, one a line.

    Pre-activations are written out: :math:`f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)`. Without
    names, all of the graph's outputs, in the order in which they are computed. Colours are the
    light theme's; the site replaces them in the dark theme.

    Raises:
        KeyError: a name that the graph does not have.
    """
    sides = [equation(graph, name) for name in names or graph.outputs]
    if len(sides) == 1:
        return "{} = {}".format(*sides[0])
    lines = ["{} &= {}".format(*each) for each in sides]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def equation(graph, name):
    """The two sides of the equation of one value."""
    right = graph.write(name, "tex", leaf=lambda sym: coloured(sym.name))
    return coloured(graph.name_of(name)), right


def coloured(name):
    if isinstance(name, Derivative):
        return rf"\frac{{\partial {coloured(name.of)}}}{{\partial {coloured(name.by)}}}"
    if quantity(name) == "hidden":  # it has the colour of the text
        return notation.tex(name)
    return rf"\textcolor{{{HUES[quantity(name)].light}}}{{{notation.tex(name)}}}"
