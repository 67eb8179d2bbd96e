"""Sequences by compiled code: the equations of a cell as C, for PyTorch.

:func:`compiled_steps` does what :func:`lstm_lib.sequences.unroll.steps` does, with the same result
but for rounding. Where that is not possible it returns None, and the reason is logged once.
"""

import ctypes
import logging
import threading
import weakref
from functools import cached_property

import torch
from torch.utils._python_dispatch import _get_current_dispatch_mode

from lstm_lib.cells.functions import masked
from lstm_lib.equations import build
from lstm_lib.equations.c import c
from lstm_lib.equations.program import Program, Unsupported, Weight
from lstm_lib.sequences.unroll import ByName, Given, Unrolled, steps

log = logging.getLogger("lstm_lib")

DTYPES = {torch.float32: "float32", torch.float64: "float64"}

WORTH_A_THREAD = 2**18
"""A thread of its own is started for this many multiplications or more."""


class Code:
    """The compiled program of one cell, whatever its weights are."""

    def __init__(self, cell):
        self.program = program = Program(cell)
        self.weights = [Weight(kind, g) for kind, gates in cell.weight_shapes().items() for g in gates]
        self.output = program.c_names[cell.output]
        self.sources = {True: c(program, list(program.outputs)), False: c(program, [self.output])}
        self.sizes = (ctypes.c_long * len(program.sizes_in_c))(*program.sizes_in_c.values())
        self.elementwise = {sym for sym in program.read if sym in program.level}
        """What is read and used in the elementwise equations too."""
        places, last = {}, 0
        for each in program.sums:
            places[each.symbol] = slice(last, last + program.sizes[each.symbol])
            last += program.sizes[each.symbol]
        self.places, self.width = places, last

    def columns(self, product):
        """The columns of all sums that a product goes into."""
        first, last = product.sums[0], product.sums[-1]
        return slice(self.places[first.symbol].start, self.places[last.symbol].stop)

    def name_of(self, operand):
        """The name of the array that a product reads."""
        program = self.program
        return operand.name if operand in program.given else program.stored[operand]

    def function(self, dtype, everywhere, name):
        """One of the two functions, the backward one for gradients ``everywhere`` or at the output
        alone, and the names of its arrays."""
        source = self.sources[everywhere]
        return getattr(build.library(source.text, dtype), name), getattr(source, name)

    @cached_property
    def work(self):
        """Multiplications for each example and step."""
        sizes = self.program.sizes
        return sum(
            sizes[product.operand] * sum(sizes[each.symbol] for each in product.sums)
            for product in self.program.products
        )


