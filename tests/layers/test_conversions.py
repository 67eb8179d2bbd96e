"""Whatever a module of PyTorch's is set to is kept on the way here and back, or refused."""

import itertools

import numpy as np
import pytest
import torch
from refusal import refused
from torch import nn
from torch.nn.utils import parametrizations, weight_norm

from lstm_lib.cells import GRUResetAfterCell, LSTMCell, ProjectedLSTMCell, RNNCell
from lstm_lib.layers import (
    Bidirectional,
    Recurrent,
    Stacked,
    from_torch,
    stack_from_torch,
    to_torch,
)
from lstm_lib.sequences import unroll

LENGTH, BATCH, INPUTS, UNITS = 5, 3, 2, 4
ALL_SETTINGS = [
    dict(num_layers=n, bidirectional=both, batch_first=first, bias=bias)
    for n, both, first, bias in itertools.product((1, 2), *[(False, True)] * 3)
]
KINDS = [
    (nn.RNN, {}),
    (nn.RNN, {"nonlinearity": "relu"}),
    (nn.LSTM, {}),
    (nn.LSTM, {"proj_size": 2}),
    (nn.GRU, {}),
]


def module_of(kind, **settings):
    torch.manual_seed(0)
    return kind(INPUTS, UNITS, **{"dtype": torch.float64, **settings})


def sequence(module, dtype=torch.float64):
    x = torch.randn(LENGTH, BATCH, INPUTS, dtype=dtype, generator=torch.Generator().manual_seed(1))
    return (x.transpose(0, 1) if module.batch_first else x).detach().requires_grad_()


def gradient_of_x(layer, x):
    y = layer(x)[0]
    share = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).reshape(y.shape)
    return y, *torch.autograd.grad((share * y**2).sum(), x)


@pytest.mark.parametrize("kind, own", KINDS, ids=str)
@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
def test_every_setting_is_kept_both_ways(kind, own, settings):
    module = module_of(kind, **own, **settings)
    stack = stack_from_torch(module)
    back = to_torch(stack)
    assert repr(back) == repr(module)
    x = sequence(module)
    expected = gradient_of_x(module, x)
    for other in (stack, back):
        for ours, theirs in zip(gradient_of_x(other, x), expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
    for name in ("input_size", "hidden_size", "num_layers", "bidirectional", "batch_first"):
        assert getattr(stack, name) == getattr(module, name)
    assert [p.requires_grad for p in back.parameters()] == [True] * len(list(module.parameters()))


@pytest.mark.parametrize("kind, own", KINDS, ids=str)
def test_training_and_what_is_frozen_are_kept_both_ways(kind, own):
    names = [name for name, _ in module_of(kind, **own).named_parameters()]
    for frozen in ([], names, *([name] for name in names)):
        module = module_of(kind, **own).eval()
        for name in frozen:
            module.get_parameter(name).requires_grad_(False)
        stack = stack_from_torch(module)
        assert not stack.training and not stack.layers[0].training
        layer = stack.layers[0]
        learn = {name: p.requires_grad for name, p in module.named_parameters()}
        assert {p.requires_grad for p in layer.W.values()} == {learn["weight_ih_l0"]}
        assert {p.requires_grad for p in layer.U.values()} == {learn["weight_hh_l0"]}
        if kind is not nn.GRU:
            either = learn["bias_ih_l0"] or learn["bias_hh_l0"]
            assert {p.requires_grad for p in layer.b.values()} == {either}
        else:
            assert layer.d["h_tilde"].requires_grad == learn["bias_hh_l0"]
            assert layer.b["h_tilde"].requires_grad == learn["bias_ih_l0"]
        if frozen in ([], names):
            back = to_torch(stack)
            assert not back.training
            assert {name: p.requires_grad for name, p in back.named_parameters()} == learn


@pytest.mark.parametrize("kind, own", KINDS, ids=str)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32], ids=str)
def test_the_type_is_kept_both_ways(kind, own, dtype):
    module = module_of(kind, **own, dtype=dtype)
    back = to_torch(stack_from_torch(module))
    for (name, ours), theirs in zip(back.named_parameters(), module.parameters(), strict=True):
        assert ours.dtype == dtype
        if name.startswith("weight"):
            assert torch.equal(ours, theirs)


STEPS = [
    (nn.LSTMCell, {}),
    (nn.GRUCell, {}),
    (nn.RNNCell, {}),
    (nn.RNNCell, {"nonlinearity": "relu"}),
    (nn.LSTMCell, {"bias": False}),
]


@pytest.mark.parametrize("kind, settings", STEPS, ids=str)
def test_a_module_of_one_step_becomes_a_cell(kind, settings):
    torch.manual_seed(0)
    module = kind(INPUTS, UNITS, dtype=torch.float64, **settings)
    cell, x = from_torch(module), torch.randn(BATCH, INPUTS, dtype=torch.float64)
    state, _ = cell(x.numpy())
    theirs = module(x)
    theirs = theirs if isinstance(theirs, tuple) else (theirs,)
    for one, other in zip(state, theirs, strict=True):
        np.testing.assert_allclose(one, other.detach(), rtol=0, atol=1e-14)
    with refused(
        TypeError,
        f"torch.nn.{kind.__name__} is one step; give Recurrent(from_torch(module)) in its place",
    ):
        stack_from_torch(module)


