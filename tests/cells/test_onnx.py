"""Cells compute what the ONNX standard says: by its reference in float64, and by ONNX Runtime.

ONNX Runtime has no LSTM or RNN for float64, so with it the comparison is in float32 and as close
as float32 allows. The reference evaluator that comes with the standard computes in float64.
"""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from oracles import random_input, random_state

from lstm_lib.cells import (
    CoupledLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    LSTMCell,
    PeepholeLSTMCell,
    RNNCell,
)
from lstm_lib.sequences import unroll

#: ONNX's operator for each cell, and the order of the gates in its packed weights.
OPERATORS = {
    LSTMCell: ("LSTM", ("i", "o", "f", "c_tilde")),
    PeepholeLSTMCell: ("LSTM", ("i", "o", "f", "c_tilde")),
    CoupledLSTMCell: ("LSTM", ("i", "o", "f", "c_tilde")),
    GRUCell: ("GRU", ("z", "r", "h_tilde")),
    GRUResetAfterCell: ("GRU", ("z", "r", "h_tilde")),
    RNNCell: ("RNN", ("h",)),
}
SETTINGS = {CoupledLSTMCell: {"input_forget": 1}, GRUCell: {"linear_before_reset": 0}}
SETTINGS[GRUResetAfterCell] = {"linear_before_reset": 1}
ELEMENT = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE}


def pack(cell, kind):
    """The gates' weights below each other, behind an axis for the (only) direction.

    ONNX's GRU keeps where z is 1, and ours replaces. Coupled, ONNX asks for a forget gate's
    weights, and does not use them.
    """
    weights = dict(cell.weights[kind])
    if isinstance(cell, GRUCell):
        weights["z"] = -weights["z"]
    if isinstance(cell, CoupledLSTMCell):
        weights["f"] = np.full_like(weights["i"], 7)
    gates = [gate for gate in OPERATORS[type(cell)][1] if gate in weights]
    return np.concatenate([weights[gate] for gate in gates])[None]


def onnx_model(cell, dtype, lengths=""):
    """The cell as a model of a single operator, its weights packed in ONNX's order; ``lengths``
    names the input with the lengths of the sequences, if it has one."""
    operator, _ = OPERATORS[type(cell)]
    b = pack(cell, "b")
    second = np.zeros_like(b)
    if isinstance(cell, GRUResetAfterCell):  # only the candidate's is not zero
        second[:, -cell.hidden_size :] = pack(cell, "d")
    weights = {
        "W": pack(cell, "W"),
        "R": pack(cell, "U"),
        "B": np.concatenate([b, second], axis=1),  # Wb, then Rb; they add up
    }
    peepholes = []
    if isinstance(cell, PeepholeLSTMCell):
        weights["P"], peepholes = pack(cell, "p"), ["P"]
    initial = [f"initial_{part}" for part in cell.state]
    final = [f"Y_{part}" for part in cell.state]

    def declare(name, rank):
        axes = [f"{name}_{k}" for k in range(rank)]  # of any length
        return helper.make_tensor_value_info(name, ELEMENT[dtype], axes)

    node = helper.make_node(
        operator,
        inputs=[
            "X",
            "W",
            "R",
            "B",
            lengths,  # "": all sequences of a batch are equally long
            *initial,
            *peepholes,
        ],
        outputs=["Y", *final],
        hidden_size=cell.hidden_size,
        **SETTINGS.get(type(cell), {}),
    )
    inputs = [declare(name, 3) for name in ("X", *initial)]
    if lengths:
        inputs.append(helper.make_tensor_value_info(lengths, TensorProto.INT32, ["batch_size"]))
    graph = helper.make_graph(
        [node],
        operator,
        inputs=inputs,
        outputs=[declare("Y", 4), *(declare(name, 3) for name in final)],
        initializer=[onnx.numpy_helper.from_array(w, name) for name, w in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def by_the_reference(model, feeds):
    return ReferenceEvaluator(model).run(None, feeds)


def by_onnx_runtime(model, feeds):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, feeds)


#: The reference evaluator does not know coupled gates; ONNX Runtime does.
COMPARISONS = [
    pytest.param(cell, *how, id=f"{how[0].__name__}-{cell.__name__}")
    for how in ((by_the_reference, np.float64, 1e-12), (by_onnx_runtime, np.float32, 2e-6))
    for cell in OPERATORS
    if not (cell is CoupledLSTMCell and how[0] is by_the_reference)
]


@pytest.mark.parametrize("cell_class, run_onnx, dtype, atol", COMPARISONS)
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (6, 2, 3, 4), (12, 1, 8, 16)], ids=str)
def test_outputs_and_final_state_equal_onnx(cell_class, sizes, run_onnx, dtype, atol):
    seq_len, batch_size, input_size, hidden_size = sizes
    rng = np.random.default_rng(0)
    cell = cell_class(input_size, hidden_size, dtype=dtype)
    x = random_input(rng, seq_len, batch_size, input_size, dtype=dtype)
    state = random_state(rng, cell_class, batch_size, hidden_size, dtype=dtype)

    feeds = {"X": x} | {f"initial_{name}": part[None] for name, part in state._asdict().items()}
    outputs, *last = run_onnx(onnx_model(cell, dtype), feeds)
    run = unroll(cell, x, state)

    assert run.outputs.dtype == outputs.dtype == dtype
    np.testing.assert_allclose(run.outputs, outputs[:, 0], rtol=0, atol=atol)
    for ours, theirs in zip(run.state, last, strict=True):
        np.testing.assert_allclose(ours, theirs[0], rtol=0, atol=atol)


@pytest.mark.parametrize("cell_class", OPERATORS)
def test_sequences_of_unequal_length_equal_onnx_runtimes(cell_class):
    rng, dtype = np.random.default_rng(0), np.float32
    cell = cell_class(3, 4, dtype=dtype)
    x = random_input(rng, 7, 4, 3, dtype=dtype)
    state = random_state(rng, cell_class, 4, 4, dtype=dtype)
    lengths = np.array([4, 7, 1, 5], np.int32)

    feeds = {"X": x, "lengths": lengths}
    feeds |= {f"initial_{name}": part[None] for name, part in state._asdict().items()}
    outputs, *last = by_onnx_runtime(onnx_model(cell, dtype, "lengths"), feeds)
    run = unroll(cell, x, state, lengths)

    np.testing.assert_allclose(run.outputs, outputs[:, 0], rtol=0, atol=2e-6)
    for ours, theirs in zip(run.state, last, strict=True):
        np.testing.assert_allclose(ours, theirs[0], rtol=0, atol=2e-6)
