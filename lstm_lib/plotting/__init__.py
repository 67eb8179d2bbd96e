"""Plots in the book's colours, which follow the light or dark theme of the page.

A figure is drawn by matplotlib and shown as SVG inside the page; the page's style sheet sets its
colours. Each has an alternative text.
"""

from lstm_lib.plotting.chain import way_back
from lstm_lib.plotting.dots import dots
from lstm_lib.plotting.fields import gate_map
from lstm_lib.plotting.figure import Figure, style
from lstm_lib.plotting.lines import (
    LOOKS,
    Look,
    accuracy_against_gap,
    curves,
    gradient_against_lag,
    learning_curves,
)
from lstm_lib.plotting.strips import over_time
from lstm_lib.plotting.table import Table, word_table

__all__ = [
    "LOOKS",
    "Figure",
    "Look",
    "Table",
    "accuracy_against_gap",
    "curves",
    "dots",
    "gate_map",
    "gradient_against_lag",
    "learning_curves",
    "over_time",
    "style",
    "way_back",
    "word_table",
]
