"""Products of matrices by compiled code, with its threads."""

import ctypes
import threading
from functools import cache

import torch

from lstm_lib.equations import build

DTYPES = {torch.float32: "float32", torch.float64: "float64"}

WORTH_A_THREAD = 2**18
"""A thread of its own is started for this many multiplications or more."""


def split_evenly(count, work):
    """``count`` rows in parts, ``(first, last)``, one for each thread that ``work``, a number of
    multiplications, is worth."""
    threads = max(1, min(torch.get_num_threads(), count, work // WORTH_A_THREAD))
    edges = [k * count // threads for k in range(threads + 1)]
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


@cache
def array_of(kind, length):
    """An array type of C; making one takes longer than a small product."""
    return kind * length


def pointers(tensors):
    """The addresses of tensors, as an array for C."""
    return array_of(ctypes.c_void_p, len(tensors))(*(tensor.data_ptr() for tensor in tensors))


def numbers(values):
    """Whole numbers, as an array for C."""
    return array_of(ctypes.c_long, len(values))(*values)


def packed(matrices, transposed=False):
    """Matrices under each other, packed for a product with their rows; ``transposed``, with their
    columns."""
    library = build.matrices(DTYPES[matrices[0].dtype])
    width, length = library.panel_width(), matrices[0].shape[1]
    heights = [matrix.shape[0] for matrix in matrices]
    columns, depth = (length, sum(heights)) if transposed else (sum(heights), length)
    result = matrices[0].new_empty(-(-columns // width) * width * depth)
    pack = library.pack_transposed if transposed else library.pack
    pack(len(matrices), numbers(heights), length, pointers(matrices), result.data_ptr())
    return result


def transposed_products(d, operands):
    """``d.T @ rows`` for several operands: the gradients at matrices, from those at their products
    in all steps."""
    library, count = build.matrices(DTYPES[d.dtype]), len(operands)
    widths = [rows.shape[1] for rows in operands]
    columns, rows_at = numbers(widths), pointers(operands)
    results = [d.new_empty(d.shape[1], width) for width in widths]

    def part(_, first, last):
        work = d.new_empty(library.work_size(last - first, max(widths)))
        library.multiply_transposed(
            *(last - first, len(d), d[:, first:].data_ptr(), d.stride(0)),
            *(count, columns, rows_at, pointers([each[first:] for each in results])),
            work.data_ptr(),
        )

    in_threads(part, split_evenly(d.shape[1], d.numel() * sum(widths)))
    return results
