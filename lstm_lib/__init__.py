"""The small library behind *Understanding LSTM Networks, executable*.

A recurrent cell is one short ``step``, written once as its equations (:mod:`lstm_lib.cells`).
The same text runs on NumPy arrays and PyTorch tensors (:mod:`lstm_lib.sequences`), and is traced
into a graph that becomes formulas and the widgets' arithmetic (:mod:`lstm_lib.equations`).

What needs PyTorch stands in :mod:`lstm_lib.layers` and :mod:`lstm_lib.training`; drawings are in
:mod:`lstm_lib.diagrams`, plots in :mod:`lstm_lib.plotting`, sliders in :mod:`lstm_lib.widgets`.
"""

from lstm_lib.cells import Cell, CoupledLSTMCell, GRUCell, LSTMCell, PeepholeLSTMCell, RNNCell
from lstm_lib.cells.functions import sigmoid, tanh
from lstm_lib.cells.initialise import chrono, forget_bias
from lstm_lib.equations import backend, latex, trace
from lstm_lib.sequences import unroll

__all__ = [
    "Cell",
    "CoupledLSTMCell",
    "GRUCell",
    "LSTMCell",
    "PeepholeLSTMCell",
    "RNNCell",
    "backend",
    "chrono",
    "forget_bias",
    "latex",
    "sigmoid",
    "tanh",
    "trace",
    "unroll",
]
