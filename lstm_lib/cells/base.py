"""What a recurrent cell is: gates with weights, a state, and one step."""

from collections import namedtuple
from collections.abc import Mapping

import numpy as np

from lstm_lib.cells.checks import (
    check_features,
    check_kind,
    check_shape,
    is_tensor,
    positive_integer,
)
from lstm_lib.cells.weights import GateWeights


class Cell:
    r"""A recurrent cell: the weights of its gates, and one ``step`` that is its equations.

    A subclass names its ``gates`` and its ``state`` and writes ``step``; everything else follows.
    Each gate ``g`` (a learned layer; the essay's yellow box) has

    ========== ============================== =====================================
    weight     shape                          multiplies
    ========== ============================== =====================================
    ``W[g]``   ``(hidden_size, input_size)``  the input :math:`x_t`
    ``U[g]``   ``(hidden_size, hidden_size)`` the last hidden state :math:`h_{t-1}`
    ``b[g]``   ``(hidden_size,)``             (added: the bias)
    ========== ============================== =====================================

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
    - ``output``: the part of the state that the layer above reads, if not ``h``.

    Weights start uniform in :math:`\pm 1/\sqrt{H}`, where :math:`H` is ``hidden_size``, as
    PyTorch's do, and may be replaced: ``cell.b["f"] = np.ones(4)``.

    Args:
        input_size: how many numbers one :math:`x_t` has.
        hidden_size: how many numbers :math:`h_t` (and :math:`C_t`) has.
        seed: of the random weights; an ``int``, or a ``numpy.random.Generator`` to draw from.
        dtype: ``np.float64`` (the default, for proofs) or ``np.float32`` (as PyTorch's default).

    Raises:
        ValueError: a size that is not a positive whole number; a weight of the wrong shape.
        KeyError: a gate that the cell does not have.
        TypeError: a dtype that is not floating-point.
    """

    gates: tuple[str, ...] = ()
    state: tuple[str, ...] = ("h",)
    late: Mapping[str, str] = {}
    recurrent: str = "h"
    start: Mapping[str, float] = {}
    reads: Mapping[str, str | None] = {}
    output: str = "h"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.Gates = namedtuple("Gates", cls.gates, module=cls.__module__)
        cls.State = namedtuple("State", cls.state, module=cls.__module__)
        cls.Seen = namedtuple("Seen", (*cls.state, *cls.reads), module=cls.__module__)
        for part in (cls.Gates, cls.State, cls.Seen):  # where to find it again after it was stored
            part.__qualname__ = f"{cls.__qualname__}.{part.__name__}"

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
        return sum(w.size for kind in self.weights.values() for w in kind.values())

    def step(self, a, s):
        """The cell's equations: from pre-activations ``a`` and last state ``s``, both addressed
        by name (``a.f``, ``s.c``), to the new state and every gate's value."""
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
        seen = self.Seen(*state, *reads)
        return self.step(self.pre_activations(x, getattr(seen, self.recurrent)), seen)

    def __call__(self, x, state=None, **reads):
        """One step in time.

        Args:
            x: the input, shape ``(batch_size, input_size)`` or ``(input_size,)``.
            state: the last state, ``cell.State(h=…, c=…)`` or a dictionary of the same names,
                each part ``(batch_size, hidden_size)`` or ``(hidden_size,)``; the state before
                anything was seen, zeros, if left out.
            reads: what else the cell reads, by name, shaped like the state.

        Returns:
            ``(state, gates)``, both addressed by name (``state.h``, ``gates.f``).
        """
        self.check_input(x, axes=("batch_size", "input_size"))
        state = self.initial_state(x) if state is None else self.check_state(state, x)
        reads = self.check_reads({name: value[None] for name, value in reads.items()}, x[None])
        with quiet():
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

    def check_input(self, x, axes):
        """``x`` must be floating-point numbers like the weights, with these axes; the one before
        the last, the batch, may be left out."""
        check_kind("x", x, like=self.W[self.gates[0]])
        check_features("x", x, self.input_size, "input_size")
        if x.ndim not in (len(axes) - 1, len(axes)):
            raise ValueError(
                f"x has shape {tuple(x.shape)}, expected ({', '.join(axes)}), "
                "with or without batch_size"
            )

    def check_state(self, state, x):
        """``state`` must name every part of this cell's state, each shaped to go with one step of
        ``x``."""
        parts = state._asdict() if hasattr(state, "_asdict") else state
        if not isinstance(parts, Mapping) or set(parts) != set(self.state):
            example = ", ".join(f"{name}=…" for name in self.state)
            raise TypeError(f"state must be {type(self).__name__}.State({example})")
        for name, shape in self.state_shapes().items():
            check_kind(f"state.{name}", parts[name], like=x)
            check_shape(f"state.{name}", parts[name], (*x.shape[:-1], *shape))
        return self.State(**parts)

    def check_reads(self, reads, x):
        """What the cell reads beside ``x``, in its own order: what it was told, shaped to go with
        the sequence ``x``, or else its own :meth:`reading`."""
        for name in reads:
            if name not in self.reads:
                known = ", ".join(("x", *self.reads))
                raise TypeError(f"{type(self).__name__} does not read {name!r}; it reads {known}")
            check_kind(name, reads[name], like=x)
            check_shape(name, reads[name], (*x.shape[:-1], self.hidden_size))
        return [reads[n] if n in reads else self.reading(n, x) for n in self.reads]


def quiet():
    """Infinity times zero is NaN without a warning, as in PyTorch; and so is zero by zero."""
    return np.errstate(invalid="ignore", divide="ignore")
