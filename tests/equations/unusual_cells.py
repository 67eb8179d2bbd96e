"""Small cells that differ from all of the library's: in what they call their values, and in values
that have several names."""

from lstm_lib.cells import Cell
from lstm_lib.cells.functions import relu, sigmoid, tanh


class ShowsItsMemory(Cell):
    """The hidden state is the cell state: :math:`h_t = C_t`."""

    gates = ("f", "c_tilde")
    state = ("h", "c")

    def step(self, a, s):
        f = sigmoid(a.f)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + (1 - f) * c_tilde
        return self.State(h=c, c=c), self.Gates(f=f, c_tilde=c_tilde)


class ShowsItsCandidate(Cell):
    """The state is the value of a layer that is called otherwise."""

    gates = ("h_tilde",)

    def step(self, a, s):
        h_tilde = tanh(a.h_tilde)
        return self.State(h=h_tilde), self.Gates(h_tilde=h_tilde)


class Linear(Cell):
    """The state is a pre-activation, and so is a layer of another name."""

    gates = ("c_tilde", "o")
    state = ("h", "c")

    def step(self, a, s):
        h = a.o * s.c
        return self.State(h=h, c=a.c_tilde), self.Gates(c_tilde=a.c_tilde, o=a.o)


class OneGateTwice(Cell):
    """Two gates are one value."""

    gates = ("f", "i", "c_tilde")
    state = ("h", "c")

    def step(self, a, s):
        f = sigmoid(a.f + a.i)
        c_tilde = tanh(a.c_tilde)
        c = f * s.c + f * c_tilde
        return self.State(h=tanh(c), c=c), self.Gates(f=f, i=f, c_tilde=c_tilde)


class NeverWrites(Cell):
    """A part of the state is the last step's, and a gate is what the cell reads."""

    gates = ("r",)
    state = ("h", "c")
    reads = {"clock": None}

    def step(self, a, s):
        h = s.clock * relu(a.r) + s.c
        return self.State(h=h, c=s.c), self.Gates(r=s.clock)


class OneStepBehind(Cell):
    """A part of the state is what another part was at the last step."""

    gates = ("c_tilde",)
    state = ("h", "c")

    def step(self, a, s):
        c = tanh(a.c_tilde)
        return self.State(h=s.c, c=c), self.Gates(c_tilde=c)


class Highway(Cell):
    """As in the simple recurrent unit of Lei et al. (2018): gates look at the memory through a
    vector ``v``, nothing through a matrix ``U``, and what is not shown of the memory is the input.
    """

    gates = ("x_tilde", "f", "r", "i")
    state = ("h", "c")

    def weight_shapes(self):
        h = self.hidden_size
        W = dict.fromkeys(self.gates, (h, self.input_size))
        return {"W": W, "U": {}, "b": {"f": (h,), "r": (h,)}, "v": {"f": (h,), "r": (h,)}}

    def step(self, a, s):
        x_tilde = a.x_tilde
        f = sigmoid(a.f + self.v["f"] * s.c)
        r = sigmoid(a.r + self.v["r"] * s.c)
        c = f * s.c + (1 - f) * x_tilde
        h = r * c + (1 - r) * a.i
        return self.State(h=h, c=c), self.Gates(x_tilde=x_tilde, f=f, r=r, i=a.i)


class NewLetters(Cell):
    """A gate, a state and kinds of weights of which no other cell has the letters."""

    gates = ("g", "e_tilde", "sel")
    state = ("h", "e")
    reads = {"e_below": "e"}

    def weight_shapes(self):
        h = self.hidden_size
        return super().weight_shapes() | {"Q": {"g": (h, h)}, "w_in": {"sel": (h,)}}

    def step(self, a, s):
        g = sigmoid(a.g + s.e_below @ self.Q["g"].T)
        e_tilde = tanh(a.e_tilde)
        sel = sigmoid(a.sel + self.w_in["sel"] * s.e)
        e = g * s.e + sel * e_tilde
        return self.State(h=relu(e), e=e), self.Gates(g=g, e_tilde=e_tilde, sel=sel)


class Constant(Cell):
    """A gate that is the same at every step."""

    gates = ("i", "c_tilde")
    state = ("h", "c")

    def step(self, a, s):
        c_tilde = tanh(a.c_tilde)
        c = s.c + c_tilde
        return self.State(h=tanh(c), c=c), self.Gates(i=1.0, c_tilde=c_tilde)


ALIASES = (
    ShowsItsMemory,
    ShowsItsCandidate,
    Linear,
    OneGateTwice,
    NeverWrites,
    OneStepBehind,
    Highway,
)
"""Those whose values may be compared with what the step computes on arrays and on tensors."""
