"""The equations of every cell a second time, in another style: one unit at a time, plain numbers,
the essay's [h, x]. They share no code with the library; the tests compare the two.
"""

import math

from per_cell import PerCell

from lstm_lib.cells import (
    CIFGCell,
    ClockworkRNNCell,
    CoupledLSTMCell,
    DepthGatedLSTMCell,
    FGRCell,
    GridLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    JANETCell,
    LSTM1997Cell,
    LSTMCell,
    MemoryOnlyCell,
    MinGRUCell,
    MinLSTMCell,
    MLSTMCell,
    MLSTMGivenQKVCell,
    MUT1Cell,
    MUT2Cell,
    MUT3Cell,
    NFGCell,
    NIAFCell,
    NIGCell,
    NOAFCell,
    NOGCell,
    NPCell,
    PeepholeLSTMCell,
    PositiveMinGRUCell,
    PositiveMinLSTMCell,
    ProjectedLSTMCell,
    ReLURNNCell,
    RNNCell,
    SLSTMCell,
    SRUCell,
)


def logistic(a):
    return 1 / (1 + math.exp(-a))


def dot(weights, values):
    return math.fsum(w * v for w, v in zip(weights, values, strict=True))


def layer(cell, gate, unit, h, x):
    """The essay's W_g · [h, x] + b_g of one unit."""
    weights, values = [*cell.W[gate][unit]], [*x]
    if gate in cell.U:
        weights, values = [*cell.U[gate][unit], *weights], [*h, *values]
    bias = cell.b[gate][unit] if gate in cell.b else 0
    return dot(weights, values) + bias


def lstm_unit(cell, unit, x, last):
    forget = logistic(layer(cell, "f", unit, last.h, x))
    write = logistic(layer(cell, "i", unit, last.h, x))
    candidate = math.tanh(layer(cell, "c_tilde", unit, last.h, x))
    show = logistic(layer(cell, "o", unit, last.h, x))
    memory = last.c[unit] * forget + candidate * write
    gates = {"f": forget, "i": write, "c_tilde": candidate, "o": show}
    return {"h": math.tanh(memory) * show, "c": memory}, gates


def rnn_unit(cell, unit, x, last):
    hidden = math.tanh(layer(cell, "h", unit, last.h, x))
    return {"h": hidden}, {"h": hidden}


def relu_rnn_unit(cell, unit, x, last):
    hidden = max(layer(cell, "h", unit, last.h, x), 0.0)
    return {"h": hidden}, {"h": hidden}


def peephole_unit(cell, unit, x, last):
    def look(gate, seen):
        return logistic(layer(cell, gate, unit, last.h, x) + cell.p[gate][unit] * seen)

    old = last.c[unit]
    forget, write = look("f", old), look("i", old)
    candidate = math.tanh(layer(cell, "c_tilde", unit, last.h, x))
    memory = old * forget + candidate * write
    show = look("o", memory)
    gates = {"f": forget, "i": write, "c_tilde": candidate, "o": show}
    return {"h": math.tanh(memory) * show, "c": memory}, gates


def coupled_unit(cell, unit, x, last):
    write = logistic(layer(cell, "i", unit, last.h, x))
    candidate = math.tanh(layer(cell, "c_tilde", unit, last.h, x))
    show = logistic(layer(cell, "o", unit, last.h, x))
    memory = last.c[unit] + write * (candidate - last.c[unit])  # some of the way to the new
    return {"h": math.tanh(memory) * show, "c": memory}, {
        "i": write,
        "c_tilde": candidate,
        "o": show,
    }


def gru_unit(cell, unit, x, last):
    def reset(k):
        return logistic(layer(cell, "r", k, last.h, x))

    update = logistic(layer(cell, "z", unit, last.h, x))
    shown = [reset(k) * h for k, h in enumerate(last.h)]
    candidate = math.tanh(layer(cell, "h_tilde", unit, shown, x))
    hidden = last.h[unit] + update * (candidate - last.h[unit])
    return {"h": hidden}, {"z": update, "r": reset(unit), "h_tilde": candidate}


