r"""Backpropagation through time by hand: the chain rule, applied from the last step to the first.

The derivative of the loss :math:`L` with respect to any value of the run follows from two rules:

- along a path, derivatives are multiplied (:math:`\sigma' = \sigma (1 - \sigma)` and
  :math:`\tanh' = 1 - \tanh^2`, both computed from the function's result);
- where a value is used in several places, the gradients from all of them are added.

The state is used at the next step, so the gradient at step :math:`t` needs the one at step
:math:`t + 1`: the loop runs from the last step to the first. The weights are used at every step,
so their gradients are sums over time. In the code ``d_h`` is :math:`\partial L / \partial h_t`,
and in the comments ∂h_t is short for it.

Source: Werbos (1990). For the truncated form, Williams & Peng (1990).
"""

from typing import NamedTuple

import numpy as np

from lstm_lib.cells import LSTMCell, RNNCell
from lstm_lib.cells.checks import check_kind, check_shape, positive_integer
from lstm_lib.cells.functions import tanh
from lstm_lib.sequences.unroll import ByName, Unrolled


class Gradients(NamedTuple):
    """The gradients of the loss with respect to weights, inputs and states."""

    W: ByName
    """Of each gate's input weights, ``(hidden_size, input_size)``."""
    U: ByName
    """Of each gate's recurrent weights, ``(hidden_size, hidden_size)``."""
    b: ByName
    """Of each gate's bias, ``(hidden_size,)``."""
    x: np.ndarray
    """Of the inputs, shaped like them."""
    state: tuple
    """Of the state before the first step, by name (``gradients.state.h``)."""
    states: ByName
    """The whole gradient at each :math:`h_t` (``"h"``) and :math:`C_t` (``"c"``), shaped like the
    run's outputs."""
    roads: ByName
    r"""The parts that ``states`` is the sum of: one for each path by which the gradient arrives.

    At :math:`h_t`: ``"loss"``, from this step's output, and ``"gates"``, from step :math:`t + 1`,
    whose gates read :math:`h_t`.
    At :math:`C_t`: ``"output"``, from this step's :math:`h_t`, and ``"belt"``, from
    :math:`C_{t+1}` along the cell state. So two paths lead from each step to the one before,
    ``"belt"`` and ``"gates"``; a plain RNN has only the second.
    """


def rnn_backward(
    cell: RNNCell, x, run: Unrolled, d_outputs, state=None, d_state=None, truncate=None
) -> Gradients:
    r"""The gradients of a plain recurrent cell over a sequence.

    .. math::

        \frac{\partial L}{\partial h_t} &= \frac{\partial L}{\partial y_t}
            + U_h^\top \frac{\partial L}{\partial a_{t+1}} \\
        \frac{\partial L}{\partial a_t} &= \frac{\partial L}{\partial h_t} \odot (1 - h_t^2)

    Here :math:`y_t` is :math:`h_t` in its role as the output of step :math:`t`, which the loss
    depends on.

    Args:
        cell: the cell that ran.
        x: what it read, ``(seq_len, batch_size, input_size)``, or without the batch.
        run: the result of ``unroll(cell, x, state)``.
        d_outputs: the gradient of the loss with respect to each output, shaped like
            ``run.outputs``.
        state: the state it started from; zeros if left out.
        d_state: the gradient with respect to the final state, by name, for a run that goes on
            after this piece; zeros if left out.
        truncate: cut the gradient every so many steps. With 3, the state that steps 4, 7, 10, …
            start from counts as a constant: no gradient goes from step 4 to step 3. That is what
            training on pieces of 3 steps does, each starting from the last one's state, detached.
            What is left is exact within each piece. None: no cuts.

    Raises:
        TypeError: a cell of another class; arrays of another kind or dtype than the weights.
        ValueError: shapes that do not belong together; ``truncate`` below 1.

    >>> from lstm_lib.sequences.unroll import unroll
    >>> cell = RNNCell(input_size=1, hidden_size=1)
    >>> cell.W["h"], cell.U["h"], cell.b["h"] = [[0.0]], [[0.5]], [0.0]
    >>> x, d_outputs = np.zeros((4, 1, 1)), np.zeros((4, 1, 1))
    >>> d_outputs[-1] = 1.0
    >>> rnn_backward(cell, x, unroll(cell, x), d_outputs).states["h"].ravel()
    array([0.125, 0.25 , 0.5  , 1.   ])
    """
    check_cell(cell, RNNCell)
    state, d_state, cuts = check_run(cell, x, run, d_outputs, state, d_state, truncate)
    h = run.states["h"]
    d_h, d_a, from_gates = (np.empty_like(h) for _ in range(3))

    through_gates = d_state.h  # what step t+1 sends back to step t
    for t in reversed(range(len(x))):
        # h_t is this step's output, and the layer at t+1 reads it:  ∂h_t = ∂y_t + U_hᵀ ∂a_t+1
        from_gates[t] = through_gates
        d_h[t] = d_outputs[t] + from_gates[t]

        # h_t = tanh(a_t):  ∂a_t = ∂h_t ⊙ (1 - h_t²)
        d_a[t] = d_h[t] * (1 - h[t] ** 2)

        # a_t = W_h x_t + U_h h_t-1 + b_h:  U_hᵀ ∂a_t goes to h_t-1, unless it is cut
        through_gates = d_a[t] @ cell.U["h"]
        if t in cuts:
            through_gates = np.zeros_like(through_gates)

    return Gradients(
        **of_weights_and_inputs(cell, x, before(h, state.h), {"h": d_a}),
        state=cell.State(h=through_gates),
        states=ByName({"h": d_h}, "state"),
        roads=ByName({"loss": d_outputs, "gates": from_gates}, "road"),
    )


