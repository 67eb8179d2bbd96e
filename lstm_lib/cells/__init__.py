"""One recurrent cell a file: its equations and nothing else."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.coupled import CoupledLSTMCell
from lstm_lib.cells.gru import GRUCell
from lstm_lib.cells.gru_reset_after import GRUResetAfterCell
from lstm_lib.cells.lstm import LSTMCell
from lstm_lib.cells.lstm_1997 import LSTM1997Cell
from lstm_lib.cells.peephole import PeepholeLSTMCell
from lstm_lib.cells.rnn import RNNCell

__all__ = [
    "Cell",
    "CoupledLSTMCell",
    "GRUCell",
    "GRUResetAfterCell",
    "LSTM1997Cell",
    "LSTMCell",
    "PeepholeLSTMCell",
    "RNNCell",
]