def gru_reset_after_unit(cell, unit, x, last):
    update = logistic(layer(cell, "z", unit, last.h, x))
    reset = logistic(layer(cell, "r", unit, last.h, x))
    nothing = [0.0] * len(last.h)
    from_input = layer(cell, "h_tilde", unit, nothing, x)
    from_memory = sum(u * h for u, h in zip(cell.U["h_tilde"][unit], last.h, strict=True))
    candidate = math.tanh(from_input + reset * (from_memory + cell.d["h_tilde"][unit]))
    hidden = candidate + update * (last.h[unit] - candidate)
    return {"h": hidden}, {"z": update, "r": reset, "h_tilde": candidate}


def lstm_1997_unit(cell, unit, x, last):
    write = logistic(layer(cell, "i", unit, last.h, x))
    candidate = math.tanh(layer(cell, "c_tilde", unit, last.h, x))
    show = logistic(layer(cell, "o", unit, last.h, x))
    memory = math.fsum([last.c[unit], candidate * write])
    gates = {"i": write, "c_tilde": candidate, "o": show}
    return {"h": math.tanh(memory) * show, "c": memory}, gates


# Greff's: one peephole LSTM, from which something is taken.


def ablated(without=(), coupled=False, squash_in=math.tanh, squash_out=math.tanh):
    def unit_of(cell, unit, x, last):
        reported = {}

        def gate(name, seen):
            if name in without:
                return 1.0
            a = layer(cell, name, unit, last.h, x) + cell.p[name][unit] * seen
            return reported.setdefault(name, logistic(a))

        old = last.c[unit]
        write = gate("i", old)
        forget = 1 - write if coupled else gate("f", old)
        reported["c_tilde"] = squash_in(layer(cell, "c_tilde", unit, last.h, x))
        memory = old * forget + reported["c_tilde"] * write
        return {"h": squash_out(memory) * gate("o", memory), "c": memory}, reported

    return unit_of


def as_it_is(a):
    return a


def fgr_unit(cell, unit, x, last):
    def look(gate, seen):
        sources = ((cell.Rf, last.f), (cell.Ri, last.i), (cell.Ro, last.o))
        from_gates = sum(dot(R[gate][unit], values) for R, values in sources)
        return logistic(layer(cell, gate, unit, last.h, x) + cell.p[gate][unit] * seen + from_gates)

    old = last.c[unit]
    forget, write = look("f", old), look("i", old)
    candidate = math.tanh(layer(cell, "c_tilde", unit, last.h, x))
    memory = old * forget + candidate * write
    show = look("o", memory)
    gates = {"f": forget, "i": write, "o": show}
    return {"h": math.tanh(memory) * show, "c": memory} | gates, gates | {"c_tilde": candidate}


# Further LSTMs


def projected_unit(cell, unit, x, last):
    every = [lstm_unit(cell, k, x, last) for k in range(cell.hidden_size)]
    shown = [state["h"] for state, _ in every]
    row = min(unit, cell.proj_size - 1)
    state, gates = every[unit]
    return {"h": dot(cell.P["h"][row], shown), "c": state["c"]}, gates


def depth_gated_unit(cell, unit, x, last):
    state, gates = lstm_unit(cell, unit, x, last)
    looks = cell.p["d"][unit] * last.c[unit] + cell.l["d"][unit] * last.c_below[unit]
    lets_up = logistic(layer(cell, "d", unit, last.h, x) + looks)
    memory = state["c"] + lets_up * last.c_below[unit]
    return {"h": math.tanh(memory) * gates["o"], "c": memory}, gates | {"d": lets_up}


def janet_unit(cell, unit, x, last):
    keep = logistic(layer(cell, "f", unit, last.h, x))
    candidate = math.tanh(layer(cell, "c_tilde", unit, last.h, x))
    memory = candidate + keep * (last.c[unit] - candidate)  # some of the way back to the old
    return {"h": memory, "c": memory}, {"f": keep, "c_tilde": candidate}


