"""A graph as LaTeX, each quantity in its own hue."""

from lstm_lib import notation
from lstm_lib.graph import Graph, write
from lstm_lib.palette import HUES, quantity

TEMPLATES = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": r"{} \odot {}",
    "matmul": r"{}\,{}",
    "neg": "-{}",
    "sigmoid": r"\sigma({})",
    "tanh": r"\tanh({})",
}


def latex(graph: Graph, *names: str) -> str:
    r"""The equations of the named values: one alone, or several aligned, one a line.

    Pre-activations are written out: :math:`f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)`. Without
    names, all of the graph's outputs, in the order in which they are computed. Colours are the
    light theme's; the site turns them with the theme.

    Raises:
        KeyError: a name that the graph does not have.
    """
    names = names or [name for name in graph.named if name in graph.outputs]
    if len(names) == 1:
        return f"{coloured(names[0])} = {right_hand_side(graph, names[0])}"
    lines = [f"{coloured(name)} &= {right_hand_side(graph, name)}" for name in names]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def right_hand_side(graph, name):
    expand = [each for each in graph.named if each.startswith("a_")]
    return write(graph[name], TEMPLATES, leaf=lambda sym: coloured(sym.name), expand=expand)


def coloured(name):
    if quantity(name) == "hidden":  # the hidden state is the ink itself
        return notation.tex(name)
    return rf"\textcolor{{{HUES[quantity(name)].light}}}{{{notation.tex(name)}}}"
