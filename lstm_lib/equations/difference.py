"""What one step's equations say that another's do not: marked in their HTML."""

import re
from os.path import commonprefix

from lstm_lib.equations.graph import Graph
from lstm_lib.equations.html import html

PIECES = re.compile(r"<span.*?</span>|<(?:i|sup)>.*?</(?:i|sup)>|&\w+;|\w+|.")
"""What an equation consists of: values, words and signs."""


def difference(graph: Graph, name: str, known: Graph) -> str:
    """The equation of one value, as :func:`lstm_lib.equations.html` writes it, compared with that
    of the step ``known``: a ``<mark>`` stands round what ``known`` does not say, round all of it if
    ``known`` has no such value; where nothing is new, a ``<del>`` holds what only ``known`` says.
    """
    return mark_new(html(graph, name), html(known, name) if name in known.outputs else "")


def gone(graph: Graph, known: Graph) -> list[str]:
    """The names of the values that ``known`` computes and this step does not."""
    return [name for name in known.outputs if name not in graph.outputs]


def mark_new(equation: str, known: str) -> str:
    """The HTML of an equation with what ``known`` does not say marked: all that stands between
    the beginning and the end that the two have in common."""
    ours, theirs = PIECES.findall(equation), PIECES.findall(known)
    start = len(commonprefix([ours, theirs]))
    alike = len(commonprefix([ours[start:][::-1], theirs[start:][::-1]]))
    end = len(ours) - alike
    if start < end:
        start += ours[start] == " "
        tag, changed = "mark", ours[start:end]
    else:
        tag, changed = "del", theirs[start : len(theirs) - alike]
    middle = f"<{tag}>{''.join(changed)}</{tag}>" if changed else ""
    return "".join(ours[:start]) + middle + "".join(ours[end:])
