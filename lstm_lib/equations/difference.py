"""Compare the equations of two steps, and mark the differences in their HTML."""

import re
from os.path import commonprefix

from lstm_lib.equations.graph import Graph
from lstm_lib.equations.html import html

PIECES = re.compile(r"<span.*?</span>|<(?:i|sup)>.*?</(?:i|sup)>|&\w+;|\w+|.")
"""What an equation consists of: values, words and signs."""


def difference(graph: Graph, name: str, reference: Graph) -> str:
    """The equation of one value as HTML, compared with the equation of that name in ``reference``.

    What is new stands in a ``<mark>``: the whole equation, if ``reference`` has no such value. If
    nothing is new, what only ``reference`` has stands in a ``<del>``.
    """
    return mark_new(html(graph, name), html(reference, name) if name in reference.outputs else "")


def gone(graph: Graph, reference: Graph) -> list[str]:
    """The names of the values that ``reference`` computes and this step does not."""
    return [name for name in reference.outputs if name not in graph.outputs]


def mark_new(equation: str, reference: str) -> str:
    """The HTML of an equation with what ``reference`` does not have marked: everything between the
    beginning and the end that the two have in common."""
    ours, theirs = PIECES.findall(equation), PIECES.findall(reference)
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
