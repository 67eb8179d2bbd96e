"""Where compiled code would not do, a layer takes its readable steps: with the same result, and one
notice."""

import os
import re
import subprocess
import sys

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from two_paths import both, paths, values

from lstm_lib.cells import GRUCell, LSTMCell, MLSTMCell, SLSTMCell
from lstm_lib.equations import backend, build
from lstm_lib.layers import Recurrent, Stacked
from lstm_lib.sequences import compiled

X = torch.randn(4, 2, 3, generator=torch.Generator().manual_seed(0))


@pytest.fixture(autouse=True)
def nothing_said_yet(monkeypatch):
    monkeypatch.setattr(compiled, "NOTICED", set())
    monkeypatch.delenv("LSTM_LIB_BACKEND", raising=False)


class Labelled(torch.Tensor):
    """A subclass that does nothing of its own."""


def set_to_readable(layer, x):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_LIB_BACKEND", "readable")
        return layer(x).outputs


def in_bfloat16(layer, x):
    return layer.bfloat16()(x.bfloat16()).outputs


def in_float16(layer, x):
    return layer.half()(x.half()).outputs


def under_autocast(layer, x):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return layer(x).outputs


def on_meta(layer, x):
    return layer.to("meta")(x.to("meta")).outputs


def of_a_subclass(layer, x):
    return layer(x.as_subclass(Labelled)).outputs.as_subclass(torch.Tensor)


def with_weights_of_a_subclass(layer, x):
    weights = {name: p.as_subclass(Labelled) for name, p in layer.named_parameters()}
    outputs = torch.func.functional_call(layer, weights, (x,)).outputs
    return outputs.as_subclass(torch.Tensor)


def counted(layer, x):
    with FlopCounterMode(display=False) as counter:
        run = layer(x).outputs
    assert counter.get_total_flops() > 0
    return run


def by_vmap(layer, x):
    return torch.func.vmap(lambda x: layer(x).outputs, in_dims=1, out_dims=1)(x)


def by_grad(layer, x):
    return torch.func.grad(lambda x: layer(x).outputs.sum())(x)


def by_jvp(layer, x):
    return torch.func.jvp(lambda x: layer(x).outputs, (x,), (torch.ones_like(x),))[1]


def by_forward_mode(layer, x):
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(x, torch.ones_like(x))
        return torch.autograd.forward_ad.unpack_dual(layer(dual).outputs).tangent


def traced_by_jit(layer, x):
    layer.requires_grad_(False)
    return torch.jit.trace(lambda x: layer(x).outputs, (x,), check_trace=False)(x)


def without_examples(layer, x):
    return layer(x[:, :0]).outputs