def sru_unit(cell, unit, x, last):
    def look(gate):
        return logistic(layer(cell, gate, unit, None, x) + cell.v[gate][unit] * last.c[unit])

    keep, show = look("f"), look("r")
    candidate = dot(cell.W["x_tilde"][unit], x)
    memory = candidate + keep * (last.c[unit] - candidate)
    past = x[unit] if len(x) == cell.hidden_size else dot(cell.P["x"][unit], x)
    gates = {"x_tilde": candidate, "f": keep, "r": show}
    return {"h": past + show * (memory - past), "c": memory}, gates


def memory_only_unit(cell, unit, x, last):
    gates = {gate: logistic(layer(cell, gate, unit, last.c, x)) for gate in "fio"}
    gates["c_tilde"] = dot(cell.W["c_tilde"][unit], x)
    memory = gates["f"] * last.c[unit] + gates["i"] * gates["c_tilde"]
    return {"h": gates["o"] * memory, "c": memory}, gates


def grid_unit(cell, unit, x, last):
    def along(old, suffix):
        forget, write, show = (
            logistic(layer(cell, gate + suffix, unit, last.h, x)) for gate in "fio"
        )
        candidate = math.tanh(layer(cell, "c_tilde" + suffix, unit, last.h, x))
        memory = old * forget + candidate * write
        gates = {"f": forget, "i": write, "c_tilde": candidate, "o": show}
        state = {"h": show * math.tanh(memory), "c": memory}
        return tuple({k + suffix: v for k, v in part.items()} for part in (state, gates))

    through_time = along(last.c[unit], "")
    through_depth = along(last.c_below[unit], "_up")
    return tuple(t | d for t, d in zip(through_time, through_depth, strict=True))


def clockwork_unit(cell, unit, x, last):
    read = [k for k in range(cell.hidden_size) if cell.period[k] >= cell.period[unit]]
    heard = dot(cell.U["h"][unit][read], last.h[read])
    new = math.tanh(dot(cell.W["h"][unit], x) + heard + cell.b["h"][unit])
    hidden = new if last.clock[unit] else last.h[unit]
    return {"h": hidden}, {"h": hidden}


# Relatives of the GRU


def mutated(update, candidate):
    def unit_of(cell, unit, x, last):
        shown = [logistic(layer(cell, "r", k, last.h, x)) * h for k, h in enumerate(last.h)]
        z = logistic(update(cell, unit, x, last.h))
        new = math.tanh(candidate(cell, unit, x, shown))
        gates = {"z": z, "r": logistic(layer(cell, "r", unit, last.h, x)), "h_tilde": new}
        return {"h": last.h[unit] + z * (new - last.h[unit])}, gates

    return unit_of


def z_of_h(cell, unit, x, h):
    return layer(cell, "z", unit, h, x)


def z_of_squashed_h(cell, unit, x, h):
    return layer(cell, "z", unit, [math.tanh(each) for each in h], x)


def plain_candidate(cell, unit, x, shown):
    return layer(cell, "h_tilde", unit, shown, x)


def candidate_of_squashed_x(cell, unit, x, shown):
    from_x = math.tanh(dot(cell.W["h_tilde"][unit], x))
    return from_x + dot(cell.U["h_tilde"][unit], shown) + cell.b["h_tilde"][unit]


def made_positive(a):
    return a + 0.5 if a >= 0 else logistic(a)


def min_gru(squash):
    def unit_of(cell, unit, x, last):
        update = logistic(layer(cell, "z", unit, last.h, x))
        new = squash(layer(cell, "h_tilde", unit, last.h, x))
        return {"h": last.h[unit] + update * (new - last.h[unit])}, {"z": update, "h_tilde": new}

    return unit_of


