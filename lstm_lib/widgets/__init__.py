"""Interactive widgets, which compute the library's own equations."""

from lstm_lib.widgets.belt import ConveyorBelt
from lstm_lib.widgets.by_hand import MemoryByHand
from lstm_lib.widgets.clocks import Clocks
from lstm_lib.widgets.forget_bias import ForgetBias
from lstm_lib.widgets.gate import Gate
from lstm_lib.widgets.latch import Latch
from lstm_lib.widgets.peepholes import Peepholes
from lstm_lib.widgets.question import Question
from lstm_lib.widgets.sequence_player import SequencePlayer
from lstm_lib.widgets.step_by_step import StepByStep
from lstm_lib.widgets.two_roads import TwoRoads
from lstm_lib.widgets.unrolled import Unroll
from lstm_lib.widgets.variant_switch import VariantSwitch
from lstm_lib.widgets.w_rec import WRec

__all__ = [
    "Clocks",
    "ConveyorBelt",
    "ForgetBias",
    "Gate",
    "Latch",
    "MemoryByHand",
    "Peepholes",
    "Question",
    "SequencePlayer",
    "StepByStep",
    "TwoRoads",
    "Unroll",
    "VariantSwitch",
    "WRec",
]