PLAIN = "compiled code reads plain tensors on the CPU, not"
TRANSFORMED = "a transformation of torch.func, or forward-mode differentiation, is active"
REASONS = {
    set_to_readable: "LSTM_LIB_BACKEND is readable",
    in_bfloat16: "compiled code computes in float32 and float64, not in torch.bfloat16",
    in_float16: "compiled code computes in float32 and float64, not in torch.float16",
    under_autocast: "torch.autocast chooses the precision of each operation",
    on_meta: f"{PLAIN} a Tensor on meta",
    of_a_subclass: f"{PLAIN} a Labelled on cpu",
    with_weights_of_a_subclass: f"{PLAIN} a Labelled on cpu",
    counted: "a mode of PyTorch observes every operation",
    by_vmap: TRANSFORMED,
    by_grad: TRANSFORMED,
    by_jvp: TRANSFORMED,
    by_forward_mode: TRANSFORMED,
    traced_by_jit: "PyTorch is recording the steps",
    without_examples: "the batch is empty",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize("way", REASONS, ids=lambda way: way.__name__)
def test_the_readable_path_is_taken_and_noticed_once(way, caplog):
    def run():
        return way(Recurrent(LSTMCell(3, 4)), X)

    with caplog.at_level("INFO", "lstm_lib"):
        for _ in range(2):
            outputs, taken = paths(run)
            assert set(taken) == {"readable"}
    notice = f"LSTMCell takes the readable path, which is slower: {REASONS[way]}"
    assert caplog.messages == [notice]
    assert [record.levelname for record in caplog.records] == ["INFO"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_LIB_BACKEND", "readable")
        expected = run()
    assert outputs.shape == expected.shape
    if not outputs.is_meta:
        assert torch.equal(outputs, expected)


def test_under_torch_compile_the_steps_are_compiled_by_pytorch(caplog):
    layer = Recurrent(LSTMCell(3, 4))
    torch._dynamo.reset()
    with caplog.at_level("INFO", "lstm_lib"):
        run = torch.compile(lambda x: layer(x).outputs, fullgraph=True, backend="eager")(X)
    torch.testing.assert_close(run, layer(X).outputs)
    assert caplog.messages == []


def test_a_cell_says_its_own_reason_once(caplog):
    with caplog.at_level("INFO", "lstm_lib"):
        for cell in (MLSTMCell(3, 4), MLSTMCell(3, 4), SLSTMCell(3, 4, num_heads=2)):
            for _ in range(2):
                Recurrent(cell)(X)
    one, other = caplog.messages
    assert one.startswith("MLSTMCell takes the readable path, which is slower: ")
    assert other.startswith("SLSTMCell takes the readable path, which is slower: ")


def test_a_layer_of_a_stack_that_cannot_be_compiled_leaves_the_others_alone():
    stack = Stacked([LSTMCell(3, 4), MLSTMCell(4, 4), GRUCell(4, 4)])
    _, taken = paths(lambda: stack(X))
    assert taken == ["compiled", "readable", "compiled"]


def test_compiled_code_says_nothing(caplog):
    with caplog.at_level("DEBUG", "lstm_lib"):
        Recurrent(LSTMCell(3, 4))(X)
    assert caplog.messages == []


def test_weights_without_values_are_never_read():
    layer = Recurrent(LSTMCell(3, 4))
    layer.U["f"] = torch.nn.Parameter(torch.empty(4, 4, device="meta"))
    assert paths(lambda: layer(X))[1] == ["readable"]


def test_negative_views_are_read_with_their_sign():
    layer = Recurrent(LSTMCell(3, 4))
    negative = torch._neg_view(X)
    assert negative.is_neg() and negative.is_contiguous()
    torch.testing.assert_close(layer(negative).outputs, layer(-X).outputs)


def test_autocast_leaves_float64_as_it_is():
    layer = Recurrent(LSTMCell(3, 4), dtype=torch.float64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        run = layer(X.double())
    assert torch.equal(run.outputs, both(lambda: layer(X.double()).outputs)[1])


# The setting


def test_the_backend_says_which_and_why(monkeypatch):
    assert backend().name == backend(LSTMCell(3, 4)).name == "compiled"
    assert backend(Recurrent(LSTMCell(3, 4))).name == "compiled"
    assert str(backend()).startswith(f"compiled: {build.compiler()[0]}, for ")
    assert backend(MLSTMCell(3, 4)).why.startswith("MLSTMCell cannot be compiled: c_prev is not a")
    monkeypatch.setenv("LSTM_LIB_BACKEND", "readable")
    for about in (None, LSTMCell(3, 4)):
        assert backend(about) == ("readable", "LSTM_LIB_BACKEND is readable")


def test_a_setting_that_is_nonsense_is_refused(monkeypatch):
    monkeypatch.setenv("LSTM_LIB_BACKEND", "fast")
    message = "LSTM_LIB_BACKEND is 'fast'; it may be compiled or readable"
    for call in (lambda: Recurrent(LSTMCell(3, 4))(X), backend):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            call()


def test_an_empty_setting_is_none(monkeypatch):
    monkeypatch.setenv("LSTM_LIB_BACKEND", "")
    assert backend().name == "compiled"


def test_a_program_may_turn_it_off_and_on():
    layer = Recurrent(LSTMCell(3, 4))
    both(lambda: values(layer(X)))
    assert paths(lambda: layer(X))[1] == ["compiled"]


# Without a compiler

WITHOUT = """
import logging, subprocess
logging.basicConfig(format="%(levelname)s %(message)s", level="INFO")
real, calls = subprocess.run, []
subprocess.run = lambda *args, **kwargs: calls.append(args) or real(*args, **kwargs)
import lstm_lib, numpy as np
from lstm_lib.cells import GRUCell, LSTMCell
from lstm_lib.sequences import unroll
for cell in (LSTMCell(30, 40), LSTMCell(30, 40), GRUCell(30, 40)):
    for _ in range(2):
        {run}
print(len(calls), lstm_lib.backend().name)
print(lstm_lib.backend().why)
"""
ARRAYS = WITHOUT.format(run="unroll(cell, np.ones((20, 10, 30)))")
LAYERS = WITHOUT.format(
    run="from lstm_lib.layers import Recurrent; import torch; "
    "y = Recurrent(cell)(torch.ones(4, 2, 30)).outputs; "
    "assert type(y.grad_fn).__name__ == 'StackBackward0'"
)


def in_a_process(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr.splitlines()


def test_without_a_compiler_the_steps_are_run_and_it_is_said_once_what_to_do(tmp_path):
    (about, why), said = in_a_process(LAYERS, CC="nope", LSTM_LIB_CACHE=str(tmp_path))
    assert about == "0 readable"
    assert why.startswith("no C compiler was found; looked for nope. ")
    assert said == [f"WARNING LSTMCell takes the readable path, which is slower: {why}"]


def test_a_compiler_that_fails_is_not_tried_at_every_call(tmp_path):
    compiler = tmp_path / "cc"
    compiler.write_text("#!/bin/sh\necho 'step.c: error: no licence' >&2\nexit 1\n")
    compiler.chmod(0o700)
    cache = str(tmp_path / "cache")
    (about, why), said = in_a_process(ARRAYS, CC=str(compiler), LSTM_LIB_CACHE=cache)
    calls, name = about.split()
    assert name == "readable"
    # The steps of two cells, and the product of matrices in both precisions for backend().
    assert int(calls) <= 5
    assert why == f"the compiler {compiler} failed: step.c: error: no licence"
    assert said == [f"WARNING LSTMCell takes the readable path, which is slower: {why}"]
