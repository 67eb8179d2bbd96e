"""What works on ``nn.LSTM`` in ordinary training code works on the layers here."""

import copy
import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from oracles import CELLS, random_reads
from refusal import refused
from torch import nn
from torch.nn.utils.rnn import pack_sequence
from torch.utils._pytree import tree_leaves

from lstm_lib.cells import ClockworkRNNCell, DepthGatedLSTMCell, GRUCell, LSTMCell, RNNCell
from lstm_lib.layers import Bidirectional, Recurrent, Stacked, from_torch
from lstm_lib.sequences import unroll

X = torch.randn(3, 2, 3, generator=torch.Generator().manual_seed(0))
LENGTHS = torch.tensor([2, 3])
LAYERS = {
    "one": Recurrent(LSTMCell(3, 4)),
    "clockwork": Recurrent(ClockworkRNNCell(3, 4)),
    "both ways": Bidirectional(LSTMCell(3, 4), GRUCell(3, 4)),
    "stack": Stacked([DepthGatedLSTMCell(3, 4), DepthGatedLSTMCell(4, 4)]),
}
every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)


def assert_same(ours, theirs, atol=1e-6):
    ours, theirs = tree_leaves(ours), tree_leaves(theirs)
    assert len(ours) == len(theirs) > 2
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=atol)


class WithLengths(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, lengths):
        return self.layer(x, lengths=lengths)


@every_layer
def test_a_layer_compiles_whole(layer):
    torch._dynamo.reset()
    compiled = torch.compile(WithLengths(layer), fullgraph=True, backend="eager")
    assert_same(compiled(X, LENGTHS), layer(X, lengths=LENGTHS))
    with pytest.raises(RuntimeError, match="lengths must be from 1 to 3, the steps of x"):
        compiled(X, torch.tensor([2, 4]))


@every_layer
def test_a_layer_is_exported_stored_and_read(layer):
    program, file = torch.export.export(WithLengths(layer), (X, LENGTHS)), io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    other = torch.tensor([3, 1])
    run = torch.export.load(file).module()(X, other)
    assert_same(run, layer(X, lengths=other))


@every_layer
def test_a_run_is_stored_and_read_with_weights_only(layer):
    file, run = io.BytesIO(), layer(X)
    torch.save(run, file)
    file.seek(0)
    again = torch.load(file, weights_only=True)
    assert (type(again), type(again.state)) == (type(run), type(run.state))
    assert_same(again, run, atol=0)
    assert_same(copy.deepcopy(torch.utils._pytree.tree_map(torch.detach, run)), run, atol=0)


