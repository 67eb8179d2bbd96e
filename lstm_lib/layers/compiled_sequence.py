"""A sequence by compiled code, for PyTorch: all steps in one call, and all gradients in another."""

import ctypes

import torch

from lstm_lib.cells.functions import masked
from lstm_lib.equations import build
from lstm_lib.equations.c import c
from lstm_lib.equations.program import Program, Weight
from lstm_lib.layers.compiled_products import (
    DTYPES,
    in_threads,
    numbers,
    packed,
    pointers,
    split_evenly,
    transposed_products,
)
from lstm_lib.sequences.unroll import Given, steps


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
        self.kept = [name for name, _ in program.results[len(program.last) :]]
        """What the backward pass reads, beside what was given and the states."""
        self.sizes = numbers(program.sizes_in_c.values())
        self.places, self.width = {}, 0
        """The columns of each sum among those of all, and how many there are."""
        for each in program.sums:
            first, self.width = self.width, self.width + program.sizes[each.symbol]
            self.places[each.symbol] = slice(first, self.width)
        self.used_elementwise = {sym for sym in program.read if sym in program.level}
        self.work = sum(
            program.sizes[product.operand] * (columns.stop - columns.start)
            for product in program.products
            for columns in [self.columns(product)]
        )
        """Multiplications for each step of each example."""

    def columns(self, product):
        """The columns of all sums that a product goes into."""
        first, last = product.sums[0], product.sums[-1]
        return slice(self.places[first.symbol].start, self.places[last.symbol].stop)

    def function(self, name, dtype, everywhere=False):
        """``forward`` or ``backward``, and the names of its arrays; the latter for gradients
        ``everywhere``, or only at the layer's output."""
        source = self.sources[everywhere]
        return getattr(build.library(source.text, dtype), name), getattr(source, name)

    def divided(self, tensors):
        """The tensors of :class:`Sequence`: what is read at each step, by name; the parts of the
        first state; and the weights."""
        program = self.program
        n, m = len(program.read), len(program.last)
        read = zip(program.read, tensors[:n], strict=True)
        read = {sym.name: value.contiguous() for sym, value in read}
        weights = dict(zip(self.weights, tensors[n + m :], strict=True))
        weights = {weight: value.contiguous() for weight, value in weights.items()}
        for product in program.products:
            for weight in product.weights:
                if weight.mask is not None:
                    whole = weights[weight._replace(mask=None)]
                    weights[weight] = masked(whole, program.masks[weight.mask])
        return read, tensors[n : n + m], weights

    def call(self, function, memory, x, lengths, keep):
        """Call the C, with each part of the batch in a thread of its own: rows do not depend on
        each other. Arrays with a total over rows have a row for each part; one that is not there
        is a null pointer, and C leaves its values out."""
        (function, names), (count, batch) = function, x.shape[:2]
        multiply = build.matrices(DTYPES[x.dtype]).multiply
        at_lengths = ctypes.c_void_p(None if lengths is None else lengths.data_ptr())
        totals = {"d_bias", *(f"d_{sym.name}" for sym in self.program.vectors)}

        def part(k, first, last):
            arrays = [memory[n][k] if n in totals else memory.get(n, x[:0]) for n in names]
            function(
                *map(ctypes.c_long, (count, batch, first, last)),
                *(ctypes.c_int(keep), at_lengths, self.sizes, pointers(arrays), multiply),
            )

        in_threads(part, self.parts(x))

    def parts(self, x):
        return split_evenly(x.shape[1], x.shape[0] * x.shape[1] * self.work)


