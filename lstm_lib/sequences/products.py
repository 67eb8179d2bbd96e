"""Memory and products of matrices for compiled code, with its threads."""

import ctypes
import math
import threading
from functools import cache

import numpy as np

from lstm_lib.equations import build

WORTH_A_THREAD = 2**18
"""A thread of its own is started for this many multiplications or more."""

ALIGNED = 64
"""Arrays in a block begin at a multiple of this many bytes, a line of the cache."""


class Memory(dict):
    """Arrays by name, of one dtype. Of those that it makes it knows where they begin, which takes
    microseconds to ask."""

    def __init__(self, dtype):
        super().__init__()
        self.dtype, self.addresses = np.dtype(dtype), {}

    def block(self, **shapes):
        """Make arrays, whose values are not set, in one block. It is freed as a whole, and soon
        used again; many small ones would go back to the system, and have to be cleared again."""
        step = ALIGNED // self.dtype.itemsize
        sizes = {name: math.prod(shape) for name, shape in shapes.items()}
        whole = np.empty(sum(-(-n // step) * step for n in sizes.values()) + step, self.dtype)
        start = whole.ctypes.data
        first = -start % ALIGNED // self.dtype.itemsize
        for name, shape in shapes.items():
            self[name] = whole[first : first + sizes[name]].reshape(shape)
            self.addresses[name] = start + first * self.dtype.itemsize
            first += -(-sizes[name] // step) * step

    def pointers(self, names):
        """The addresses of these arrays, for C; a null pointer for one that is not there."""
        known = self.addresses
        return addresses([known.get(n) or address_of(self.get(n)) for n in names])


def address_of(array):
    return None if array is None else array.ctypes.data


def addresses(values):
    """Addresses as an array for C."""
    return array_of(ctypes.c_void_p, len(values))(*values)


@cache
def array_of(kind, length):
    """An array type of C; making one takes longer than a small product."""
    return kind * length


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


def packed_size(matrices, transposed=False):
    """How many numbers matrices have, under each other and packed."""
    width = build.matrices(matrices[0].dtype).panel_width()
    columns, depth = sum(map(len, matrices)), matrices[0].shape[1]
    columns, depth = (depth, columns) if transposed else (columns, depth)
    return -(-columns // width) * width * depth


def pack(matrices, into, transposed=False):
    """Pack matrices for a product with their rows; ``transposed``, with their columns."""
    library = build.matrices(matrices[0].dtype)
    pack = library.pack_transposed if transposed else library.pack
    starts = addresses([matrix.ctypes.data for matrix in matrices])
    pack(len(matrices), numbers([*map(len, matrices)]), matrices[0].shape[1], starts, into)


def transposed_products(d, columns, operands, threads):
    """``d[:, columns].T @ rows`` for several operands: the gradients at matrices, from those at
    their products in all steps."""
    count, height, step = len(operands), columns.stop - columns.start, d.itemsize
    library = build.matrices(d.dtype)
    widths = [rows.shape[1] for rows in operands]
    results = [np.empty((height, width), d.dtype) for width in widths]
    starts, begin = [rows.ctypes.data for rows in operands], d.ctypes.data + columns.start * step
    into = [result.ctypes.data for result in results]

    def part(_, first, last):
        work = np.empty(library.work_size(last - first, max(widths)), d.dtype)
        places = [at + first * width * step for at, width in zip(into, widths, strict=True)]
        library.multiply_transposed(
            *(last - first, len(d), begin + first * step, d.shape[1], count, numbers(widths)),
            *(addresses(starts), addresses(places), work.ctypes.data),
        )

    in_threads(part, split_evenly(height, height * len(d) * sum(widths), threads))
    return results
