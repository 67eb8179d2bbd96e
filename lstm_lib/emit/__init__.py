"""What a graph becomes: LaTeX for the page, HTML for the widgets' equations, and a list of
operations that JavaScript computes."""

from lstm_lib.emit.html import html
from lstm_lib.emit.javascript import javascript
from lstm_lib.emit.latex import latex

__all__ = ["html", "javascript", "latex"]