def min_lstm(squash):
    def unit_of(cell, unit, x, last):
        forget, write = (logistic(layer(cell, gate, unit, last.h, x)) for gate in "fi")
        new = squash(layer(cell, "h_tilde", unit, last.h, x))
        keep, add = forget / (forget + write), write / (forget + write)
        return {"h": keep * last.h[unit] + add * new}, {"f": keep, "i": add, "h_tilde": new}

    return unit_of


# xLSTM: without a stabiliser, then divided by e^m


def own_head(cell, unit):
    """Which head the unit belongs to, and where the numbers of that head are."""
    size = cell.hidden_size // cell.num_heads
    head = unit // size
    return head, slice(head * size, (head + 1) * size)


def slstm_unit(cell, unit, x, last):
    _, own = own_head(cell, unit)
    forget = logistic(layer(cell, "f", unit, last.h[own], x))
    write = math.exp(layer(cell, "i", unit, last.h[own], x))
    candidate = math.tanh(layer(cell, "c_tilde", unit, last.h[own], x))
    show = logistic(layer(cell, "o", unit, last.h[own], x))
    old = math.exp(last.m[unit])
    memory = forget * last.c[unit] * old + write * candidate
    norm = forget * last.n[unit] * old + write
    new = max(forget * old, write)
    state = {"h": show * memory / norm, "c": memory / new, "n": norm / new, "m": math.log(new)}
    gates = {"f": forget * old / new, "i": write / new, "c_tilde": candidate, "o": show}
    return state, gates


def mlstm_unit(cell, unit, x, last):
    size = cell.hidden_size

    def every(gate):
        return [layer(cell, gate, k, None, x) for k in range(size)]

    forget, write = logistic(layer(cell, "f", 0, None, x)), math.exp(layer(cell, "i", 0, None, x))
    key, value, query = [k / math.sqrt(size) for k in every("k")], every("v"), every("q")
    old = math.exp(last.m[0])
    row = [
        forget * c * old + write * value[unit] * k for c, k in zip(last.c[unit], key, strict=True)
    ]
    norm = [forget * n * old + write * k for n, k in zip(last.n, key, strict=True)]
    new = max(forget * old, write)
    show = logistic(layer(cell, "o", unit, None, x))
    hidden = show * dot(row, query) / max(abs(dot(norm, query)), 1)
    state = {
        "h": hidden,
        "c": [c / new for c in row],
        "n": norm[unit] / new,
        "m": math.log(new),
    }
    gates = {"f": forget * old / new, "i": write / new, "o": show}
    return state, gates | {"k": key[unit], "v": value[unit], "q": query[unit]}


def mlstm_given_qkv_unit(cell, unit, x, last):
    """The whole memory of the unit's head, and the unit's own output."""
    head, own = own_head(cell, unit)
    query, key, value = last.q[own], last.k[own] / math.sqrt(len(last.k[own])), last.v[own]
    forget = logistic(layer(cell, "f", head, None, x))
    write = math.exp(layer(cell, "i", head, None, x))
    old = math.exp(last.m[head])
    new = max(forget * old, write)
    memory = [
        [forget * c * old + write * v * k for c, k in zip(row, key, strict=True)]
        for row, v in zip(last.c[head], value, strict=True)
    ]
    norm = [forget * n * old + write * k for n, k in zip(last.n[head], key, strict=True)]
    hidden = dot(memory[unit - own.start], query) / max(abs(dot(norm, query)), 1)
    state = {
        "h": hidden,
        "c": [[c / new for c in row] for row in memory],
        "n": [n / new for n in norm],
        "m": math.log(new),
    }
    return state, {"f": forget * old / new, "i": write / new}


