"""The variants that Greff et al. (2017) compared: the peephole LSTM with one thing changed."""

from lstm_lib.cells.greff.cifg import CIFGCell
from lstm_lib.cells.greff.fgr import FGRCell
from lstm_lib.cells.greff.nfg import NFGCell
from lstm_lib.cells.greff.niaf import NIAFCell
from lstm_lib.cells.greff.nig import NIGCell
from lstm_lib.cells.greff.noaf import NOAFCell
from lstm_lib.cells.greff.nog import NOGCell
from lstm_lib.cells.greff.np import NPCell

__all__ = [
    "CIFGCell",
    "FGRCell",
    "NFGCell",
    "NIAFCell",
    "NIGCell",
    "NOAFCell",
    "NOGCell",
    "NPCell",
]
