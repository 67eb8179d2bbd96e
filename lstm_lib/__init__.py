"""The small library behind *Understanding LSTM Networks, executable*.

A recurrent cell is one short ``step``, written once as its equations (:mod:`lstm_lib.cells`).
The same text runs on NumPy arrays and PyTorch tensors (:mod:`lstm_lib.unroll`), and is traced
into a graph (:mod:`lstm_lib.graph`) that becomes formulas and the widgets' arithmetic
(:mod:`lstm_lib.emit`).
"""