class Sequence(torch.autograd.Function):
    """All steps of a sequence, and their gradients.

    The tensors are the input, the side inputs, the parts of the first state, and the weights. The
    results are the outputs of each step by the program's names, and the parts of the final state.
    """

    @staticmethod
    def forward(ctx, code, given, cell, *tensors):
        program, x = code.program, tensors[0]
        keep = any(ctx.needs_input_grad)
        count, batch = x.shape[:2]
        lengths = None if given.real is None else given.real.sum(0)
        read, first, weights = split(code, tensors)
        memory = {sym.name: value.contiguous() for sym, value in zip(program.read, read, strict=True)}
        for (part, sym), value in zip(program.last.items(), first, strict=True):
            states = x.new_empty(count + 1, *value.shape)
            states[0] = value
            memory |= {sym.name: states, program.c_names[part]: states[1:]}
        for name, sym in program.results:
            rows = count if keep or name in program.outputs else 1
            if name not in memory:
                memory[name] = x.new_empty(rows, batch, program.sizes[sym])
        memory |= {sym.name: weights[weight] for sym, weight in program.vectors.items()}
        memory["bias"] = x.new_zeros(code.width)
        for each in program.sums:
            for weight in each.biases:
                memory["bias"][code.places[each.symbol]] += weights[weight]
        memory["sums"] = x.new_empty(batch, code.width)
        for k, product in enumerate(program.products):
            memory[f"packed_{k}"] = packed("pack", [weights[w] for w in product.weights])
        call(code, code.function(DTYPES[x.dtype], False, "forward"), memory, x, lengths, keep)

        finals = []
        for sym in program.last.values():
            states = memory[sym.name]
            rows = torch.arange(batch) if lengths is not None else None
            finals.append(states[-1].clone() if rows is None else states[lengths, rows])
        kept = [name for name, _ in program.results] if keep else []
        kept = [name for name in kept if name not in program.c_names.values() or name not in
                [program.c_names[part] for part in program.last]]
        kept += [sym.name for sym in program.last.values()] if keep else []
        ctx.code, ctx.given, ctx.cell, ctx.lengths, ctx.kept = code, given, cell, lengths, kept
        ctx.save_for_backward(*tensors, *(memory[name] for name in kept))
        ctx.set_materialize_grads(False)
        return (*(memory[name] for name in program.outputs), *finals)

    @staticmethod
    def backward(ctx, *gradients):
        code, program = ctx.code, ctx.code.program
        tensors = ctx.saved_tensors[: len(ctx.saved_tensors) - len(ctx.kept)]
        if torch.is_grad_enabled():  # these gradients are to be differentiated too
            return (None, None, None, *readable_gradients(ctx, tensors, gradients))
        x, needed = tensors[0], ctx.needs_input_grad[3:]
        count, batch = x.shape[:2]
        read, first, weights = split(code, tensors)
        memory = dict(zip(ctx.kept, ctx.saved_tensors[len(tensors) :], strict=True))
        memory |= {program.c_names[p]: memory[sym.name][1:] for p, sym in program.last.items()}
        memory |= {sym.name: value.contiguous() for sym, value in zip(program.read, read, strict=True)}
        memory |= {sym.name: weights[weight] for sym, weight in program.vectors.items()}

        names = list(program.outputs)
        at_outputs = dict(zip(names, gradients, strict=False))
        present = [name for name in names if at_outputs[name] is not None]
        everywhere = present not in ([], [code.output])
        function = code.function(DTYPES[x.dtype], everywhere, "backward")
        for name in names if everywhere else [code.output]:
            value = at_outputs[name]
            like = (count, batch, program.sizes[program.outputs[name]])
            memory[f"grad_{name}"] = x.new_zeros(like) if value is None else value.contiguous()
        at_end = gradients[len(names) :]
        for part, value, start in zip(program.last, at_end, first, strict=True):
            gradient = torch.zeros_like(start) if value is None else value
            memory[f"carry_{part}"] = gradient.clone(memory_format=torch.contiguous_format)
        memory["d_sums"] = x.new_empty(count, batch, code.width)
        for sym in program.computed:
            memory[f"seed_{program.stored[sym]}"] = x.new_empty(batch, program.sizes[sym])
        for sym, value, wanted in zip(program.read, read, needed, strict=False):
            if wanted or sym in code.elementwise:
                memory[f"d_{sym.name}"] = x.new_zeros(value.shape)
        chunks = len(parts_of(code, x))
        memory["d_bias"] = x.new_zeros(chunks, code.width)
        for sym in program.vectors:
            memory[f"d_{sym.name}"] = x.new_zeros(chunks, program.sizes[sym])
        for k, product in enumerate(program.products):
            if f"transposed_{k}" in function[1]:
                memory[f"transposed_{k}"] = packed(
                    "pack_transposed", [weights[w] for w in product.weights]
                )
        call(code, function, memory, x, ctx.lengths, True)

        at_read = [memory.get(f"d_{sym.name}") for sym in program.read]
        at_first = [memory[f"carry_{part}"] for part in program.last]
        at_weights = weight_gradients(code, memory, x)
        found = [*at_read, *at_first, *(at_weights.get(weight) for weight in code.weights)]
        found = [g if wanted else None for g, wanted in zip(found, needed, strict=True)]
        return (None, None, None, *found)


def split(code, tensors):
    """The tensors of the function: what is read, the first state, and the weights by name."""
    n, m = len(code.program.read), len(code.program.last)
    weights = dict(zip(code.weights, (w.contiguous() for w in tensors[n + m :]), strict=True))
    for product in code.program.products:
        for weight in product.weights:
            if weight not in weights:
                weights[weight] = masked(weights[weight._replace(mask=None)], code.program.masks[weight.mask])
    return tensors[:n], tensors[n : n + m], weights


