"""A sequence by compiled code: all steps in one call, and all gradients in another.

:class:`Code` is the compiled program of a cell. It computes with NumPy arrays; for PyTorch
:mod:`lstm_lib.layers.compiled` gives it the memory of tensors.
"""

import ctypes
import logging
import weakref
from collections import deque

import numpy as np

from lstm_lib.cells.functions import masked
from lstm_lib.equations import build
from lstm_lib.equations.backend import chosen_backend
from lstm_lib.equations.c import c
from lstm_lib.equations.dependencies import Dependencies
from lstm_lib.equations.program import Program, Unsupported, Weight
from lstm_lib.sequences.products import (
    Memory,
    addresses,
    in_threads,
    numbers,
    pack,
    packed_size,
    split_evenly,
    transposed_products,
)

log = logging.getLogger("lstm_lib")

WORTH_COMPILING = 2**20
"""Arrays are run by compiled code from this many multiplications on; fewer take milliseconds."""


class Code:
    """The compiled program of one cell, whatever its weights are.

    Raises:
        Unsupported: the cell has no program.
    """

    def __init__(self, cell):
        self.program = program = Program(cell)
        self.weights = [
            Weight(kind, gate) for kind, gates in cell.weight_shapes().items() for gate in gates
        ]
        self.names = list(program.outputs)
        """What C calls the outputs: the parts of the state, then the gates that are not one."""
        self.output = program.c_names[cell.output]
        self.sources = {True: c(program, self.names), False: c(program, [self.output])}
        """By whether all outputs have a gradient, or only that which is the layer's."""
        self.states = [sym.name for sym in program.last.values()]
        """The arrays of the state, from the first to the last."""
        self.kept = [*self.states, *(name for name, _ in program.results[len(program.last) :])]
        """What the backward pass reads, beside what was given."""
        self.sizes = numbers(program.sizes_in_c.values())
        self.places, self.width = {}, 0
        """The columns of each sum among those of all, and how many there are."""
        for each in program.sums:
            first, self.width = self.width, self.width + program.sizes[each.symbol]
            self.places[each.symbol] = slice(first, self.width)
        self.used_elementwise = {sym for sym in program.read if sym in program.level}
        self.totals = {"d_bias", *(f"d_{sym.name}" for sym in program.vectors)}
        """The arrays with a total over all rows."""
        columns = [(product, self.columns(product)) for product in program.products]
        self.work = sum(program.sizes[p.operand] * (each.stop - each.start) for p, each in columns)
        """Multiplications for each step of each example."""

    def columns(self, product):
        """The columns of all sums that a product goes into."""
        first, last = product.sums[0], product.sums[-1]
        return slice(self.places[first.symbol].start, self.places[last.symbol].stop)

    def function(self, name, dtype, everywhere=False):
        """``forward`` or ``backward``, and the names of its arrays; the latter for gradients
        ``everywhere``, or only at the layer's output.

        Raises:
            Unavailable: it cannot be compiled here.
        """
        source = self.sources[everywhere]
        return getattr(build.load(source.text, dtype), name), getattr(source, name)

    def given(self, read, weights):
        """The arrays of what is read at each step and of the weights, by name; and the weights as
        the products need them, with zeros where a mask has them."""
        program, memory = self.program, Memory(read[0].dtype)
        weights = dict(zip(self.weights, weights, strict=True))
        for product in program.products:
            for weight in product.weights:
                if weight.mask is not None:
                    whole = weights[weight._replace(mask=None)]
                    weights[weight] = masked(whole, program.masks[weight.mask])
        memory.update({sym.name: rows for sym, rows in zip(program.read, read, strict=True)})
        memory.update({sym.name: weights[weight] for sym, weight in program.vectors.items()})
        matrices = [[weights[weight] for weight in product.weights] for product in program.products]
        return memory, weights, matrices

    def forward(self, read, first, weights, lengths, keep, threads):
        """All steps.

        Args:
            read: the input and the side inputs, ``(seq_len, batch_size, …)``.
            first: the parts of the state before the first step.
            weights: in the order of :attr:`weights`.
            lengths: how many steps each sequence has; None if all.
            keep: whether a backward pass is to follow.
            threads: how many at most.

        Returns:
            The arrays by name: the outputs, and with ``keep`` all of :attr:`kept`. They are parts
            of one block of memory; the layer's output, which is what is mostly held, is a copy.
        """
        program = self.program
        memory, weights, matrices = self.given(read, weights)
        (steps, batch), dtype = read[0].shape[:2], memory.dtype
        shapes = {
            sym.name: (steps + 1, *value.shape)
            for sym, value in zip(program.last.values(), first, strict=True)
        }
        for name, sym in program.results[len(program.last) :]:
            rows = steps if keep or name in program.outputs else 1
            shapes[name] = (rows, batch, program.sizes[sym])
        memory.block(**shapes)
        for (part, sym), value in zip(program.last.items(), first, strict=True):
            memory[sym.name][0] = value
            memory[program.c_names[part]] = memory[sym.name][1:]
        packed = {f"packed_{k}": (packed_size(each),) for k, each in enumerate(matrices)}
        memory.block(bias=(self.width,), sums=(batch, self.width), **packed)
        memory["bias"][...] = 0
        for each in program.sums:
            for weight in each.biases:
                memory["bias"][self.places[each.symbol]] += weights[weight]
        for k, each in enumerate(matrices):
            pack(each, memory.addresses[f"packed_{k}"])
        self.call(self.function("forward", dtype), memory, read[0], lengths, keep, threads)
        memory["output"] = memory[self.output].copy()
        return memory

    def outputs(self, memory):
        """The outputs by the cell's own names."""
        names = self.program.c_names.items()
        return {o: memory["output" if name == self.output else name] for o, name in names}

    def final(self, memory, lengths):
        """The state after the last step, or after each sequence's own."""
        rows = slice(None) if lengths is None else np.arange(len(lengths))
        step = -1 if lengths is None else lengths
        return [memory[name][step, rows].copy() for name in self.states]

    def backward(self, read, weights, kept, at_outputs, at_final, needed, lengths, threads):
        """All gradients.

        Args:
            kept: the arrays of :attr:`kept`.
            at_outputs: the gradients at the outputs, in the order of :attr:`names`; None for zero.
            at_final: those at the final state.
            needed: whether those at each of ``read`` are needed.

        Returns:
            The gradients at ``read``, at the first state, and at the weights.
        """
        program = self.program
        memory, weights, matrices = self.given(read, weights)
        memory.update(zip(self.kept, kept, strict=True))
        (steps, batch), dtype = read[0].shape[:2], memory.dtype
        for (part, sym), value in zip(program.last.items(), at_final, strict=True):
            states = memory[sym.name]
            memory[program.c_names[part]] = states[1:]
            memory[f"carry_{part}"] = np.zeros(states.shape[1:], dtype)
            if value is not None:
                memory[f"carry_{part}"][...] = value
        at_outputs = dict(zip(self.names, at_outputs, strict=True))
        everywhere = any(at_outputs[name] is not None for name in self.names if name != self.output)
        function = self.function("backward", dtype.name, everywhere)
        for name in self.names if everywhere else [self.output]:
            memory[f"grad_{name}"] = at_outputs[name]
            if at_outputs[name] is None:
                size = program.sizes[program.outputs[name]]
                memory[f"grad_{name}"] = np.zeros((steps, batch, size), dtype)
        for sym, wanted in zip(program.read, needed, strict=True):
            if wanted or sym in self.used_elementwise:
                memory[f"d_{sym.name}"] = np.zeros(memory[sym.name].shape, dtype)
        parts, names = len(self.parts(read[0], threads)), program.stored
        seeds = {f"seed_{names[sym]}": (batch, program.sizes[sym]) for sym in program.computed}
        totals = {f"d_{sym.name}": (parts, program.sizes[sym]) for sym in program.vectors}
        totals["d_bias"] = (parts, self.width)
        packed = {
            f"transposed_{k}": (packed_size(each, transposed=True),)
            for k, each in enumerate(matrices)
            if f"transposed_{k}" in function[1]
        }
        memory.block(d_sums=(steps, batch, self.width), **seeds, **totals, **packed)
        for name in totals:
            memory[name][...] = 0
        for k, each in enumerate(matrices):
            if f"transposed_{k}" in packed:
                pack(each, memory.addresses[f"transposed_{k}"], transposed=True)
        self.call(function, memory, read[0], lengths, True, threads)
        at_weights = self.weight_gradients(memory, steps, threads)
        return [
            *(memory.get(f"d_{sym.name}") for sym in program.read),
            *(memory[f"carry_{part}"] for part in program.last),
            *(at_weights.get(weight) for weight in self.weights),
        ]

    def weight_gradients(self, memory, steps, threads):
        """The gradients at the weights: those at matrices are one product over all steps."""
        program, found = self.program, {}
        d_sums = memory["d_sums"].reshape(-1, self.width)

        def add(weight, gradient):
            if weight.mask is not None:
                gradient = masked(gradient, program.masks[weight.mask])
                weight = weight._replace(mask=None)
            found[weight] = found[weight] + gradient if weight in found else gradient

        with_the_same_columns = {}
        for product in program.products:
            columns = self.columns(product)
            with_the_same_columns.setdefault((columns.start, columns.stop), []).append(product)
        for columns, products in with_the_same_columns.items():
            operands = [memory[program.name_of(product.operand)][:steps] for product in products]
            operands = [rows.reshape(-1, rows.shape[-1]) for rows in operands]
            results = transposed_products(d_sums, slice(*columns), operands, threads)
            for product, whole in zip(products, results, strict=True):
                start = columns[0]
                for weight, each in zip(product.weights, product.sums, strict=True):
                    place = self.places[each.symbol]
                    add(weight, whole[place.start - start : place.stop - start])
        total = memory["d_bias"].sum(0)
        for each in program.sums:
            for weight in each.biases:
                add(weight, total[self.places[each.symbol]])
        for sym, weight in program.vectors.items():
            add(weight, memory[f"d_{sym.name}"].sum(0))
        return found

    def call(self, function, memory, x, lengths, keep, threads):
        """Call the C, with each part of the batch in a thread of its own: rows do not depend on
        each other. Arrays with a total over rows have a row for each part; one that is not there
        is a null pointer, and C leaves its values out."""
        (function, names), (steps, batch) = function, x.shape[:2]
        multiply = build.matrices(x.dtype).multiply
        at_lengths = ctypes.c_void_p(None if lengths is None else lengths.ctypes.data)
        pointers, step = memory.pointers(names), memory.dtype.itemsize

        def part(k, first, last):
            own = list(pointers)
            for place, name in enumerate(names):
                if k and name in self.totals:
                    own[place] += k * memory[name].shape[1] * step
            function(
                *map(ctypes.c_long, (steps, batch, first, last)),
                *(ctypes.c_int(keep), at_lengths, self.sizes, addresses(own), multiply),
            )

        in_threads(part, self.parts(x, threads))

    def parts(self, x, threads):
        """The rows of the batch for each thread."""
        return split_evenly(x.shape[1], x.shape[0] * x.shape[1] * self.work, threads)


