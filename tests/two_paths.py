"""A layer run by its compiled code and by its readable steps, with everything that can be compared.

Use :func:`both` for the comparison: it asserts which path each run took.
"""

import numpy as np
import pytest
import torch
from oracles import random_input, random_reads, random_state

from lstm_lib.layers import compiled, recurrent


def inputs(cell, *sizes, dtype=torch.float64, seed=0):
    """A random sequence of ``(seq_len, batch_size)``, or ``(seq_len,)``; first state and side
    inputs to go with it: all leaves."""
    rng = np.random.default_rng(seed)
    x = random_input(rng, *sizes, cell.input_size)
    state = random_state(rng, type(cell), *sizes[1:], cell.hidden_size)
    if "h" in cell.state and cell.state_shapes()["h"] != (cell.hidden_size,):
        parts = {n: random_input(rng, *sizes[1:], *s) for n, s in cell.state_shapes().items()}
        state = type(cell).State(**parts)
    reads = random_reads(rng, cell, *sizes)

    def leaf(array):
        return torch.tensor(np.asarray(array), dtype=dtype).requires_grad_()

    return leaf(x), cell.State(*map(leaf, state)), {name: leaf(v) for name, v in reads.items()}


def values(run):
    """Everything in a run, by name."""
    return {
        "outputs": run.outputs,
        **{f"states[{name}]": value for name, value in run.states.items()},
        **{f"gates[{name}]": value for name, value in run.gates.items()},
        **{f"state.{name}": value for name, value in run.state._asdict().items()},
    }


def everything(layer, x, state=None, reads=None, lengths=None, only=None):
    """All values of a run and its gradients at all leaves, from random gradients at all values, or
    ``only`` at one."""
    run = layer(x, state, lengths, **(reads or {}))
    found, generator = values(run), torch.Generator().manual_seed(1)
    seeds = {
        name: torch.randn(value.shape, generator=generator, dtype=torch.float64).to(value)
        for name, value in found.items()
    }
    pairs = [(found[n], seeds[n]) for n in ([only] if only else found) if found[n].requires_grad]
    leaves = {"x": x, **dict(layer.named_parameters())}
    leaves |= {f"first {name}": value for name, value in (state._asdict() if state else {}).items()}
    leaves |= reads or {}
    leaves = {name: value for name, value in leaves.items() if value.requires_grad}
    gradients = [None] * len(leaves)
    if pairs and leaves:
        gradients = torch.autograd.grad(
            [value for value, _ in pairs],
            list(leaves.values()),
            [seed for _, seed in pairs],
            allow_unused=True,
        )
    for (name, leaf), gradient in zip(leaves.items(), gradients, strict=True):
        found[f"d/d {name}"] = torch.zeros_like(leaf) if gradient is None else gradient
    return {name: value.detach() for name, value in found.items()}


def paths(function):
    """What a function returns, and which path each layer took in it."""
    taken = []

    def watched(*args):
        run = compiled.compiled_steps(*args)
        taken.append("readable" if run is None else "compiled")
        return run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recurrent, "compiled_steps", watched)
        return function(), taken


def both(function, expected="compiled"):
    """What a function of layers returns by the path that they are ``expected`` to take, and by the
    readable one; with None, it is not said which (arrays run by :func:`unroll` have no layer)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LSTM_LIB_BACKEND", raising=False)
        ours, taken = paths(function)
        assert expected is None or set(taken) == {expected}
        patch.setenv("LSTM_LIB_BACKEND", "readable")
        readable, taken = paths(function)
        assert "compiled" not in taken
    return ours, readable


def assert_same(function, expected="compiled", atol=1e-12):
    """By both paths, a function that returns tensors by name returns the same."""
    ours, readable = both(function, expected)
    assert ours.keys() == readable.keys()
    for name in readable:
        torch.testing.assert_close(
            ours[name], readable[name], rtol=atol, atol=atol, equal_nan=True, msg=labelled(name)
        )


def labelled(name):
    return lambda message: f"{name}: {message}"