class Sequence(torch.autograd.Function):
    """All steps of a sequence, and their gradients.

    The tensors are the input, the side inputs, the parts of the first state, and the weights. The
    results are the outputs of all steps, in the order of the code's names, and the final state.
    """

    @staticmethod
    def forward(ctx, code, cell, real, *tensors):
        program, x = code.program, tensors[0]
        keep = any(ctx.needs_input_grad)
        (count, batch), lengths = x.shape[:2], None if real is None else real.sum(0)
        memory, first, weights = code.divided(tensors)
        states = []
        for (part, sym), value in zip(program.last.items(), first, strict=True):
            states.append(x.new_empty(count + 1, *value.shape))
            states[-1][0] = value
            memory |= {sym.name: states[-1], program.c_names[part]: states[-1][1:]}
        for name, sym in program.results[len(program.last) :]:
            rows = count if keep or name in program.outputs else 1
            memory[name] = x.new_empty(rows, batch, program.sizes[sym])
        memory |= {sym.name: weights[weight] for sym, weight in program.vectors.items()}
        memory |= {"bias": biases(code, weights, x), "sums": x.new_empty(batch, code.width)}
        for k, product in enumerate(program.products):
            memory[f"packed_{k}"] = packed([weights[weight] for weight in product.weights])
        code.call(code.function("forward", DTYPES[x.dtype]), memory, x, lengths, keep)

        if keep:
            ctx.code, ctx.cell, ctx.real, ctx.lengths = code, cell, real, lengths
            ctx.save_for_backward(*tensors, *states, *(memory[name] for name in code.kept))
            ctx.set_materialize_grads(False)
        if lengths is None:
            final = [each[-1].clone() for each in states]
        else:
            final = [each[lengths, torch.arange(batch)] for each in states]
        # The output may be changed in place, as PyTorch's may; the states are still needed.
        memory[code.output] = memory[code.output].clone() if keep else memory[code.output]
        return (*(memory[name] for name in code.names), *final)

    @staticmethod
    def backward(ctx, *gradients):
        code, program = ctx.code, ctx.code.program
        tensors, kept = divide(ctx.saved_tensors, len(ctx.needs_input_grad) - 3)
        if torch.is_grad_enabled():  # these gradients are to be differentiated too
            return (None, None, None, *readable_gradients(ctx, tensors, gradients))
        x, needed = tensors[0], ctx.needs_input_grad[3:]
        memory, first, weights = code.divided(tensors)
        states, kept = divide(kept, len(program.last))
        memory |= dict(zip(code.kept, kept, strict=True))
        for (part, sym), each in zip(program.last.items(), states, strict=True):
            memory |= {sym.name: each, program.c_names[part]: each[1:]}
        memory |= {sym.name: weights[weight] for sym, weight in program.vectors.items()}

        at_outputs, at_final = divide(gradients, len(code.names))
        at_outputs = dict(zip(code.names, at_outputs, strict=True))
        everywhere = any(at_outputs[name] is not None for name in code.names if name != code.output)
        function = code.function("backward", DTYPES[x.dtype], everywhere)
        for name in code.names if everywhere else [code.output]:
            value, size = at_outputs[name], program.sizes[program.outputs[name]]
            shape = (*x.shape[:2], size)
            memory[f"grad_{name}"] = x.new_zeros(shape) if value is None else value.contiguous()
        for part, value, start in zip(program.last, at_final, first, strict=True):
            value = torch.zeros_like(start) if value is None else value
            memory[f"carry_{part}"] = value.clone(memory_format=torch.contiguous_format)
        memory["d_sums"] = x.new_empty(*x.shape[:2], code.width)
        for sym in program.computed:
            memory[f"seed_{program.stored[sym]}"] = x.new_empty(x.shape[1], program.sizes[sym])
        for sym, wanted in zip(program.read, needed, strict=False):
            if wanted or sym in code.used_elementwise:
                memory[f"d_{sym.name}"] = torch.zeros_like(memory[sym.name])
        parts = len(code.parts(x))
        memory["d_bias"] = x.new_zeros(parts, code.width)
        for sym in program.vectors:
            memory[f"d_{sym.name}"] = x.new_zeros(parts, program.sizes[sym])
        for k, product in enumerate(program.products):
            if f"transposed_{k}" in function[1]:
                matrices = [weights[weight] for weight in product.weights]
                memory[f"transposed_{k}"] = packed(matrices, transposed=True)
        code.call(function, memory, x, ctx.lengths, keep=True)

        at_weights = weight_gradients(code, memory, x)
        found = [
            *(memory.get(f"d_{sym.name}") for sym in program.read),
            *(memory[f"carry_{part}"] for part in program.last),
            *(at_weights.get(weight) for weight in code.weights),
        ]
        found = [value if wanted else None for value, wanted in zip(found, needed, strict=True)]
        return (None, None, None, *found)


def divide(values, count):
    return values[:count], values[count:]


def biases(code, weights, x):
    """The biases of all sums, side by side; zero where there is none."""
    rows = []
    for each in code.program.sums:
        terms = [weights[weight] for weight in each.biases]
        rows.append(sum(terms) if terms else x.new_zeros(code.program.sizes[each.symbol]))
    return torch.cat(rows) if rows else x.new_zeros(0)


def weight_gradients(code, memory, x):
    """The gradients at the weights: those at matrices are one product over all steps."""
    program, found = code.program, {}
    d_sums = memory["d_sums"].flatten(0, 1)

    def add(weight, gradient):
        if weight.mask is not None:
            gradient = masked(gradient, program.masks[weight.mask])
            weight = weight._replace(mask=None)
        found[weight] = found[weight] + gradient if weight in found else gradient

    with_the_same_columns = {}
    for product in program.products:
        columns = code.columns(product)
        with_the_same_columns.setdefault((columns.start, columns.stop), []).append(product)
    for (first, last), products in with_the_same_columns.items():
        names = [program.name_of(product.operand) for product in products]
        operands = [memory[name][: len(x)].flatten(0, 1) for name in names]
        gradients = transposed_products(d_sums[:, first:last], operands)
        for product, whole in zip(products, gradients, strict=True):
            heights = [program.sizes[each.symbol] for each in product.sums]
            for weight, gradient in zip(product.weights, whole.split(heights), strict=True):
                add(weight, gradient)
    total = memory["d_bias"].sum(0)
    for each in program.sums:
        for weight in each.biases:
            add(weight, total[code.places[each.symbol]])
    for sym, weight in program.vectors.items():
        add(weight, memory[f"d_{sym.name}"].sum(0))
    return found


def readable_gradients(ctx, tensors, gradients):
    """The gradients by the readable path, so that PyTorch can differentiate them again."""
    code, cell, program = ctx.code, ctx.cell, ctx.code.program
    n, m = len(program.read), len(program.last)
    needed = [k for k, wanted in enumerate(ctx.needs_input_grad[3:]) if wanted]
    with torch.enable_grad():
        for weight, value in zip(code.weights, tensors[n + m :], strict=True):
            getattr(cell, weight.kind)[weight.gate] = value
        state = cell.State(*tensors[n : n + m])
        run = steps(cell, Given(tensors[0], state, tensors[1:n], ctx.real))
        outputs = [(run.gates | run.states)[name] for name in program.c_names]
        pairs = zip([*outputs, *run.state], gradients, strict=True)
        pairs = [(o, g) for o, g in pairs if g is not None and o.requires_grad]
        found = torch.autograd.grad(
            [output for output, _ in pairs],
            [tensors[k] for k in needed],
            [gradient for _, gradient in pairs],
            create_graph=True,
            allow_unused=True,
        )
    found = dict(zip(needed, found, strict=True))
    return [found.get(k) for k in range(len(tensors))]
