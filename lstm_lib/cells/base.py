"""What a recurrent cell is: gates with weights, a state, and one step."""

from collections import namedtuple
from collections.abc import Mapping

import numpy as np

from lstm_lib.cells.weights import GateWeights
from lstm_lib.checks import check_features, check_kind, check_shape, is_tensor, positive_integer


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

    A cell may have further kinds of weights, such as peepholes: :attr:`kinds` names them all.
    The gates named in ``late`` have a :math:`U_g` that meets something which the step itself makes
    first; of these, the pre-activation is :math:`W_g x_t + b_g` alone.

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
    late: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.Gates = namedtuple("Gates", cls.gates, module=cls.__module__)
        cls.State = namedtuple("State", cls.state, module=cls.__module__)
        for part in (cls.Gates, cls.State):  # where to find it again after it was stored
            part.__qualname__ = f"{cls.__qualname__}.{part.__name__}"

    def __init__(self, input_size: int, hidden_size: int, seed=0, dtype=np.float64):
        self.input_size = positive_integer("input_size", input_size)
        self.hidden_size = positive_integer("hidden_size", hidden_size)
        if not np.issubdtype(dtype, np.floating):
            raise TypeError(f"dtype is {np.dtype(dtype)}; weights need a floating-point type")
        rng = np.random.default_rng(seed)
        bound = 1 / np.sqrt(hidden_size)
        for kind, (gates, shape) in self.weight_shapes().items():
            values = {g: rng.uniform(-bound, bound, shape).astype(dtype) for g in gates}
            setattr(self, kind, GateWeights(kind, shape, values))

    def weight_shapes(self) -> dict:
        """Of each kind of weights: which gates have them, and the shape of each."""
        h = self.hidden_size
        return {
            "W": (self.gates, (h, self.input_size)),
            "U": (self.gates, (h, h)),
            "b": (self.gates, (h,)),
        }

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
            from_input = x @ self.W[g].T
            if g in self.late:
                return from_input + self.b[g]
            return from_input + h @ self.U[g].T + self.b[g]

        return self.Gates(*(of(g) for g in self.gates))

    def __call__(self, x, state=None):
        """One step in time.

        Args:
            x: the input, shape ``(batch_size, input_size)`` or ``(input_size,)``.
            state: the last state, ``cell.State(h=…, c=…)`` or a dictionary of the same names,
                each part ``(batch_size, hidden_size)`` or ``(hidden_size,)``; zeros if left out.

        Returns:
            ``(state, gates)``, both addressed by name (``state.h``, ``gates.f``).
        """
        self.check_input(x, axes=("batch_size", "input_size"))
        state = self.initial_state(x) if state is None else self.check_state(state, x)
        with np.errstate(invalid="ignore"):  # infinity times zero is NaN, quietly, as in PyTorch
            return self.step(self.pre_activations(x, state.h), state)

    def initial_state(self, x):
        """The state before anything was seen: zeros, shaped and typed to go with one step of
        ``x``."""
        shape = (*x.shape[:-1], self.hidden_size)
        zeros = x.new_zeros(shape) if is_tensor(x) else np.zeros(shape, x.dtype)
        return self.State(*(zeros for _ in self.state))

    def check_input(self, x, axes):
        """``x`` must be floating-point numbers like the weights, with these axes; the one before
        the last, the batch, may be left out."""
        check_kind("x", x, like=self.b[self.gates[0]])
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
        for name in self.state:
            check_kind(f"state.{name}", parts[name], like=x)
            check_shape(f"state.{name}", parts[name], (*x.shape[:-1], self.hidden_size))
        return self.State(**parts)
