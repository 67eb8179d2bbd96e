"""The C that steps are made of: functions of one number, operations, products of matrices."""

import ctypes

import numpy as np
import pytest
import torch

from lstm_lib.equations import build
from lstm_lib.equations.c import constant
from lstm_lib.equations.graph import Symbol, derivatives, symbol, write
from lstm_lib.equations.operations import OPERATIONS
from lstm_lib.sequences import products

every_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])
IN_C = {name: operation for name, operation in OPERATIONS.items() if operation.c}


def address(array):
    return ctypes.c_void_p(array.ctypes.data)


def operation_on_symbols(name):
    """An operation applied to ``x``, or to ``x`` and ``y``."""
    count = OPERATIONS[name].c.count("{}")
    return Symbol(name, tuple(Symbol("input", name=letter) for letter in "xy"[:count]))


def source():
    """C that computes every operation, and its derivatives, for each element of arrays."""
    lines = ['#include "runtime.h"']
    for name in IN_C:
        result = operation_on_symbols(name)
        for k, each in enumerate([result, *derivatives(result)]):
            text = write(each, "c", leaf=lambda sym: f"{sym.name}[i]")
            lines += [
                f"void {name}_{k}(long n, const REAL *x, const REAL *y, REAL *z)",
                f"{{ UNITS for (long i = 0; i < n; i++) z[i] = {text}; }}",
            ]
    return "\n".join(lines)


def computed(name, *arguments, derivative=None):
    """What the C computes for arrays: an operation, or its derivative by an operand."""
    arrays = [np.ascontiguousarray(each) for each in arguments]
    result = np.full_like(arrays[0], 7)
    function = getattr(build.load(source(), result.dtype.name), f"{name}_{(derivative or 0)}")
    function(ctypes.c_long(result.size), address(arrays[0]), address(arrays[-1]), address(result))
    return result


# Functions of one number

EXACT = {
    "exp": np.exp,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "log_sigmoid": lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))),
}

ULPS = {"exp": 1.5, "sigmoid": 2.5, "tanh": 3.0, "log_sigmoid": 3.0}
"""How far results may be from the exact ones, in units of their last place. Each rounding is half
of one: two in e^x, whose series is cut off far below; the others add, divide and multiply by it."""

SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 200.0, -200.0, 1e30, -1e30]


def numbers(dtype):
    """Many numbers of either sign: evenly spaced over all that matter, and of any size."""
    kind, rng = np.finfo(dtype), np.random.default_rng(0)
    far = -1.05 * np.log(float(kind.smallest_subnormal))
    sizes = 10 ** rng.uniform(np.log10(float(kind.smallest_subnormal)), 2, 30_000)
    return np.concatenate(
        [np.linspace(-far, far, 50_001), rng.normal(size=30_000), sizes, -sizes]
    ).astype(dtype)


@every_dtype
@pytest.mark.parametrize("name", EXACT)
def test_functions_are_right_to_the_last_places(name, dtype):
    more = {"float32": np.float64, "float64": np.longdouble}[dtype]
    x = numbers(dtype)
    ours = computed(name, x)
    with np.errstate(over="ignore"):
        exact = EXACT[name](x.astype(more))
        rounded = exact.astype(dtype)
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(ours[~finite], rounded[~finite])  # infinity at the same numbers
    error = np.abs(ours[finite].astype(more) - exact[finite])
    allowed = ULPS[name] * np.spacing(np.abs(rounded[finite])).astype(more)
    if name == "sigmoid":  # below the normal numbers it is 0, as in PyTorch
        allowed = np.maximum(allowed, np.finfo(dtype).tiny)
    assert (error <= allowed).all(), x[finite][(error / allowed).argmax()]


