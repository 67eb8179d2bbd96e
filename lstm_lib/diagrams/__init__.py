"""The drawings of the book, made in code; :mod:`lstm_lib.diagrams.canvas` holds their shapes."""

from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.gate_alone import gate
from lstm_lib.diagrams.lstm_module import lstm
from lstm_lib.diagrams.lstm_variants import (
    coupled,
    depth_gated,
    greff,
    lstm_1997,
    peephole,
    projected,
)
from lstm_lib.diagrams.module_chain import chain
from lstm_lib.diagrams.notation_legend import legend
from lstm_lib.diagrams.rnn_module import rnn

__all__ = [
    "Drawing",
    "chain",
    "coupled",
    "depth_gated",
    "gate",
    "greff",
    "legend",
    "lstm",
    "lstm_1997",
    "peephole",
    "projected",
    "rnn",
]