@every_layer
@pytest.mark.parametrize("weights", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("inputs", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_autocast_takes_what_it_casts(layer, weights, inputs):
    cast = copy.deepcopy(layer).to(weights)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        run = cast(X.to(inputs))
        if layer is not LAYERS["clockwork"]:
            cast(X.to(inputs), run.state)
        with pytest.raises(TypeError, match="x has dtype torch.float64"):
            cast(X.double())
    run.outputs.float().sum().backward()
    torch.testing.assert_close(run.outputs.float(), layer(X).outputs, rtol=0, atol=0.05)
    if inputs != weights:
        with pytest.raises(TypeError, match="x has dtype"):
            cast(X.to(inputs))


@every_layer
def test_other_devices_inference_and_vmap(layer):
    far = copy.deepcopy(layer).to("meta")
    run = far(X.to("meta"), lengths=LENGTHS.to("meta"))
    assert run.outputs.is_meta and run.outputs.shape == layer(X).outputs.shape
    with pytest.raises(ValueError, match="x is on the device meta, and what it meets is on cpu"):
        layer(X.to("meta"))
    with torch.inference_mode():
        assert_same(layer(X), layer(X), atol=0)
    each = torch.func.vmap(lambda x: layer(x).outputs, in_dims=1, out_dims=1)
    torch.testing.assert_close(each(X), layer(X).outputs)


@pytest.mark.parametrize("cell_class", CELLS)
def test_batch_first_changes_the_order_of_axes_and_nothing_else(cell_class):
    plain, layer = (Recurrent(cell_class(3, 4), batch_first=first) for first in (False, True))
    reads = {
        name: torch.tensor(read, dtype=torch.float32)
        for name, read in random_reads(np.random.default_rng(0), plain.cell, 3, 2).items()
    }
    expected = plain(X, lengths=LENGTHS, **reads)
    turned = {name: read.transpose(0, 1) for name, read in reads.items()}
    run = layer(X.transpose(0, 1), lengths=LENGTHS, **turned)
    assert torch.equal(run.outputs.transpose(0, 1), expected.outputs)
    for ours, theirs in ((run.gates, expected.gates), (run.states, expected.states)):
        for name in theirs:
            assert torch.equal(ours[name].transpose(0, 1), theirs[name])
    assert_same(run.state, expected.state, 0) if len(run.state) > 2 else None


def test_batch_first_holds_for_all_that_a_stack_says_and_is_said_once():
    cells = [Bidirectional(LSTMCell(3, 4), LSTMCell(3, 4)), LSTMCell(8, 4)]
    plain, turned = Stacked(cells), Stacked(cells)
    turned.load_state_dict(plain.state_dict())
    turned.batch_first = True
    ours, theirs = turned(X.transpose(0, 1)).runs, plain(X).runs
    one, other = ours[0].runs.backwards.gates["f"], theirs[0].runs.backwards.gates["f"]
    assert torch.equal(one.transpose(0, 1), other)
    assert "batch_first=True" in repr(turned)
    with refused(
        ValueError,
        "layer 1 has batch_first=True; leave it out there and set it once, on the outer layer: "
        "Stacked(…, batch_first=True)",
    ):
        Stacked([Recurrent(LSTMCell(3, 4), batch_first=True)])


def test_a_state_may_be_a_tuple_and_a_state_of_one_part_that_part():
    layer, h, c = LAYERS["one"], torch.ones(2, 4), torch.full((2, 4), 2.0)
    y, (h_n, c_n) = layer(X, (h, c))[:2]
    expected = layer(X, LSTMCell.State(h=h, c=c))
    assert torch.equal(y, expected.outputs) and torch.equal(c_n, expected.state.c)
    gru = Recurrent(GRUCell(3, 4))
    assert torch.equal(gru(X, h).outputs, gru(X, (h,)).outputs)
    cell = RNNCell(3, 4)
    x = X.double().numpy()
    np.testing.assert_array_equal(
        unroll(cell, x, np.ones((2, 4))).outputs, unroll(cell, x, {"h": np.ones((2, 4))}).outputs
    )
    with refused(
        ValueError,
        "state.h has shape (1, 2, 4), expected (2, 4): the state of one layer has no axis for "
        "layers, as PyTorch's has; give h[0]",
    ):
        layer(X, (h[None], c[None]))
    with pytest.raises(TypeError, match="state must be a list of 2"):
        LAYERS["stack"](X, LSTMCell.State(h, c))


def test_a_clockwork_layer_goes_on_with_its_clock_or_not_at_all():
    cell = ClockworkRNNCell(3, 4)
    x = torch.randn(9, 2, 3)
    above = ClockworkRNNCell(8, 4, seed=1)
    both = Bidirectional(cell, ClockworkRNNCell(3, 4, seed=2))
    stack = Stacked([both, above])
    clock = cell.clock(range(9), x)
    told = [({"clock": clock}, {"clock": clock.flip(0)}), {"clock": clock}]
    assert_same(stack(x, reads=told), stack(x))
    turned = Stacked([both, above], batch_first=True)
    told = torch.utils._pytree.tree_map(lambda t: t.transpose(0, 1), told)
    assert torch.equal(turned(x.transpose(0, 1), reads=told).outputs[0], stack(x).outputs[:, 0])

    layer = Recurrent(cell)
    first = layer(x[:5])
    rest = layer(x[5:], first.state, clock=cell.clock(range(5, 9), x[5:]))
    assert torch.equal(torch.cat([first.outputs, rest.outputs]), layer(x).outputs)
    for go_on in (
        lambda: layer(x[5:], first.state),
        lambda: Stacked([layer])(x[5:], [first.state]),
        lambda: cell(x[5].double().numpy(), {"h": np.zeros((2, 4))}),
    ):
        with pytest.raises(ValueError, match="state is given and clock is not"):
            go_on()
    with refused(
        TypeError, "reads must be a list of 2: each layer's side inputs, by name, or None"
    ):
        stack(x, reads=[None])


CALLS = {
    "give the padded batch and its lengths instead": lambda: LAYERS["both ways"](
        pack_sequence([torch.ones(3, 3)])
    ),
    "cell is the class LSTMCell; make a cell of it first": lambda: Recurrent(LSTMCell),
    "cell is a LSTM; from_torch in lstm_lib.layers makes": lambda: Recurrent(nn.LSTM(3, 4)),
    "cell is a Recurrent; it is a layer already": lambda: unroll(LAYERS["one"], X),
    "dtype is torch.int64; give a floating-point type": lambda: Recurrent(
        LSTMCell(3, 4), dtype=torch.int64
    ),
    "x has dtype torch.complex64, and cells compute with real": lambda: LAYERS["one"](
        X.to(torch.complex64)
    ),
    "x has dtype torch.int64, this cell computes in torch.float32": lambda: LAYERS["one"](X.long()),
    "cell_forward is a class, LSTMCell; give a cell": lambda: Bidirectional(
        LSTMCell, LSTMCell(3, 4)
    ),
    "layer 1 is a LSTM; give a cell": lambda: Stacked([nn.LSTM(3, 4)]),
    "has no counterpart here": lambda: from_torch(LSTMCell(3, 4)),
    "state.h has shape": lambda: LAYERS["one"](X, (torch.ones(5, 4), torch.ones(5, 4))),
    "these layers differ in hidden_size: 4 and 5": lambda: (
        Stacked([RNNCell(3, 4), RNNCell(4, 5)]).hidden_size
    ),
}


@pytest.mark.parametrize("sentence", CALLS)
def test_what_is_misunderstood_is_answered_in_words(sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        CALLS[sentence]()


def test_without_torch_the_layers_say_what_to_install():
    code = "import sys; sys.modules['torch'] = None; import lstm_lib.layers"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip().endswith(
        "ModuleNotFoundError: torch is not installed, and this part of lstm_lib needs it: "
        'pip install "lstm_lib[torch]"'
    )
