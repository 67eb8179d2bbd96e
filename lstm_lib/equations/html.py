"""A graph's equations as HTML: once in letters, once with the numbers put in."""

from lstm_lib.equations import notation
from lstm_lib.equations.graph import Graph
from lstm_lib.equations.notation import Derivative, quantity


def html(graph: Graph, name: str, numbers: bool = False) -> str:
    """The equation of one value, as spans of class ``q q-forget`` and so on.

    With ``numbers``, the right-hand side has numbers in place of letters, and the result follows:
    each number is an empty span with ``data-value="f"``, which a widget fills.
    """
    name = graph.name_of(name)
    right = graph.write(
        name, "numbers" if numbers else "html", leaf=lambda sym: span(sym.name, numbers)
    )
    return f"{span(name)} = {right}" + (f" = {span(name, numbers)}" if numbers else "")


def span(name: str, numbers: bool = False) -> str:
    """The name of a value as HTML, in its hue, or the place of its number."""
    if isinstance(name, Derivative):
        place = f'<span class="q" data-value="{name}"></span>'
        return place if numbers else f"\u2202{span(name.of)} / \u2202{span(name.by)}"
    if numbers:
        return f'<span class="q q-{quantity(name)}" data-value="{name}"></span>'
    return f'<span class="q q-{quantity(name)}">{notation.html(name)}</span>'