def arrays_compiled(cell, given):
    """What compiled code computes for arrays: the outputs by name and the final state. None where
    the readable steps are to be run."""
    x, state, reads, real = given
    plain = type(x) is np.ndarray and x.dtype in (np.float32, np.float64) and x.dtype.isnative
    if not plain or x.ndim != 3 or x.size == 0 or chosen_backend() == "readable":
        return None
    code = available(cell, cell, x.dtype)
    if code is None or x.shape[0] * x.shape[1] * code.work < WORTH_COMPILING:
        return None
    contiguous = np.ascontiguousarray
    weights = [contiguous(getattr(cell, weight.kind)[weight.gate]) for weight in code.weights]
    lengths = None if real is None else real.sum(0, dtype=np.int64)
    read = [contiguous(value) for value in (x, *reads)]
    memory = code.forward(read, state, weights, lengths, keep=False, threads=1)
    return code.outputs(memory), code.final(memory, lengths)


def available(cell, bare_cell, dtype):
    """The code of a cell, if it can be compiled and run here; None if not, which is logged once."""
    try:
        code = code_of(bare_cell)
        code.function("forward", dtype)
        build.matrices(dtype)
        return code
    except (Unsupported, build.Unavailable) as error:
        notice(type(cell).__name__, error)
        return None


