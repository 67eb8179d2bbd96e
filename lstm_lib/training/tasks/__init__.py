"""Synthetic tasks that need memory, each with its baseline: the best score without a memory.

A task draws new random examples for each update, so that a network cannot learn them one by one.
(Timing, Counting and Waveform have only a few different examples, as their docstrings say.)
Sequences are ``(seq_len, batch_size)``, time first, as everywhere here.
"""

from lstm_lib.training.tasks.adding import Adding
from lstm_lib.training.tasks.agreement import Agreement
from lstm_lib.training.tasks.base import Batch, Choice, NextSymbol, Number, Task
from lstm_lib.training.tasks.continual_reber import ContinualReber
from lstm_lib.training.tasks.copy import Copy
from lstm_lib.training.tasks.counting import Counting
from lstm_lib.training.tasks.recall import Recall
from lstm_lib.training.tasks.sine import Sine
from lstm_lib.training.tasks.temporal_order import TemporalOrder
from lstm_lib.training.tasks.timing import Timing
from lstm_lib.training.tasks.waveform import Waveform

__all__ = [
    "Adding",
    "Agreement",
    "Batch",
    "Choice",
    "ContinualReber",
    "Copy",
    "Counting",
    "NextSymbol",
    "Number",
    "Recall",
    "Sine",
    "Task",
    "TemporalOrder",
    "Timing",
    "Waveform",
]
