"""The drawings of the book, made in code; :mod:`lstm_lib.diagrams.canvas` holds their shapes."""

from lstm_lib.diagrams.belt_alone import belt
from lstm_lib.diagrams.clockwork_module import clockwork
from lstm_lib.diagrams.drawing import Drawing, Shape
from lstm_lib.diagrams.gate_alone import gate
from lstm_lib.diagrams.grid_module import grid
from lstm_lib.diagrams.gru_module import gru
from lstm_lib.diagrams.gru_relatives import (
    gru_reset_after,
    min_gru,
    mut1,
    mut2,
    mut3,
    positive_min_gru,
)
from lstm_lib.diagrams.layers import both_directions, stacked
from lstm_lib.diagrams.loop_and_chain import loop
from lstm_lib.diagrams.lstm_module import lstm
from lstm_lib.diagrams.lstm_relatives import memory_only, min_lstm, positive_min_lstm
from lstm_lib.diagrams.lstm_variants import (
    coupled,
    depth_gated,
    greff,
    janet,
    lstm_1997,
    peephole,
    projected,
    sru,
)
from lstm_lib.diagrams.module_chain import chain
from lstm_lib.diagrams.modules import MODULES
from lstm_lib.diagrams.notation_legend import legend
from lstm_lib.diagrams.rnn_module import relu_rnn, rnn
from lstm_lib.diagrams.shapes_of_problems import problem_shapes
from lstm_lib.diagrams.three_gates import three_gates
from lstm_lib.diagrams.with_equations import WithEquations
from lstm_lib.diagrams.xlstm_modules import mlstm, mlstm_given_qkv, slstm

__all__ = [
    "MODULES",
    "Shape",
    "Drawing",
    "belt",
    "both_directions",
    "WithEquations",
    "chain",
    "clockwork",
    "coupled",
    "depth_gated",
    "gate",
    "greff",
    "grid",
    "gru",
    "gru_reset_after",
    "janet",
    "legend",
    "loop",
    "lstm",
    "lstm_1997",
    "memory_only",
    "min_gru",
    "min_lstm",
    "mlstm",
    "mlstm_given_qkv",
    "mut1",
    "mut2",
    "mut3",
    "peephole",
    "positive_min_gru",
    "positive_min_lstm",
    "problem_shapes",
    "projected",
    "relu_rnn",
    "rnn",
    "slstm",
    "sru",
    "stacked",
    "three_gates",
]