CODES = weakref.WeakKeyDictionary()
"""What each cell that was traced depended on, and its code."""

LATEST = deque(maxlen=64)
"""The latest of these. Cells that differ in their weights alone have the same code."""


def code_of(bare_cell):
    """The code of a cell; traced again if anything that its equations read was set anew.

    Raises:
        Unsupported: a cell that has none.
    """
    depends, code = CODES.get(bare_cell, (None, None))
    if depends is None or depends.changed(bare_cell):
        alike = (each for each in tuple(LATEST) if not each[0].changed(bare_cell))
        depends, code = CODES[bare_cell] = next(alike, None) or traced(bare_cell)
    if isinstance(code, Unsupported):
        raise Unsupported(*code.args)  # each has its traceback, and with it values of the call
    return code


def traced(bare_cell):
    """What a cell depends on, and its code, or why it has none."""
    depends = Dependencies(bare_cell)
    try:
        code = Code(bare_cell)
    except Unsupported as error:
        code = Unsupported(*error.args)
    LATEST.append((depends, code))
    return depends, code


NOTICED = set()
"""What was said already."""


def notice(cell, error):
    """Say once why the readable path is taken: aloud only if something is missing here."""
    said = str(error) if isinstance(error, build.Unavailable) else (cell, str(error))
    if said not in NOTICED:
        NOTICED.add(said)
        level = logging.WARNING if isinstance(error, build.Unavailable) else logging.INFO
        log.log(level, "%s takes the readable path, which is slower: %s", cell, error)