def packed(how, matrices):
    """Matrices under each other, packed for a product with their rows or with their columns."""
    library = build.matrices(DTYPES[matrices[0].dtype])
    width, length, count = library.panel_width(), matrices[0].shape[1], len(matrices)
    heights = (ctypes.c_long * count)(*(matrix.shape[0] for matrix in matrices))
    starts = (ctypes.c_void_p * count)(*(matrix.data_ptr() for matrix in matrices))
    columns, depth = (sum(heights), length) if how == "pack" else (length, sum(heights))
    result = matrices[0].new_empty(-(-columns // width) * width * depth)
    getattr(library, how)(count, heights, length, starts, result.data_ptr())
    return result


def transposed_products(d, operands):
    """``d.T @ rows`` for several operands: the gradients at matrices, from those at their products
    in all steps."""
    library, count = build.matrices(DTYPES[d.dtype]), len(operands)
    widths = [rows.shape[1] for rows in operands]
    columns = (ctypes.c_long * count)(*widths)
    rows_at = (ctypes.c_void_p * count)(*(rows.data_ptr() for rows in operands))
    results = [d.new_empty(d.shape[1], width) for width in widths]

    def part(first, last):
        work = d.new_empty(library.work_size(last - first, max(widths)))
        results_at = (ctypes.c_void_p * count)(*(each[first:].data_ptr() for each in results))
        library.multiply_transposed(
            *(last - first, len(d), d[:, first:].data_ptr(), d.stride(0)),
            *(count, columns, rows_at, results_at, work.data_ptr()),
        )

    in_threads(part, split_evenly(d.shape[1], d.numel() * sum(widths)))
    return results


def split_evenly(count, work):
    """``count`` rows in parts, ``(first, last)``, one for each thread that ``work``, a number of
    multiplications, is worth."""
    threads = max(1, min(torch.get_num_threads(), count, work // WORTH_A_THREAD))
    edges = [k * count // threads for k in range(threads + 1)]
    return list(zip(edges, edges[1:], strict=False))


def in_threads(function, parts):
    """Call the function for each part, all at the same time. Compiled code needs no Python lock."""
    threads = [threading.Thread(target=function, args=part) for part in parts[1:]]
    for thread in threads:
        thread.start()
    function(*parts[0])
    for thread in threads:
        thread.join()


def parts_of(code, x):
    """The rows of the batch for each thread; they do not depend on each other."""
    return split_evenly(x.shape[1], x.shape[0] * x.shape[1] * code.work)


def call(code, function, memory, x, lengths, keep):
    """Call the C, with each part of the batch in a thread of its own."""
    function, names = function
    multiply = build.matrices(DTYPES[x.dtype]).multiply
    parts = parts_of(code, x)

    def part(first, last):
        pointers = (ctypes.c_void_p * len(names))()
        for place, name in enumerate(names):
            value = memory.get(name)
            if value is not None:
                a_row_each = name.startswith("d_") and value.ndim == 2
                value = value[parts.index((first, last))] if a_row_each else value
                pointers[place] = value.data_ptr()
        function(
            *map(ctypes.c_long, (x.shape[0], x.shape[1], first, last)),
            ctypes.c_int(keep),
            ctypes.c_void_p(lengths.data_ptr() if lengths is not None else None),
            code.sizes,
            pointers,
            multiply,
        )

    in_threads(part, parts)


def weight_gradients(code, memory, x):
    """The gradients at the weights, each one product over all steps."""
    program, found = code.program, {}
    d_sums = memory["d_sums"].flatten(0, 1)

    def add(weight, gradient):
        if weight.mask is not None:
            gradient = masked(gradient, program.masks[weight.mask])
            weight = weight._replace(mask=None)
        found[weight] = found[weight] + gradient if weight in found else gradient

    ranges = {}
    for product in program.products:
        columns = code.columns(product)
        ranges.setdefault((columns.start, columns.stop), []).append(product)
    for (first, last), products in ranges.items():
        operands = [memory[code.name_of(p.operand)][: len(x)].flatten(0, 1) for p in products]
        gradients = transposed_products(d_sums[:, first:last], operands)
        for product, whole in zip(products, gradients, strict=True):
            heights = [program.sizes[each.symbol] for each in product.sums]
            for weight, gradient in zip(product.weights, whole.split(heights), strict=True):
                add(weight, gradient)
    if any(each.biases for each in program.sums):
        total = memory["d_bias"].sum(0)
        for each in program.sums:
            for weight in each.biases:
                add(weight, total[code.places[each.symbol]])
    for sym, weight in program.vectors.items():
        if memory[f"d_{sym.name}"] is not None:
            add(weight, memory[f"d_{sym.name}"].sum(0))
    return found


def readable_gradients(ctx, tensors, gradients):
    """The gradients by the readable path, so that PyTorch can differentiate them again."""
    code, cell = ctx.code, ctx.cell
    n, m = len(code.program.read), len(code.program.last)
    with torch.enable_grad():
        for weight, value in zip(code.weights, tensors[n + m :], strict=True):
            vars(cell)[weight.kind][weight.gate] = value
        first = cell.State(*tensors[n : n + m])
        run = steps(cell, Given(tensors[0], first, tensors[1:n], ctx.given.real))
        outputs = [(run.states | run.gates)[name] for name in code.program.c_names]
        outputs += run.state
        wanted = [k for k, needed in enumerate(ctx.needs_input_grad[3:]) if needed]
        pairs = [(o, g) for o, g in zip(outputs, gradients, strict=True) if g is not None and o.requires_grad]
        found = torch.autograd.grad(
            [o for o, _ in pairs],
            [tensors[k] for k in wanted],
            [g for _, g in pairs],
            create_graph=True,
            allow_unused=True,
        )
    by_place = dict(zip(wanted, found, strict=True))
    return [by_place.get(k) for k in range(len(tensors))]


def compiled_steps(bare_cell, cell, given):
    """The run of ``cell`` over what it was :class:`~lstm_lib.sequences.unroll.Given`; None where
    that takes the readable path. ``bare_cell`` is the cell without weights, which stays the same
    from call to call."""
    try:
        if reason := unsuited(given):
            raise Unsupported(reason)
        code = code_of(bare_cell)
        code.function(DTYPES[given.x.dtype], False, "forward")
        build.matrices(DTYPES[given.x.dtype])
    except (Unsupported, build.Unavailable) as error:
        notice(type(cell).__name__, error)
        return None
    alone = given.x.ndim == 2
    if alone:  # one sequence is a batch of one
        given = Given(
            given.x[:, None],
            type(given.state)(*(value[None] for value in given.state)),
            tuple(value[:, None] for value in given.reads),
            None,
        )
    weights = (getattr(cell, weight.kind)[weight.gate] for weight in code.weights)
    values = Sequence.apply(code, given, cell, given.x, *given.reads, *given.state, *weights)
    if alone:
        values = [value[:, 0] for value in values[: len(code.program.outputs)]] + [
            value[0] for value in values[len(code.program.outputs) :]
        ]
    by_name = dict(zip(code.program.c_names, values, strict=False))
    states = ByName({part: by_name[part] for part in cell.state}, "state")
    gates = ByName({gate: by_name[gate] for gate in cell.gates}, "gate")
    final = cell.State(*values[len(by_name) :])
    return Unrolled(outputs=states[cell.output], state=final, gates=gates, states=states)


def unsuited(given):
    """Why these values take the readable path; None if they need not."""
    x = given.x
    if build.chosen_backend() == "readable":
        return "LSTM_LIB_BACKEND is readable"
    if torch.compiler.is_compiling() or torch.jit.is_tracing():
        return "PyTorch is recording the steps"
    if type(x) is not torch.Tensor or x.device.type != "cpu" or x.layout != torch.strided:
        return f"compiled code is for tensors on the processor, not for {type(x).__name__} on {x.device}"
    if x.dtype not in DTYPES:
        return f"compiled code is for float32 and float64, not for {x.dtype}"
    if torch.is_autocast_enabled("cpu"):
        return "torch.autocast chooses the precision of each operation"
    if torch._C._are_functorch_transforms_active() or torch.autograd.forward_ad._current_level >= 0:
        return "a transformation of torch.func, or forward-mode differentiation, is at work"
    if _get_current_dispatch_mode() is not None or torch.overrides._get_current_function_mode():
        return "a mode of PyTorch observes every operation"
    if given.x.numel() == 0:
        return "the batch is empty"
    return None


CODES = weakref.WeakKeyDictionary()
"""The code of each cell that was traced, and what it was traced from."""


def code_of(bare_cell):
    """The code of a cell, traced again if a setting of the cell was set anew."""
    seen = (type(bare_cell).step, *vars(bare_cell).items())
    traced_from, code = CODES.get(bare_cell, (None, None))
    same = traced_from is not None and len(traced_from) == len(seen)
    same = same and all(a is b or (a[0] == b[0] and a[1] is b[1]) for a, b in zip(seen, traced_from, strict=True))
    if not same:
        try:
            code = Code(bare_cell)
        except Unsupported as error:
            code = error
        except Exception as error:  # a step that only arrays can be given; the readable path runs it
            code = Unsupported(f"its step cannot be traced: {error}")
        CODES[bare_cell] = (seen, code)
    if isinstance(code, Unsupported):
        raise code
    return code


NOTICED = set()
"""What was said already."""


def notice(cell, error):
    """Say once why the readable path is taken: aloud only if it is for want of a compiler."""
    if (text := str(error)) not in NOTICED:
        NOTICED.add(text)
        level = logging.WARNING if isinstance(error, build.Unavailable) else logging.INFO
        log.log(level, "%s takes the readable path, which is slower: %s", cell, text)
