"""A step traced into a graph of operations, and the forms that a graph is written in: LaTeX for the
page, HTML for the widgets' equations, a list of operations that JavaScript computes, and C."""

from lstm_lib.equations.backend import Backend, backend
from lstm_lib.equations.graph import Graph, Symbol, trace
from lstm_lib.equations.html import html
from lstm_lib.equations.javascript import evaluator, javascript
from lstm_lib.equations.latex import latex

__all__ = [
    "Backend",
    "Graph",
    "Symbol",
    "backend",
    "evaluator",
    "html",
    "javascript",
    "latex",
    "trace",
]
