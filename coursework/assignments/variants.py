"""Assignment 4: peepholes, coupled gates, and two GRUs."""

from coursework.assignments import listed
from coursework.questions import Call, Question
from lstm_lib.cells import (
    CoupledLSTMCell,
    GRUCell,
    GRUResetAfterCell,
    LSTMCell,
    PeepholeLSTMCell,
)

FORBIDDEN = ("lstm_lib", "torch", "tensorflow", "jax", "keras")

CELLS = {
    "LSTM": LSTMCell,
    "peephole": PeepholeLSTMCell,
    "coupled": CoupledLSTMCell,
    "GRU": GRUCell,
}


def weights(cell):
    """The weights of a cell by kind and gate, in plain dictionaries."""
    return {kind: dict(values) for kind, values in cell.weights.items()}


def steps(function, cell_class, hint):
    """What draws three single steps of a cell: one unit, several, and large inputs."""

    @listed
    def draw(rng):
        for input_size, hidden_size, size in ((1, 1, 1.0), (3, 4, 1.0), (2, 5, 3.0)):
            cell = cell_class(input_size, hidden_size, seed=rng)
            x = size * rng.normal(size=input_size)
            state = cell.State(*rng.normal(size=(len(cell.state), hidden_size)))
            new, _ = cell(x, state)
            expected = tuple(new) if len(new) > 1 else new[0]
            yield Call(function, {"x": x} | state._asdict() | arguments(cell), expected, hint)

    def arguments(cell):
        of_cell = weights(cell)
        if "d" in of_cell:  # a single vector: the assignment calls it d
            of_cell["d"] = of_cell["d"]["h_tilde"]
        return of_cell

    return draw


@listed
def parameters(rng):
    for name, cell_class in CELLS.items():
        sizes = {"input_size": int(rng.integers(2, 40)), "hidden_size": int(rng.integers(2, 40))}
        count = cell_class(**sizes).num_parameters
        hint = "Count the layers; each has H (D + H + 1) numbers. A peephole has one a unit."
        yield Call("count_parameters", {"cell": name} | sizes, count, hint)


QUESTIONS = (
    Question(
        "q1",
        "Peepholes",
        5,
        steps(
            "peephole_step",
            PeepholeLSTMCell,
            "Forget and input gate see the old cell state, the output gate sees the new one.",
        ),
    ),
    Question(
        "q2",
        "Coupled gates",
        3,
        steps("coupled_step", CoupledLSTMCell, "What is kept is 1 minus what is written."),
    ),
    Question(
        "q3",
        "The GRU",
        5,
        steps("gru_step", GRUCell, "r multiplies h before the matrix; z is the share of the new."),
    ),
    Question(
        "q4",
        "The other GRU",
        3,
        steps(
            "torch_gru_step",
            GRUResetAfterCell,
            "r multiplies after the matrix, and d as well; z is the share of the old.",
        ),
    ),
    Question("q5", "Which is larger?", 2, parameters),
    Question("q6", "In your own words", 4, None),
)
