"""One recurrent cell a file: its equations and nothing else."""

from lstm_lib.cells.base import Cell
from lstm_lib.cells.clockwork import ClockworkRNNCell
from lstm_lib.cells.coupled import CoupledLSTMCell
from lstm_lib.cells.depth_gated import DepthGatedLSTMCell
from lstm_lib.cells.greff import (
    CIFGCell,
    FGRCell,
    NFGCell,
    NIAFCell,
    NIGCell,
    NOAFCell,
    NOGCell,
    NPCell,
)
from lstm_lib.cells.grid import GridLSTMCell
from lstm_lib.cells.gru import GRUCell
from lstm_lib.cells.gru_reset_after import GRUResetAfterCell
from lstm_lib.cells.janet import JANETCell
from lstm_lib.cells.jozefowicz import MUT1Cell, MUT2Cell, MUT3Cell
from lstm_lib.cells.lstm import LSTMCell
from lstm_lib.cells.lstm_1997 import LSTM1997Cell
from lstm_lib.cells.memory_only import MemoryOnlyCell
from lstm_lib.cells.min_gru import MinGRUCell
from lstm_lib.cells.min_lstm import MinLSTMCell
from lstm_lib.cells.mlstm import MLSTMCell
from lstm_lib.cells.mlstm_given_qkv import MLSTMGivenQKVCell
from lstm_lib.cells.peephole import PeepholeLSTMCell
from lstm_lib.cells.positive_min_gru import PositiveMinGRUCell
from lstm_lib.cells.positive_min_lstm import PositiveMinLSTMCell
from lstm_lib.cells.projected import ProjectedLSTMCell
from lstm_lib.cells.relu_rnn import ReLURNNCell
from lstm_lib.cells.rnn import RNNCell
from lstm_lib.cells.slstm import SLSTMCell
from lstm_lib.cells.sru import SRUCell

__all__ = [
    "CIFGCell",
    "Cell",
    "ClockworkRNNCell",
    "CoupledLSTMCell",
    "DepthGatedLSTMCell",
    "FGRCell",
    "GRUCell",
    "GRUResetAfterCell",
    "GridLSTMCell",
    "JANETCell",
    "LSTM1997Cell",
    "LSTMCell",
    "MLSTMCell",
    "MLSTMGivenQKVCell",
    "MUT1Cell",
    "MUT2Cell",
    "MUT3Cell",
    "MemoryOnlyCell",
    "MinGRUCell",
    "MinLSTMCell",
    "NFGCell",
    "NIAFCell",
    "NIGCell",
    "NOAFCell",
    "NOGCell",
    "NPCell",
    "PeepholeLSTMCell",
    "PositiveMinGRUCell",
    "PositiveMinLSTMCell",
    "ProjectedLSTMCell",
    "RNNCell",
    "ReLURNNCell",
    "SLSTMCell",
    "SRUCell",
]
