"""The squashing functions are exact, quiet, and the same for every kind of number."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
import torch

from lstm_lib.cells.functions import (
    exp,
    inner,
    log_positive,
    log_sigmoid,
    masked,
    matvec,
    maximum,
    outer,
    per_root,
    positive,
    relu,
    sigmoid,
    tanh,
)
from lstm_lib.equations.graph import Symbol

FINE = np.linspace(-40, 40, 2001)


def exact_sigmoid(a):
    """The sigmoid computed with sixty decimal digits."""
    with localcontext(prec=60):
        return float(1 / (1 + (-Decimal(float(a))).exp()))


def exact_tanh(a):
    with localcontext(prec=60):
        up, down = Decimal(float(a)).exp(), (-Decimal(float(a))).exp()
        return float((up - down) / (up + down))


def test_sigmoid_is_exact_to_the_last_digits():
    a = np.concatenate([FINE, [-700.0, -100.0, 1e-300, -1e-300, 100.0, 700.0]])
    exact = [exact_sigmoid(each) for each in a]
    np.testing.assert_allclose(sigmoid(a), exact, rtol=1e-15, atol=0)


def test_tanh_is_exact_to_the_last_digits():
    np.testing.assert_allclose(tanh(FINE), [exact_tanh(a) for a in FINE], rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    "ours, torchs",
    [
        (sigmoid, torch.sigmoid),
        (log_sigmoid, torch.nn.functional.logsigmoid),
        (tanh, torch.tanh),
        (exp, torch.exp),
        (relu, torch.relu),
    ],
    ids=["sigmoid", "log_sigmoid", "tanh", "exp", "relu"],
)
def test_arrays_equal_torch(ours, torchs):
    np.testing.assert_allclose(ours(FINE), torchs(torch.from_numpy(FINE)), rtol=1e-14, atol=0)


def test_what_closes_one_gate_opens_its_mirror_image():
    np.testing.assert_allclose(sigmoid(-FINE), 1 - sigmoid(FINE), atol=1e-15)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_are_reached_without_a_warning(dtype):
    a = np.array([-np.inf, -1000, -0.0, 0.0, 1000, np.inf], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(sigmoid(a), [0, 0, 0.5, 0.5, 1, 1])
        np.testing.assert_array_equal(tanh(a), [-1, -1, 0, 0, 1, 1])
        half = np.log(dtype(0.5))
        np.testing.assert_array_equal(log_sigmoid(a), [-np.inf, -1000, half, half, 0, 0])
    np.testing.assert_array_equal(exp(a), [0, 0, 1, 1, np.inf, np.inf])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function", [sigmoid, log_sigmoid, tanh, exp])
def test_nan_stays_nan(function):
    assert np.isnan(function(np.array([np.nan, -np.nan, 1.0]))).tolist() == [True, True, False]


@pytest.mark.parametrize("function", [sigmoid, log_sigmoid, tanh, exp])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 1, 3)])
def test_shape_and_dtype_are_kept(function, dtype, shape):
    result = function(np.zeros(shape, dtype))
    assert (result.shape, result.dtype) == (shape, dtype)


@pytest.mark.parametrize("function", [sigmoid, log_sigmoid, tanh, exp])
def test_plain_numbers_are_numbers_too(function):
    assert function(0.3) == function(np.array([0.3]))[0]


@pytest.mark.parametrize("function", [sigmoid, tanh])
def test_tensors_stay_tensors_that_autograd_follows(function):
    a = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
    value = function(a)
    value.backward()
    slope = value * (1 - value) if function is sigmoid else 1 - value**2
    torch.testing.assert_close(a.grad, slope.detach())


@pytest.mark.parametrize("function", [sigmoid, log_sigmoid, tanh, exp, per_root, relu])
def test_symbols_stay_symbols(function):
    assert str(function(Symbol("input", name="a"))) == f"{function.__name__}(a)"


def test_a_gate_too_small_to_be_told_from_zero_has_a_logarithm():
    assert sigmoid(np.array(-800.0)) == 0
    assert log_sigmoid(np.array(-800.0)) == -800


# What makes a number positive, and its logarithm


def g_of_the_paper(a):
    return torch.where(a >= 0, a + 0.5, torch.sigmoid(a))


def test_positive_is_the_function_of_the_paper_and_smooth_slopes_agree():
    a = torch.cat([torch.from_numpy(FINE[FINE != 0]), torch.tensor([-1000.0, 1000.0])])
    a = a.double().requires_grad_()
    expected = g_of_the_paper(a)
    (slope,) = torch.autograd.grad(expected.sum(), a)
    for value in (positive(a), log_positive(a).exp()):
        torch.testing.assert_close(value, expected, rtol=1e-14, atol=0)
        (ours,) = torch.autograd.grad(value.sum(), a)
        torch.testing.assert_close(ours, slope, rtol=1e-14, atol=0)
    np.testing.assert_allclose(positive(a.detach().numpy()), expected.detach(), rtol=1e-14)
    np.testing.assert_allclose(log_positive(a.detach().numpy()), log_positive(a).detach())


def test_at_its_corner_both_ways_to_write_positive_have_the_same_slope():
    a = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    slopes = [torch.autograd.grad(v, a)[0].item() for v in (positive(a), log_positive(a).exp())]
    assert slopes == [0.625, 0.625]  # in the middle of 1/4 on the left and 1 on the right


@pytest.mark.filterwarnings("error")
def test_the_logarithm_of_positive_knows_what_is_too_small_or_too_large():
    a = np.array([-np.inf, -1000, 0, 1e300, np.inf, np.nan])
    expected = [-np.inf, -1000, np.log(0.5), 300 * np.log(10), np.inf, np.nan]
    for value in (log_positive(a), log_positive(torch.from_numpy(a))):
        np.testing.assert_allclose(value, expected, rtol=1e-15)
    np.testing.assert_array_equal(positive(a), [0, 0, 0.5, 1e300, np.inf, np.nan])


# For a state that is a matrix: each example its own, arrays as tensors

BATCH = np.random.default_rng(0).normal(size=(4, 3, 2))  # two vectors of three for each of four


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy], ids=["arrays", "tensors"])
def test_products_of_vectors_and_matrices_are_those_of_each_example(kind):
    v, k = kind(BATCH[..., 0].copy()), kind(BATCH[..., 1].copy())
    for n in range(4):
        one, other = BATCH[n, :, 0], BATCH[n, :, 1]
        np.testing.assert_allclose(outer(v, k)[n], np.outer(one, other), atol=1e-15)
        np.testing.assert_allclose(inner(v, k)[n], [one @ other], atol=1e-15)
        np.testing.assert_allclose(
            matvec(outer(v, k), k)[n], one * (other @ other), rtol=1e-14, atol=1e-15
        )
        np.testing.assert_allclose(per_root(v)[n], one / np.sqrt(3), atol=1e-15)
        np.testing.assert_array_equal(maximum(v, k)[n], np.maximum(one, other))


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy], ids=["arrays", "tensors"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masked_weights_are_zero_there_and_keep_their_type(kind, dtype):
    weights = kind(np.full((2, 2), 3, dtype))
    hidden = masked(weights, np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert hidden.dtype == weights.dtype
    assert hidden.tolist() == [[3, 0], [3, 3]]


@pytest.mark.parametrize("function", [maximum, outer, inner, matvec])
def test_arguments_may_be_of_different_kinds(function):
    """Numbers, arrays, tensors and symbols meet: a tensor makes tensors, a symbol symbols."""
    a = np.array([[1.0, -2.0], [3.0, 4.0]]) if function is matvec else np.array([1.0, -2.0])
    b = np.array([0.5, 3.0])
    expected = function(a, b)
    for one, other in ((torch.tensor(a), b), (a, torch.tensor(b))):
        result = function(one, other)
        assert torch.is_tensor(result) and result.dtype == torch.float64
        np.testing.assert_allclose(result, expected, rtol=1e-15)
    symbol = Symbol("input", name="a")
    for one, other in ((symbol, 2.0), (2.0, symbol), (symbol, symbol)):
        assert isinstance(function(one, other), Symbol)
    assert function(3.0, 2.0) == (3.0 if function is maximum else 6.0)


def test_a_number_meets_a_tensor():
    a = torch.tensor([-1.0, 2.0])
    assert maximum(a, 0.0).tolist() == maximum(0.0, a).tolist() == [0.0, 2.0]
    assert per_root(3.0) == masked(3.0, 1) == 3.0