@every_dtype
@pytest.mark.parametrize("name", [*EXACT, "relu", "abs", "sign"])
def test_functions_of_special_numbers_are_those_of_pytorch(name, dtype):
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.array([*SPECIAL, tiny, -tiny, 3 * tiny], dtype)
    name_there = {"log_sigmoid": "logsigmoid"}.get(name, name)
    function = getattr(torch, name_there, None) or getattr(torch.nn.functional, name_there)
    theirs, ours = function(torch.from_numpy(x)).numpy(), computed(name, x)
    spacing = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(ours, theirs, rtol=spacing, atol=0, equal_nan=True)
    if name in ("tanh", "abs"):
        np.testing.assert_array_equal(np.signbit(ours[:2]), np.signbit(theirs[:2]))


@every_dtype
def test_a_number_does_not_depend_on_its_neighbours(dtype):
    """The compiler computes several at a time, and the rest one by one."""
    x = np.random.default_rng(0).normal(size=37).astype(dtype)
    for name in EXACT:
        alone = [computed(name, x[k : k + 1])[0] for k in range(len(x))]
        np.testing.assert_array_equal(computed(name, x), alone)


# Operations


@every_dtype
@pytest.mark.parametrize("name", IN_C)
def test_an_operation_is_what_python_computes(name, dtype):
    rng = np.random.default_rng(0)
    x, y = 3 * rng.normal(size=(2, 1000)).astype(dtype)
    x[:50] = y[:50]
    x[50:60] = 0
    both = [x, y][: IN_C[name].c.count("{}")]
    expected = IN_C[name].compute(*both)
    tolerance = 8 * np.finfo(dtype).eps
    np.testing.assert_allclose(computed(name, *both), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", IN_C)
def test_a_derivative_is_that_of_finite_differences(name):
    rng, small = np.random.default_rng(1), 1e-6
    both = list(rng.uniform(0.1, 2, (2, 1000)) * rng.choice([-1, 1], (2, 1000)))
    both = both[: IN_C[name].c.count("{}")]
    if len(both) == 2:  # away from where the larger changes
        both[0] += 1e-3 * np.sign(both[0] - both[1])
    for k in range(len(both)):
        shifted = [[b + s * small * (j == k) for j, b in enumerate(both)] for s in (1, -1)]
        more, less = (IN_C[name].compute(*each) for each in shifted)
        exact = (more - less) / (2 * small)
        ours = computed(name, *both, derivative=k + 1)
        np.testing.assert_allclose(ours, exact, rtol=1e-5, atol=1e-6)


def test_derivatives_at_a_corner_are_those_of_pytorch():
    x = torch.tensor([0.0, 1.0, -2.0], dtype=torch.float64)
    for name, function in {"abs": torch.abs, "relu": torch.relu}.items():
        at = x.clone().requires_grad_()
        (expected,) = torch.autograd.grad(function(at).sum(), at)
        np.testing.assert_array_equal(computed(name, x.numpy(), derivative=1), expected)
    a, b = x.clone().requires_grad_(), x.clone().requires_grad_()
    for k, expected in enumerate(torch.autograd.grad(torch.maximum(a, b).sum(), (a, b))):
        ours = computed("max", x.numpy(), x.numpy(), derivative=k + 1)
        np.testing.assert_array_equal(ours, expected)


def test_the_larger_of_two_is_nan_if_one_is():
    values = np.array([np.nan, 1.0, np.inf, -np.inf])
    x, y = (each.ravel().copy() for each in np.meshgrid(values, values))
    np.testing.assert_array_equal(computed("max", x, y), np.maximum(x, y))


@pytest.mark.parametrize(
    "value, text",
    [
        (1, "(REAL)1.0"),
        (-0.1, "(REAL)-0.1"),
        (1e300, "(REAL)1e+300"),
        (float("inf"), "(REAL)INFINITY"),
        (float("-inf"), "(REAL)-INFINITY"),
        (float("nan"), "(REAL)NAN"),
    ],
)
def test_a_constant_is_written_in_full(value, text):
    assert constant(symbol(value).value) == text


# Products of matrices

SIZES = [(1, 1, 1), (2, 3, 5), (5, 8, 1), (6, 16, 7), (7, 17, 384), (12, 31, 385), (13, 33, 3)]
SIZES += [(25, 64, 20), (3, 130, 800)]


def random(dtype, *shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype)


def packed(matrices, transposed=False):
    size = products.packed_size(matrices, transposed)
    result = np.full(size + 1, 7, matrices[0].dtype)
    products.pack(matrices, address(result[:-1]), transposed)
    assert result[-1] == 7
    return result[:-1]


def assert_product(ours, a, b, plus=0):
    """It is ``a @ b + plus``, up to the rounding of that many sums in any order."""
    exact = a.astype(float) @ b.astype(float) + plus
    sizes = np.abs(a).astype(float) @ np.abs(b).astype(float) + np.abs(plus)
    eps = np.finfo(ours.dtype).eps
    assert (np.abs(ours - exact) <= (a.shape[1] + 1) * eps * sizes).all()


@every_dtype
@pytest.mark.parametrize("transposed", [False, True], ids=["rows", "columns"])
@pytest.mark.parametrize("add", [0, 1])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_packed_product_is_a_product(sizes, add, transposed, dtype):
    rows, columns, depth = sizes
    a, before = random(dtype, rows, depth), random(dtype, rows, columns)
    matrix = random(dtype, *((depth, columns) if transposed else (columns, depth)))
    heights = [1, 2] if len(matrix) > 3 else []  # several under each other
    pieces = [np.ascontiguousarray(each) for each in np.split(matrix, heights)]
    panels = packed(pieces, transposed)
    # Inside larger arrays, of which nothing else may be read or written.
    wide_a, wide_c = (
        np.full((rows, depth + 3), np.nan, dtype),
        np.full((rows, columns + 5), 9, dtype),
    )
    wide_a[:, :depth], wide_c[:, :columns] = a, before
    build.matrices(dtype).multiply(
        *map(ctypes.c_long, (rows, columns, depth)),
        *(address(wide_a), ctypes.c_long(depth + 3), address(panels)),
        *(address(wide_c), ctypes.c_long(columns + 5), ctypes.c_int(add)),
    )
    assert_product(wide_c[:, :columns], a, matrix if transposed else matrix.T, add * before)
    assert (wide_c[:, columns:] == 9).all()


@every_dtype
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("threads", [1, 3])
def test_the_gradients_at_matrices_are_products_over_all_rows(sizes, threads, dtype, monkeypatch):
    monkeypatch.setattr(products, "WORTH_A_THREAD", 1)
    height, width, depth = sizes
    d = random(dtype, depth, height + 4)
    operands = [random(dtype, depth, width), random(dtype, depth, 1)]
    found = products.transposed_products(d, slice(3, 3 + height), operands, threads)
    for ours, rows in zip(found, operands, strict=True):
        assert_product(ours, d[:, 3 : 3 + height].T, rows)


@every_dtype
def test_nan_stays_in_its_row_and_column(dtype):
    a, matrix = random(dtype, 13, 20), random(dtype, 17, 20)
    a[4, 2], matrix[9, 1] = np.nan, np.inf
    c, panels = np.zeros((13, 17), dtype), packed([matrix])
    build.matrices(dtype).multiply(
        *map(ctypes.c_long, (13, 17, 20)),
        *(address(a), ctypes.c_long(20), address(panels)),
        *(address(c), ctypes.c_long(17), ctypes.c_int(0)),
    )
    np.testing.assert_array_equal(np.isfinite(c), np.isfinite(a @ matrix.T))
    assert np.isfinite(c).sum() == 12 * 16


def test_rows_are_divided_evenly_among_as_many_threads_as_they_are_worth():
    worth = products.WORTH_A_THREAD
    assert products.split_evenly(10, 10 * worth, threads=3) == [(0, 3), (3, 6), (6, 10)]
    assert products.split_evenly(10, 2 * worth, threads=3) == [(0, 5), (5, 10)]
    assert products.split_evenly(10, worth - 1, threads=3) == [(0, 10)]
    assert products.split_evenly(2, 10 * worth, threads=3) == [(0, 1), (1, 2)]
