"""Small worlds in which memory is needed, each with the score of somebody who has none.

A task draws as many random examples as it is asked for, afresh at each training step, so that what
a network learns is the rule. (Where a task has only a few different examples, it says so.)
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
