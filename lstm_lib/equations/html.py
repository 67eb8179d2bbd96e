"""A graph's equations as HTML: once in letters, once with the numbers put in."""

from lstm_lib.equations import notation
from lstm_lib.equations.graph import Graph, write
from lstm_lib.equations.palette import quantity

LETTERS = {
    "add": "{} + {}",
    "sub": "{} \u2212 {}",
    "mul": "{} \u2299 {}",
    "matmul": "{} {}",
    "div": "({}) / ({})",
    "outer": "{} {}<sup>T</sup>",
    "inner": "{}<sup>T</sup> {}",
    "per_root": "({}) / \u221a<i>H</i>",
    "neg": "\u2212{}",
    "abs": "|{}|",
    "sign": "sign({})",
    "max": "max({}, {})",
    "larger": "[{} &gt; {}]",
    "exp": "exp({})",
    "sigmoid": "\u03c3({})",
    "log_sigmoid": "log \u03c3({})",
    "tanh": "tanh({})",
    "relu": "ReLU({})",
}
TIMES = "{} \u00d7 {}"
NUMBERS = LETTERS | {"mul": TIMES, "matmul": "{} \u00b7 {}", "outer": TIMES, "inner": TIMES}


def html(graph: Graph, name: str, numbers: bool = False) -> str:
    """The equation of one value, as spans of class ``q q-forget`` and so on.

    With ``numbers``, the right-hand side has numbers for letters, and the result at its end:
    each number is a span that carries ``data-value="f"``, and whoever paints the page fills it.
    """

    def leaf(sym):
        return span(sym.name, numbers)

    expand = [each for each in graph.named if each.startswith("a_")]
    right = write(graph[name], NUMBERS if numbers else LETTERS, leaf, expand)
    return f"{span(name)} = {right}" + (f" = {span(name, numbers)}" if numbers else "")


def span(name, numbers=False):
    if numbers:
        return f'<span class="q q-{quantity(name)}" data-value="{name}"></span>'
    return f'<span class="q q-{quantity(name)}">{notation.html(name)}</span>'
