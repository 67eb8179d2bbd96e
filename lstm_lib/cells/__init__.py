"""One recurrent cell a file: its equations and nothing else."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.coupled import CoupledLSTMCell
from lstm_lib.cells.gru import GRUCell
from lstm_lib.cells.lstm import LSTMCell
from lstm_lib.cells.peephole import PeepholeLSTMCell
from lstm_lib.cells.rnn import RNNCell

__all__ = ["Cell", "CoupledLSTMCell", "GRUCell", "LSTMCell", "PeepholeLSTMCell", "RNNCell"]
