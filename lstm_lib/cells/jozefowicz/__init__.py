"""The three best variants of the GRU in Jozefowicz, Zaremba & Sutskever (2015)."""

from lstm_lib.cells.jozefowicz.mut1 import MUT1Cell
from lstm_lib.cells.jozefowicz.mut2 import MUT2Cell
from lstm_lib.cells.jozefowicz.mut3 import MUT3Cell

__all__ = ["MUT1Cell", "MUT2Cell", "MUT3Cell"]
