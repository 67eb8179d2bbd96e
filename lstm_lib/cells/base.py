"""What a recurrent cell is: gates with weights, a state, and one step."""

import math
from collections import namedtuple
from collections.abc import Mapping
from contextlib import nullcontext

import numpy as np

from lstm_lib.cells.checks import (
    check_features,
    check_kind,
    check_shape,
    is_tensor,
    names_of,
    positive_integer,
)
from lstm_lib.cells.weights import GateWeights


class Cell:
    r"""A recurrent cell: the weights of its gates, and one ``step`` that is its equations.

    A subclass names its ``gates`` and its ``state`` and writes ``step``; everything else follows.
    Each gate ``g`` (a learned layer; the essay's yellow box) has

    ========== ============================== =========================================
    weight     shape                          multiplies
    ========== ============================== =========================================
    ``W[g]``   ``(hidden_size, input_size)``  the input :math:`x_t`
    ``U[g]``   ``(hidden_size, hidden_size)`` the previous hidden state :math:`h_{t-1}`
    ``b[g]``   ``(hidden_size,)``             (added: the bias)
    ========== ============================== =========================================

    and so a *pre-activation*, one number for each hidden unit:

    .. math:: a_g = W_g x_t + U_g h_{t-1} + b_g

    The essay writes :math:`W_g \cdot [h_{t-1}, x_t]` for the first two terms: the same numbers,
    with :math:`U_g` and :math:`W_g` side by side in one matrix.

    That is what most cells are. The others say how they differ:

    - :meth:`weight_shapes`: further kinds of weights, such as peepholes, or a gate without some;
    - ``late``: weights that multiply what the step itself computes first, ``{"h_tilde": "U"}``;
      they are left out of the gate's pre-activation;
    - ``recurrent``: the part of the state that the matrices :math:`U` multiply, if not ``h``;
    - :meth:`state_shapes`: parts of the state that are not ``(hidden_size,)``, and ``start``: parts
      that do not start at zero;
    - ``reads``: side inputs, which a step reads beside the input and the state, and which part of
      the state of the layer below each is (:class:`~lstm_lib.layers.Stacked` passes it on);
    - ``timed``: those of ``reads`` that depend on how many steps went before, as a clock does, so
      that who gives a state has to give them too;
    - ``output``: the part of the state that the layer above reads, if not ``h``.

    Weights start uniform in :math:`\pm 1/\sqrt{H}`, where :math:`H` is ``hidden_size``, as
    PyTorch's do, and may be replaced: ``cell.b["f"] = np.ones(4)``.

    Args:
        input_size: how many numbers one :math:`x_t` has.
        hidden_size: how many numbers :math:`h_t` (and :math:`C_t`) has.
        seed: of the random weights; an ``int``, or a ``numpy.random.Generator`` to draw from.
        dtype: ``np.float64`` (the default, for checks) or ``np.float32`` (as PyTorch's default).

    Raises:
        ValueError: a size that is not a positive whole number; a weight of the wrong shape.
        KeyError: a gate that the cell does not have.
        TypeError: a dtype that is not floating-point.
        AttributeError: setting something on ``layer.cell``, which shows a layer's own weights.
    """

    gates: tuple[str, ...] = ()
    state: tuple[str, ...] = ("h",)
    late: Mapping[str, str] = {}
    recurrent: str = "h"
    start: Mapping[str, float] = {}
    reads: Mapping[str, str | None] = {}
    timed: tuple[str, ...] = ()
    output: str = "h"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.Gates = part_of(cls, "Gates", cls.gates)
        cls.State = part_of(cls, "State", cls.state)
        cls.Seen = part_of(cls, "Seen", (*cls.state, *cls.reads, "x"))

    def __init__(self, input_size: int, hidden_size: int, seed=0, dtype=np.float64):
        self.input_size = positive_integer("input_size", input_size)
        self.hidden_size = positive_integer("hidden_size", hidden_size)
        if not np.issubdtype(dtype, np.floating):
            raise TypeError(f"dtype is {np.dtype(dtype)}; weights need a floating-point type")
        rng = np.random.default_rng(seed)
        bound = 1 / np.sqrt(hidden_size)
        for kind, shapes in self.weight_shapes().items():
            values = {g: rng.uniform(-bound, bound, s).astype(dtype) for g, s in shapes.items()}
            setattr(self, kind, GateWeights(kind, values))

    def __setattr__(self, name, value):
        if "layer" in vars(self):
            raise AttributeError(
                f"layer.cell shows the layer's own weights and is not changed itself: "
                f"set layer.{name}, or make the layer of a cell that has it"
            )
        super().__setattr__(name, value)

    def weight_shapes(self) -> dict:
        """The shape of every weight, by kind and gate: ``{"W": {"f": (4, 3), …}, …}``."""
        h = self.hidden_size
        return {
            "W": dict.fromkeys(self.gates, (h, self.input_size)),
            "U": dict.fromkeys(self.gates, (h, h)),
            "b": dict.fromkeys(self.gates, (h,)),
        }

    def state_shapes(self) -> dict:
        """The shape of each part of the state, for one example."""
        return dict.fromkeys(self.state, (self.hidden_size,))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of weights, by the names of the attributes that hold them."""
        return tuple(self.weight_shapes())

    @property
    def weights(self) -> dict:
        """Every weight, first by kind and then by gate (``cell.weights["U"]["f"]``)."""
        return {kind: getattr(self, kind) for kind in self.kinds}

    @property
    def num_parameters(self) -> int:
        """How many numbers training can change."""
        return sum(math.prod(w.shape) for kind in self.weights.values() for w in kind.values())

    def step(self, a, s):
        """The cell's equations: from pre-activations ``a`` and previous state ``s``, both addressed
        by name (``a.f``, ``s.c``), to the new state and every gate's value. ``s`` also has the
        side inputs, and the input itself (``s.x``)."""
        raise NotImplementedError(f"{type(self).__name__} has no equations: write its step(a, s)")

    def pre_activations(self, x, h):
        r"""Each gate's :math:`a_g = W_g x_t + U_g h_{t-1} + b_g`, by name; rows of ``x`` and
        ``h`` are examples, so the matrices stand transposed on the right."""

        def of(g):
            a = x @ self.W[g].T
            if self.has("U", g):
                a = a + self.recurrent_term(g, h)
            return a + self.b[g] if self.has("b", g) else a

        return self.Gates(*(of(g) for g in self.gates))

    def recurrent_term(self, gate, h):
        """:math:`U_g h_{t-1}`, for a cell whose :math:`U` has a form of its own to override."""
        return h @ self.U[gate].T

    def has(self, kind, gate):
        """Whether these weights belong to the gate's pre-activation."""
        return gate in getattr(self, kind) and kind not in self.late.get(gate, "")

    def advance(self, x, state, reads):
        """One step, unchecked: pre-activations, then the equations. ``reads`` are the values
        of what the cell reads beside ``x`` and the state, in the order of ``reads``."""
        seen = self.Seen(*state, *reads, x)
        return self.step(self.pre_activations(x, getattr(seen, self.recurrent)), seen)

    def __call__(self, x, state=None, **reads):
        """One step in time.

        Args:
            x: the input, shape ``(batch_size, input_size)`` or ``(input_size,)``.
            state: the previous state, ``cell.State(h=…, c=…)``, a dictionary of the same names, or
                a tuple in their order, each part ``(batch_size, hidden_size)`` or
                ``(hidden_size,)``; a state of one part may be that part alone. The state before
                anything was seen, zeros, if left out.
            reads: what else the cell reads, by name, shaped like the state.

        Returns:
            ``(state, gates)``, both addressed by name (``state.h``, ``gates.f``).
        """
        self.check_input(x, axes=("batch_size", "input_size"))
        reads = {name: value[None] for name, value in reads.items()}
        reads = self.check_reads(reads, x[None], goes_on=state is not None)
        state = self.initial_state(x) if state is None else self.check_state(state, x)
        with quiet(x):
            return self.advance(x, state, [value[0] for value in reads])

    def initial_state(self, x):
        """The state before anything was seen: zeros, or what ``start`` says, shaped and typed to
        go with one step of ``x``."""

        def full(shape, value):
            shape = (*x.shape[:-1], *shape)
            return x.new_full(shape, value) if is_tensor(x) else np.full(shape, value, x.dtype)

        shapes = self.state_shapes()
        return self.State(*(full(shapes[name], self.start.get(name, 0.0)) for name in self.state))

    def reading(self, name, x):
        """What the cell reads over the sequence ``x`` if it is not told: zeros."""
        shape = (*x.shape[:-1], self.hidden_size)
        return x.new_zeros(shape) if is_tensor(x) else np.zeros(shape, x.dtype)

    def check_weights(self):
        """Every weight must be there, shaped as :meth:`weight_shapes` says, and all of one type:
        a group that was put in another's place, or a weight in a layer, may be anything."""
        dtype = self.W[self.gates[0]].dtype
        for kind, shapes in self.weight_shapes().items():
            weights = getattr(self, kind)
            if set(weights) != set(shapes):
                raise ValueError(
                    f"{kind} has weights for {names_of(weights)}; "
                    f"{type(self).__name__} expects them for {names_of(shapes)}"
                )
            for gate, shape in shapes.items():
                weight = weights[gate]
                check_shape(f"{kind}[{gate!r}]", weight, shape)
                if weight.dtype != dtype:
                    raise TypeError(
                        f"{kind}[{gate!r}] has dtype {weight.dtype}, and "
                        f"W[{self.gates[0]!r}] has {dtype}: a cell computes in one"
                    )

    def check_input(self, x, axes):
        """``x`` must be floating-point numbers like the weights, with these axes; the one before
        the last, the batch, may be left out."""
        self.check_weights()
        check_kind("x", x, like=self.W[self.gates[0]])
        check_features("x", x, self.input_size, "input_size")
        if x.ndim not in (len(axes) - 1, len(axes)):
            raise ValueError(
                f"x has shape {tuple(x.shape)}, expected ({', '.join(axes)}), "
                "with or without batch_size"
            )

    def check_state(self, state, x):
        """``state`` must have every part of this cell's state, by name or in order, each shaped to
        go with one step of ``x``."""
        parts = self.parts_of(state)
        if not isinstance(parts, Mapping) or set(parts) != set(self.state):
            example = ", ".join(f"{name}=…" for name in self.state)
            raise TypeError(f"state must be {type(self).__name__}.State({example})")
        for name, shape in self.state_shapes().items():
            part, expected = parts[name], (*x.shape[:-1], *shape)
            check_kind(f"state.{name}", part, like=x)
            if tuple(part.shape) == (1, *expected):
                raise ValueError(
                    f"state.{name} has shape {tuple(part.shape)}, expected {expected}: the state "
                    f"of one layer has no axis for layers, as PyTorch's has; give {name}[0]"
                )
            check_shape(f"state.{name}", part, expected)
        return self.State(**parts)

    def parts_of(self, state):
        """The parts by name, however the state was given; if they cannot be told, as it was."""
        if hasattr(state, "_asdict"):
            return state._asdict()
        if len(self.state) == 1 and (is_tensor(state) or isinstance(state, np.ndarray)):
            state = (state,)
        if isinstance(state, (tuple, list)) and len(state) == len(self.state):
            return dict(zip(self.state, state, strict=True))
        return state

    def check_reads(self, reads, x, goes_on=False):
        """What the cell reads beside ``x``, in its own order: what it was told, shaped to go with
        the sequence ``x``, or else its own :meth:`reading`. A run that ``goes_on`` from a state
        has to be told what depends on the steps before."""
        for name in reads:
            if name not in self.reads:
                known = ", ".join(("x", *self.reads))
                raise TypeError(f"{type(self).__name__} does not read {name!r}; it reads {known}")
            check_kind(name, reads[name], like=x)
            check_shape(name, reads[name], (*x.shape[:-1], self.hidden_size))
        for name in self.timed:
            if goes_on and name not in reads:
                raise ValueError(
                    f"state is given and {name} is not: a {type(self).__name__} cannot tell from "
                    f"its state how many steps went before. After 5 of them, give "
                    f"{name}=cell.{name}(range(5, 5 + len(x)), x)"
                )
        return [reads[n] if n in reads else self.reading(n, x) for n in self.reads]


def part_of(cell_class, name, fields):
    """A named tuple that belongs to a cell, ``LSTMCell.State``, and is found there again after it
    was stored."""
    part = namedtuple(name, fields, module=cell_class.__module__)
    part.__qualname__ = f"{cell_class.__qualname__}.{name}"
    part.__reduce__ = lambda values: (found_again, (cell_class, name, tuple(values)))
    return part


def found_again(cell_class, name, values):
    """A state, or gates, that were stored; nothing else, whatever a file says."""
    parts = {part.__name__: part for part in (cell_class.Gates, cell_class.State, cell_class.Seen)}
    return parts[name](*values)


def quiet(x):
    """Infinity times zero is NaN without a warning, as in PyTorch; and so is zero by zero."""
    return nullcontext() if is_tensor(x) else np.errstate(invalid="ignore", divide="ignore")
