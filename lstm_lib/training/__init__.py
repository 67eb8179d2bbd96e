"""Tasks to learn, texts to read, and the loop that trains a network on them."""

from lstm_lib.cells.checks import needs

with needs("torch"):
    from lstm_lib.training.fit import curriculum, fit
    from lstm_lib.training.history import WINDOW, History
    from lstm_lib.training.model import SequenceModel
    from lstm_lib.training.text import Corpus, default_corpus

__all__ = [
    "WINDOW",
    "Corpus",
    "History",
    "SequenceModel",
    "curriculum",
    "default_corpus",
    "fit",
]
