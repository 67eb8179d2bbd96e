"""One recurrent cell a file: its equations and nothing else."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.lstm import LSTMCell
from lstm_lib.cells.rnn import RNNCell

__all__ = ["Cell", "LSTMCell", "RNNCell"]