class Own(nn.LSTM):
    pass


def changed(change, **settings):
    module = module_of(nn.LSTM, **settings)
    change(module)
    return module


def tie(module):
    module.weight_hh_l1 = module.weight_hh_l0


REFUSED = {
    "may compute something else": Own(2, 3),
    "weight_hh_l0 is parametrized": changed(
        lambda m: parametrizations.weight_norm(m, "weight_hh_l0")
    ),
    "the module has a forward hook": changed(lambda m: m.register_forward_hook(print)),
    "the module has a forward pre-hook": changed(lambda m: m.register_forward_pre_hook(print)),
    "the weight_hh_l0 has a backward hook": changed(lambda m: m.weight_hh_l0.register_hook(print)),
    "on the device meta": changed(lambda m: m.to("meta")),
    "are one parameter": changed(tie, num_layers=2),
    "torch.float32 and torch.float64": changed(lambda m: m.weight_hr_l0.data, proj_size=2),
    "has no counterpart here": torch.ao.nn.quantized.dynamic.LSTM(2, 3),
}
REFUSED["torch.float32 and torch.float64"].weight_hr_l0 = nn.Parameter(torch.ones(2, 4))


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("sentence", REFUSED)
def test_what_a_module_says_beside_its_settings_is_refused(sentence):
    for convert in (from_torch, stack_from_torch):
        with pytest.raises((TypeError, ValueError), match=sentence):
            convert(REFUSED[sentence])
    with pytest.warns(FutureWarning), pytest.raises(ValueError, match="forward pre-hook"):
        from_torch(weight_norm(module_of(nn.LSTM), "weight_hh_l0"))


def test_bfloat16_says_what_to_do():
    with refused(
        TypeError, "these weights are bfloat16, which NumPy does not have: float() them first"
    ):
        from_torch(nn.LSTM(2, 3, dtype=torch.bfloat16))


def half_frozen(kind, cell_class):
    layer = Recurrent(cell_class(2, 3))
    getattr(layer, kind)[layer.cell.gates[0]].requires_grad_(False)
    return layer


def test_what_pytorch_cannot_say_is_refused():
    with refused(
        ValueError,
        "some of the gates' U are frozen and some are not; PyTorch packs them into one weight: "
        "freeze all or none",
    ):
        to_torch(half_frozen("U", LSTMCell))
    gru = Recurrent(GRUResetAfterCell(2, 3))
    gru.b.requires_grad_(False)
    with pytest.raises(ValueError, match="d learns and b is frozen"):
        to_torch(gru)
    tied = Stacked([RNNCell(3, 3), RNNCell(3, 3)])
    tied.layers[1].U = tied.layers[0].U
    with pytest.raises(ValueError, match="layers.0.U.h and layers.1.U.h are one parameter"):
        to_torch(tied)
    normed = Recurrent(LSTMCell(2, 3))
    parametrizations.weight_norm(normed.U, "f")
    with pytest.raises(ValueError, match="f is parametrized"):
        to_torch(normed)
    two = [ProjectedLSTMCell(2, 4, proj_size=2), ProjectedLSTMCell(2, 4, proj_size=3)]
    with refused(ValueError, "PyTorch's modules have one proj_size; here are [2, 3]"):
        to_torch(Bidirectional(*two))
    with refused(TypeError, "LSTM is no cell and no layer of lstm_lib.layers"):
        to_torch(nn.LSTM(2, 3))


# Back to NumPy


def test_a_trained_layer_becomes_numpy_cells_again():
    torch.manual_seed(0)
    both = Bidirectional(LSTMCell(2, 3), GRUResetAfterCell(2, 4))
    stack = Stacked([both, ProjectedLSTMCell(7, 4)], dtype=torch.float64).double()
    x = torch.randn(LENGTH, BATCH, 2, dtype=torch.float64)
    optimiser = torch.optim.Adam(stack.parameters(), lr=0.1)
    for _ in range(3):
        optimiser.zero_grad()
        stack(x).outputs.square().sum().backward()
        optimiser.step()
    (ahead, back), above = stack.to_numpy()
    forwards, backwards = unroll(ahead, x.numpy()), unroll(back, x.numpy()[::-1].copy())
    middle = np.concatenate([forwards.outputs, backwards.outputs[::-1]], axis=-1)
    run = stack(x)
    np.testing.assert_allclose(
        unroll(above, middle).outputs, run.outputs.detach(), rtol=0, atol=1e-12
    )
    above.b["f"] = np.zeros(4)
    assert torch.equal(stack(x).outputs, run.outputs)
    with pytest.raises(TypeError, match="bfloat16"):
        stack.bfloat16().to_numpy()
    with pytest.raises(ValueError, match="meta"):
        both.to("meta").to_numpy()
