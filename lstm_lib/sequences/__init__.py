"""A cell over time: unrolled step by step, padded batches, a parallel scan, and backpropagation
through time by hand."""

from lstm_lib.sequences.padding import real_steps, reverse
from lstm_lib.sequences.scan import scan, scan_log
from lstm_lib.sequences.unroll import ByName, Unrolled, unroll

__all__ = ["ByName", "Unrolled", "real_steps", "reverse", "scan", "scan_log", "unroll"]
