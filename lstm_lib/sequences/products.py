"""Memory and products of matrices for compiled code, with its threads."""

import ctypes
import threading
from functools import cache

import numpy as np

from lstm_lib.equations import build

WORTH_A_THREAD = 2**18
"""A thread of its own is started for this many multiplications or more."""

ALIGNED = 64
"""Arrays begin at a multiple of this many bytes: the longest vector, and a line of the cache."""


def empty(*shape, dtype):
    """An array whose values are not set."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    block = np.empty(size + ALIGNED, np.uint8)
    start = -block.ctypes.data % ALIGNED
    return block[start : start + size].view(dtype).reshape(shape)


def zeros(*shape, dtype):
    array = empty(*shape, dtype=dtype)
    array[...] = 0
    return array


@cache
def array_of(kind, length):
    """An array type of C; making one takes longer than a small product."""
    return kind * length


def pointers(arrays):
    """The addresses of arrays, as an array for C; a null pointer for None."""
    addresses = [None if array is None else array.ctypes.data for array in arrays]
    return array_of(ctypes.c_void_p, len(addresses))(*addresses)


def numbers(values):
    """Whole numbers, as an array for C."""
    return array_of(ctypes.c_long, len(values))(*values)


def split_evenly(count, work, threads):
    """``count`` rows in parts, ``(first, last)``, one for each thread that ``work``, a number of
    multiplications, is worth; at most as many as there are ``threads``."""
    parts = max(1, min(threads, count, work // WORTH_A_THREAD))
    edges = [k * count // parts for k in range(parts + 1)]
    return list(zip(edges, edges[1:], strict=False))


def in_threads(function, parts):
    """Call the function for each part, ``function(k, first, last)``, all at the same time: compiled
    code does not hold Python's lock."""
    calls = [(k, *part) for k, part in enumerate(parts)]
    threads = [threading.Thread(target=function, args=call) for call in calls[1:]]
    for thread in threads:
        thread.start()
    function(*calls[0])
    for thread in threads:
        thread.join()


def packed(matrices, transposed=False):
    """Matrices under each other, packed for a product with their rows; ``transposed``, with their
    columns."""
    dtype = matrices[0].dtype
    library = build.matrices(dtype.name)
    width, length = library.panel_width(), matrices[0].shape[1]
    heights = [len(matrix) for matrix in matrices]
    columns, depth = (length, sum(heights)) if transposed else (sum(heights), length)
    result = empty(-(-columns // width) * width * depth, dtype=dtype)
    pack = library.pack_transposed if transposed else library.pack
    pack(len(matrices), numbers(heights), length, pointers(matrices), result.ctypes.data)
    return result


def transposed_products(d, columns, operands, threads):
    """``d[:, columns].T @ rows`` for several operands: the gradients at matrices, from those at
    their products in all steps."""
    dtype, count, height = d.dtype, len(operands), columns.stop - columns.start
    library = build.matrices(dtype.name)
    widths = [rows.shape[1] for rows in operands]
    results = [empty(height, width, dtype=dtype) for width in widths]
    start, step = d.ctypes.data + columns.start * d.itemsize, d.itemsize

    def part(_, first, last):
        work = empty(library.work_size(last - first, max(widths)), dtype=dtype)
        library.multiply_transposed(
            *(last - first, len(d), start + first * step, d.shape[1], count, numbers(widths)),
            *(pointers(operands), pointers([each[first:] for each in results]), work.ctypes.data),
        )

    in_threads(part, split_evenly(height, height * len(d) * sum(widths), threads))
    return results
