"""The diagram and the equations of the LSTM, switched to three of its variants."""

import re
from xml.etree import ElementTree as ET

from lstm_lib import diagrams
from lstm_lib.cells import CoupledLSTMCell, GRUCell, LSTMCell, PeepholeLSTMCell
from lstm_lib.diagrams.drawing import SVG
from lstm_lib.equations import notation
from lstm_lib.equations.graph import Graph, Symbol, rebuild, trace
from lstm_lib.widgets import peepholes
from lstm_lib.widgets.base import EquationWidget
from lstm_lib.widgets.markup import beside, choice, frame, live, slider, written

VARIANTS = {
    "lstm": ("LSTM", LSTMCell),
    "peephole": ("Peephole", PeepholeLSTMCell),
    "coupled": ("Coupled", CoupledLSTMCell),
    "gru": ("GRU", GRUCell),
}
"""The variants: the title of each, and its cell."""

TWINS = {"z": "i", "r": "o", "h_tilde": "c_tilde"}
"""For each layer of the GRU, the LSTM's layer with a similar role, whose weights it gets."""

SIZES = (64, 64)
"""Features and units, where parameters are counted."""


class VariantSwitch(EquationWidget):
    """One step of one unit, computed by an LSTM and by three of its variants at once.

    ``variant`` chooses which of them is drawn and written out, ``"lstm"``, ``"peephole"``,
    ``"coupled"`` or ``"gru"``; what the LSTM does not have is marked. All of them get the same
    input, the same state and the same weights: those of the LSTM's layers, ``W_f`` to ``b_o``,
    and the peepholes ``p_f``, ``p_i`` and ``p_o``. The GRU's update gate has the input gate's
    weights, its reset gate the output gate's. A computed value ends in its variant's name:
    ``h_lstm``, ``z_gru``.

    Args:
        values: initial inputs and weights, ``x=1.0``, ``W_f=-1.0``; the others have defaults.

    Raises:
        TypeError: a value that no step has as an input.
    """

    def __init__(self, **values):
        steps = {variant: trace(cell) for variant, (_, cell) in VARIANTS.items()}
        graph, names = side_by_side(steps)
        start = peepholes.START | values
        graph.evaluate(**start)  # raises if a name is not an input
        super().__init__(
            graphs={"step": graph},
            markup=markup(steps, names),
            start=start,
            choices={"variant": tuple(VARIANTS), "written": ("letters", "numbers")},
        )


def side_by_side(steps):
    """One graph of all steps with inputs in common, and what each step's values are called there:
    ``{"gru": {"z": "z_gru", "W_z": "W_i", …}, …}``."""
    inputs, outputs, names = {}, {}, {}
    for variant, step in steps.items():
        copies = {}
        for name in step.inputs:
            common = in_common(name)
            copies[step[name]] = inputs.setdefault(common, Symbol("input", name=common))
        for name, sym in step.outputs.items():
            outputs[notation.copy(name, variant)] = rebuild(sym, copies, mark=variant)
        names[variant] = {name: str(copies[sym]) for name, sym in step.symbols.items()}
    return Graph(outputs), names


def in_common(name):
    """The input that a step calls ``name``: the GRU's ``W_z`` is ``W_i``."""
    twin = name.kind == "weight" and TWINS.get(name.gate)
    return notation.weight(name.weight, twin) if twin else name


def markup(steps, names):
    titles = {variant: title for variant, (title, _) in VARIANTS.items()}
    says = ("h_{variant}", "output h")
    return frame(
        "variant-switch",
        "The LSTM and three variants, one step",
        beside(
            '<div class="drawings">'
            + "".join(called(names[v], drawing(v, step)) for v, step in steps.items())
            + "</div>",
            choice("variant", "Which variant", **titles)
            + '<div class="inputs">'
            + slider("x", "input x", -2, 2, says=says)
            + slider("h_prev", "last output h", -1, 1, says=says)
            + f'<div class="old-state">{slider("c_prev", "old cell state C", -2, 2, says=says)}'
            + f"<p>no {notation.html('c_prev')} here</p></div></div>",
            "<div>"
            + choice("written", "Equations", letters="In letters", numbers="In numbers")
            + '<div class="written">'
            + "".join(called(names[v], equations(v, steps)) for v in steps)
            + f"</div></div><div>{table(steps)}</div>",
        ),
        results={"h_{variant}": "output h"},
        variant="lstm",
        written="letters",
    )


def called(names, html):
    """The same HTML with values by their names in the graph of all variants."""
    return re.sub(r'(?<=data-value=")[^"]+', lambda match: names[match[0]], html)


def drawing(variant, step):
    """The variant's drawing, with a halo behind the shapes that are new in it."""
    draw = getattr(diagrams, variant)
    root = ET.fromstring(live(draw(values=dict.fromkeys(step.symbols, 0.0)), "switch"))
    ground = next(k for k, part in enumerate(root) if part.get("class") == "module")
    root.insert(ground + 1, halo(root.findall(f"{{{SVG}}}g[@data-new]")))
    return f'<div class="for-{variant}">{ET.tostring(root, encoding="unicode")}</div>'


def halo(parts):
    """The outlines of shapes, for the style sheet to draw wide and pale."""
    group = ET.Element(f"{{{SVG}}}g", {"class": "halo"})
    for part in parts:
        outline = ET.SubElement(group, part.tag, {"class": part.get("class")})
        outline.extend(shape for shape in part if shape.tag != f"{{{SVG}}}text")
    return group


def equations(variant, steps):
    return f'<div class="for-{variant}">{written(steps[variant], steps["lstm"])}</div>'


def table(steps):
    """Gates, states, parameters and output of each variant."""
    heads = ("", "gates", "states", "parameters", notation.html("h"))
    return (
        '<table class="facts"><thead><tr>'
        + "".join(f'<th scope="col">{head}</th>' for head in heads)
        + "</tr></thead><tbody>"
        + "".join(row(variant, step) for variant, step in steps.items())
        + f"</tbody></table><p>Parameters for {SIZES[0]} features and {SIZES[1]} units.</p>"
    )


def row(variant, step):
    title, cell = VARIANTS[variant]
    gates = sum(step[gate].op == "sigmoid" for gate in cell.gates)
    facts = (gates, len(cell.state), f"{cell(*SIZES).num_parameters:,}")
    return (
        f'<tr class="row-{variant}"><th scope="row">{title}</th>'
        + "".join(f"<td>{fact}</td>" for fact in facts)
        + f'<td data-value="h_{variant}"></td></tr>'
    )
