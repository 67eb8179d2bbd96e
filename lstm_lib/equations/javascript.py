"""A graph as data for JavaScript: a list of operations, and where each value stands in it."""

from importlib import resources

from lstm_lib.equations.graph import Graph
from lstm_lib.equations.operations import OPERATIONS


def javascript(graph: Graph) -> dict:
    """The graph as a list of operations, ``tape``, ready for JSON; the code of
    :func:`~lstm_lib.equations.evaluator` computes it.

    Each entry of ``tape`` is ``[operation, …]``: ``["input", "x"]``, ``["const", 1.0]``, or an
    operation with the places of its arguments, ``["mul", 3, 7]``. ``names`` says where each value
    stands: ``{"f": 12, "f*c_prev": 15}``.
    """
    place = {sym: k for k, sym in enumerate(graph.order)}

    def entry(sym):
        match sym.op:
            case "input":
                return ["input", sym.name]
            case "const":
                return ["const", sym.value]
        return [sym.op, *(place[arg] for arg in sym.args)]

    return {
        "tape": [entry(sym) for sym in graph.order],
        "names": {name: place[sym] for name, sym in graph.symbols.items()},
    }


def evaluator() -> str:
    """JavaScript that computes such a list: a function ``evaluate(graph, inputs)``, and the
    operations, each as :mod:`lstm_lib.equations.operations` has it."""
    rows = "".join(f"  {name}: {row.javascript},\n" for name, row in OPERATIONS.items())
    loop = resources.files("lstm_lib.equations").joinpath("evaluate.js").read_text(encoding="utf-8")
    return f"const compute = {{\n{rows}}};\n\n{loop}"