def lstm_backward(
    cell: LSTMCell, x, run: Unrolled, d_outputs, state=None, d_state=None, truncate=None
) -> Gradients:
    r"""The gradients of an LSTM over a sequence.

    .. math::

        \frac{\partial L}{\partial h_t} &= \frac{\partial L}{\partial y_t}
            + \sum_g U_g^\top \frac{\partial L}{\partial a_{g,t+1}} \\
        \frac{\partial L}{\partial C_t} &= f_{t+1} \odot \frac{\partial L}{\partial C_{t+1}}
            + o_t \odot (1 - \tanh^2 C_t) \odot \frac{\partial L}{\partial h_t}

    From :math:`C_{t+1}` to :math:`C_t` the gradient is multiplied by the forget gate only: no
    matrix, no tanh.

    Arguments and errors are those of :func:`rnn_backward`.

    >>> from lstm_lib.sequences.unroll import unroll
    >>> cell, x = LSTMCell(input_size=3, hidden_size=4), np.ones((10, 2, 3))
    >>> gradients = lstm_backward(cell, x, unroll(cell, x), d_outputs=np.ones((10, 2, 4)))
    >>> gradients.W["f"].shape, gradients.roads["belt"].shape
    ((4, 3), (10, 2, 4))
    """
    check_cell(cell, LSTMCell)
    state, d_state, cuts = check_run(cell, x, run, d_outputs, state, d_state, truncate)
    f, i, c_tilde, o = (run.gates[g] for g in ("f", "i", "c_tilde", "o"))
    tanh_c, c_prev = tanh(run.states["c"]), before(run.states["c"], state.c)
    d_h, d_c, from_gates, from_belt, from_output = (np.empty_like(f) for _ in range(5))
    d_a = {g: np.empty_like(f) for g in cell.gates}

    through_gates, through_belt = d_state.h, d_state.c  # what step t+1 sends back to step t
    for t in reversed(range(len(x))):
        # h_t is this step's output, and four layers read it at t+1:  ∂h_t = ∂y_t + Σ U_gᵀ ∂a_g,t+1
        from_gates[t] = through_gates
        d_h[t] = d_outputs[t] + from_gates[t]

        # h_t = o_t ⊙ tanh(C_t),  C_t+1 = f_t+1 ⊙ C_t + …:
        # ∂C_t = f_t+1 ⊙ ∂C_t+1 + o_t ⊙ (1 - tanh²(C_t)) ⊙ ∂h_t
        from_belt[t] = through_belt
        from_output[t] = o[t] * (1 - tanh_c[t] ** 2) * d_h[t]
        d_c[t] = from_belt[t] + from_output[t]

        # h_t = o_t ⊙ tanh(C_t),  o_t = σ(a_o):  ∂a_o = ∂h_t ⊙ tanh(C_t) ⊙ o_t ⊙ (1 - o_t)
        d_a["o"][t] = d_h[t] * tanh_c[t] * o[t] * (1 - o[t])

        # C_t = f_t ⊙ C_t-1 + i_t ⊙ C̃_t,  f_t = σ(a_f):  ∂a_f = ∂C_t ⊙ C_t-1 ⊙ f_t ⊙ (1 - f_t)
        d_a["f"][t] = d_c[t] * c_prev[t] * f[t] * (1 - f[t])

        # i_t = σ(a_i):  ∂a_i = ∂C_t ⊙ C̃_t ⊙ i_t ⊙ (1 - i_t)
        d_a["i"][t] = d_c[t] * c_tilde[t] * i[t] * (1 - i[t])

        # C̃_t = tanh(a_C):  ∂a_C = ∂C_t ⊙ i_t ⊙ (1 - C̃_t²)
        d_a["c_tilde"][t] = d_c[t] * i[t] * (1 - c_tilde[t] ** 2)

        # a_g = W_g x_t + U_g h_t-1 + b_g:  Σ U_gᵀ ∂a_g goes to h_t-1, unless it is cut
        through_gates = sum(d_a[g][t] @ cell.U[g] for g in cell.gates)
        # C_t = f_t ⊙ C_t-1 + i_t ⊙ C̃_t:  f_t ⊙ ∂C_t goes to C_t-1, unless it is cut
        through_belt = f[t] * d_c[t]
        if t in cuts:
            through_gates, through_belt = np.zeros_like(through_gates), np.zeros_like(through_belt)

    roads = {"loss": d_outputs, "gates": from_gates, "output": from_output, "belt": from_belt}
    return Gradients(
        **of_weights_and_inputs(cell, x, before(run.states["h"], state.h), d_a),
        state=cell.State(h=through_gates, c=through_belt),
        states=ByName({"h": d_h, "c": d_c}, "state"),
        roads=ByName(roads, "road"),
    )


