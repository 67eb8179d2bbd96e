"""The values of all the library's cells, for whoever has a name and no graph."""

from functools import cache

from lstm_lib import cells
from lstm_lib.equations import notation
from lstm_lib.equations.graph import trace


@cache
def graphs():
    every = (getattr(cells, name) for name in cells.__all__)
    return [trace(cell) for cell in every if cell is not cells.Cell]


@cache
def quantity_of(text):
    graph = next((graph for graph in graphs() if text in graph), None)
    return graph.quantity(text) if graph else notation.quantity(text)


@cache
def name_of(text):
    return next((g.names[text] for g in graphs() if text in g.names), None) or notation.value(text)