#: Each cell has such a second writing; the tests of a cell without one fail.
UNIT = PerCell("second writing of its equations", "UNIT in tests/second_writing.py")
UNIT |= {
    CIFGCell: ablated(coupled=True),
    ClockworkRNNCell: clockwork_unit,
    CoupledLSTMCell: coupled_unit,
    DepthGatedLSTMCell: depth_gated_unit,
    FGRCell: fgr_unit,
    GRUCell: gru_unit,
    GRUResetAfterCell: gru_reset_after_unit,
    GridLSTMCell: grid_unit,
    JANETCell: janet_unit,
    LSTM1997Cell: lstm_1997_unit,
    LSTMCell: lstm_unit,
    MLSTMCell: mlstm_unit,
    MLSTMGivenQKVCell: mlstm_given_qkv_unit,
    MUT1Cell: mutated(z_of_h, candidate_of_squashed_x),
    MUT2Cell: mutated(z_of_h, plain_candidate),
    MUT3Cell: mutated(z_of_squashed_h, plain_candidate),
    MemoryOnlyCell: memory_only_unit,
    MinGRUCell: min_gru(as_it_is),
    MinLSTMCell: min_lstm(as_it_is),
    NFGCell: ablated(without="f"),
    NIAFCell: ablated(squash_in=as_it_is),
    NIGCell: ablated(without="i"),
    NOAFCell: ablated(squash_out=as_it_is),
    NOGCell: ablated(without="o"),
    NPCell: lstm_unit,
    PeepholeLSTMCell: peephole_unit,
    PositiveMinGRUCell: min_gru(made_positive),
    PositiveMinLSTMCell: min_lstm(made_positive),
    ProjectedLSTMCell: projected_unit,
    ReLURNNCell: relu_rnn_unit,
    RNNCell: rnn_unit,
    SLSTMCell: slstm_unit,
    SRUCell: sru_unit,
}


def layers(count, vectors=0):
    """So many gates with W, U and b, and so many vectors beside."""
    return lambda d, h: count * (h * d + h * h + h) + vectors * h


#: How many numbers training can change, with d features and h units, counted from the papers.
PARAMETERS = PerCell("number of parameters", "PARAMETERS in tests/second_writing.py")
PARAMETERS |= {
    CIFGCell: layers(3, vectors=2),
    ClockworkRNNCell: lambda d, h: h * d + h * (h + 1) // 2 + h,  # one unit a module: a triangle
    CoupledLSTMCell: layers(3),
    DepthGatedLSTMCell: lambda d, h: layers(4)(d, h) + h * d + h + 2 * h,
    FGRCell: lambda d, h: layers(4, vectors=3)(d, h) + 9 * h * h,
    GRUCell: layers(3),
    GRUResetAfterCell: layers(3, vectors=1),
    GridLSTMCell: layers(8),
    JANETCell: layers(2),
    LSTM1997Cell: layers(3),
    LSTMCell: layers(4),
    MLSTMCell: lambda d, h: 4 * (h * d + h) + 2 * (d + 1),
    MLSTMGivenQKVCell: lambda d, h: 2 * (d + 1),
    MUT1Cell: lambda d, h: layers(3)(d, h) - h * h,
    MUT2Cell: layers(3),
    MUT3Cell: layers(3),
    MemoryOnlyCell: lambda d, h: layers(3)(d, h) + h * d,
    MinGRUCell: lambda d, h: 2 * (h * d + h),
    MinLSTMCell: lambda d, h: 3 * (h * d + h),
    NFGCell: layers(3, vectors=2),
    NIAFCell: layers(4, vectors=3),
    NIGCell: layers(3, vectors=2),
    NOAFCell: layers(4, vectors=3),
    NOGCell: layers(3, vectors=2),
    NPCell: layers(4),
    PeepholeLSTMCell: layers(4, vectors=3),
    PositiveMinGRUCell: lambda d, h: 2 * (h * d + h),
    PositiveMinLSTMCell: lambda d, h: 3 * (h * d + h),
    ProjectedLSTMCell: lambda d, h: 4 * (h * d + h * (h // 2) + h) + h * (h // 2),
    RNNCell: layers(1),
    ReLURNNCell: layers(1),
    SLSTMCell: layers(4),
    SRUCell: lambda d, h: 3 * h * d + 4 * h + (0 if d == h else h * d),
}