def of_weights_and_inputs(cell, x, h_prev, d_a):
    """The gradients of weights, biases and inputs from ∂a_g, where a_g = W_g x_t + U_g h_t-1 + b_g.

    The weights are the same at every step of every sequence, so theirs are sums over both.
    """
    rows = {g: d.reshape(-1, cell.hidden_size) for g, d in d_a.items()}
    x_rows, h_rows = x.reshape(-1, cell.input_size), h_prev.reshape(-1, cell.hidden_size)
    return {
        "W": ByName({g: d.T @ x_rows for g, d in rows.items()}, "gate"),  # ∂W_g = Σ ∂a_g x_tᵀ
        "U": ByName({g: d.T @ h_rows for g, d in rows.items()}, "gate"),  # ∂U_g = Σ ∂a_g h_t-1ᵀ
        "b": ByName({g: d.sum(axis=0) for g, d in rows.items()}, "gate"),  # ∂b_g = Σ ∂a_g
        "x": sum(d_a[g] @ cell.W[g] for g in cell.gates),  # ∂x_t = Σ_g W_gᵀ ∂a_g
    }


def before(values, first):
    """The values one step earlier: h_t-1 from h_t."""
    return np.concatenate([first[None], values[:-1]])


def check_cell(cell, cell_class):
    if type(cell) is not cell_class:
        raise TypeError(
            f"cell is a {type(cell).__name__}; these are the equations of {cell_class.__name__}"
        )


def check_run(cell, x, run, d_outputs, state, d_state, truncate):
    """Check that the arguments belong together. Returns both states, filled in where they were left
    out, and the steps at which the gradient is cut."""
    cell.check_input(x, axes=("seq_len", "batch_size", "input_size"))
    shape = (*x.shape[:-1], cell.hidden_size)
    if set(run.gates) != set(cell.gates):
        raise ValueError(
            f"run has the gates {', '.join(run.gates)}, "
            f"a run of this cell has {', '.join(cell.gates)}"
        )
    for name, value in (("run.outputs", run.outputs), ("d_outputs", d_outputs)):
        check_kind(name, value, like=x)
        check_shape(name, value, shape)
    zeros = cell.initial_state(x[0])
    state = zeros if state is None else cell.check_state(state, x[0])
    try:
        d_state = zeros if d_state is None else cell.check_state(d_state, x[0])
    except (TypeError, ValueError) as error:  # a gradient is checked as a state is
        raise type(error)(f"d_{error}") from None
    if truncate is None:
        return state, d_state, ()
    every = positive_integer("truncate", truncate)
    return state, d_state, range(every, len(x), every)
