"""A graph as data for JavaScript: a list of operations, and where each value stands in it."""

from lstm_lib.equations.graph import Graph


def javascript(graph: Graph) -> dict:
    """The graph as a tape, ready for JSON; ``evaluate.js`` beside this file computes it.

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
