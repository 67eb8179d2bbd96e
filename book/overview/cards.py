"""All cells side by side, made from the cells: one table of them all, and a card for each.

Each cell is compared with the LSTM; parameters and states are counted for
:data:`~book.overview.cards.SIZES`. Written here by hand are only the families. The sentences and
sources come from the docstrings, the rest from the cell's graph and its drawing.
"""

import re
from html import escape
from importlib.resources import files
from inspect import getdoc

from lstm_lib import cells, diagrams
from lstm_lib.cells import LSTMCell, RNNCell, greff
from lstm_lib.equations import trace
from lstm_lib.equations.difference import difference, gone
from lstm_lib.equations.html import span
from lstm_lib.equations.palette import css_variables

FAMILIES = {
    "plain": (RNNCell, cells.ReLURNNCell),
    "lstm": (
        LSTMCell,
        cells.LSTM1997Cell,
        cells.PeepholeLSTMCell,
        cells.CoupledLSTMCell,
        cells.JANETCell,
        cells.SRUCell,
        cells.ProjectedLSTMCell,
        cells.MemoryOnlyCell,
    ),
    "greff": tuple(getattr(greff, name) for name in greff.__all__),
    "gru": (
        cells.GRUCell,
        cells.GRUResetAfterCell,
        cells.MUT1Cell,
        cells.MUT2Cell,
        cells.MUT3Cell,
    ),
    "no look back": (
        cells.MinGRUCell,
        cells.MinLSTMCell,
        cells.PositiveMinGRUCell,
        cells.PositiveMinLSTMCell,
    ),
    "depth and clocks": (
        cells.DepthGatedLSTMCell,
        cells.GridLSTMCell,
        cells.ClockworkRNNCell,
    ),
    "xlstm": (
        cells.SLSTMCell,
        cells.MLSTMCell,
        cells.MLSTMGivenQKVCell,
    ),
}
"""The cells of each family, in the order of the page."""

SIZES = (64, 64)
"""Features and units, where parameters and states are counted."""

LIBRARY_PAGE = "api/cells.html"
"""The address of the library page of the cells, relative to the page of all cells."""

STYLE = files(__package__).joinpath("overview.css").read_text(encoding="utf-8")


def table() -> str:
    """Every cell with its gates, its state and its parameters, as HTML: one row a cell, in the
    order of :data:`~book.overview.cards.FAMILIES`, each name linked to the cell's card."""
    heads = ("cell", "what it is", "gates", "state", "parameters", "\u00f7 LSTM\u2019s")
    alt = "Every cell in a sentence, with its gates, its state and its parameters"
    top = "".join(f'<th scope="col">{head}</th>' for head in heads)
    rows = "".join(row(cell) for family in FAMILIES.values() for cell in family)
    return (
        f'{style()}<div class="all-cells" tabindex="0" role="region" aria-label="{alt}"><table>'
        f"<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def row(cell) -> str:
    name, count = cell.__name__, cell(*SIZES).num_parameters
    share = count / LSTMCell(*SIZES).num_parameters
    bar = f'<span class="bar" style="--share: {share:.2f}"></span>'
    return (
        f'<tr><th scope="row"><a href="#{name}">{name}</a></th><td>{sentence(cell)}</td>'
        f"<td>{len(gates(cell))}</td><td>{letters(cell.state)}</td><td>{count:,}</td>"
        f"<td>{share:.2f}{bar}</td></tr>"
    )


def family(name: str) -> str:
    """The cards of a family's cells, one below the other, as HTML.

    Raises:
        KeyError: a family that :data:`~book.overview.cards.FAMILIES` does not have.
    """
    if name not in FAMILIES:
        raise KeyError(f"no family {name!r}; there are {', '.join(map(repr, FAMILIES))}")
    return styles_once(style() + "".join(map(card, FAMILIES[name])))


def card(cell: type[cells.Cell]) -> str:
    """One cell as HTML: what it is, its drawing with the difference lit, its equations compared
    with the LSTM's (:func:`lstm_lib.equations.difference.difference`), its gates, its state, its
    parameters, its source.

    Raises:
        ValueError: a cell that is not in :data:`~book.overview.cards.FAMILIES`.
    """
    name = cell.__name__
    entry = f"{LIBRARY_PAGE}#lstm_lib.cells.{name}"
    counted = "".join(f"<dt>{what}</dt><dd>{fact}</dd>" for what, fact in facts(cell).items())
    return (
        f'<article class="cell-card" id="{name}"><h3><a href="{entry}">{name}</a></h3>'
        f"<p>{sentence(cell)}</p>{drawing(cell).svg}{equations(cell)}<dl>{counted}</dl></article>"
    )


def drawing(cell) -> diagrams.Drawing:
    """The cell's drawing; the difference to the cell that it is derived from is highlighted, but in
    the drawings of the LSTM and of the plain cell, which are derived from none."""
    if not any(cell in family for family in FAMILIES.values()):
        raise ValueError(
            f"{cell.__name__} belongs to no family: add it to FAMILIES in book/overview/cards.py"
        )
    draw = diagrams.MODULES[cell]
    return draw() if cell in (LSTMCell, RNNCell) else draw(lit="difference")


def equations(cell) -> str:
    step, lstm = trace(cell), trace(LSTMCell)
    lines = "".join(f"<p>{difference(step, name, lstm)}</p>" for name in step.outputs)
    missing = gone(step, lstm)
    without = f'<p class="gone">without {letters(missing)}</p>' if missing else ""
    return f'<div class="equations">{lines}{without}</div>'


def facts(cell) -> dict[str, str]:
    """The facts of a card, each with its heading."""
    one = cell(*SIZES)
    others = [layer for layer in cell.gates if layer not in gates(cell)]
    state = (f"<span>{span(k)}: {size(shape)}</span>" for k, shape in one.state_shapes().items())
    lit = drawing(cell).title.partition("what differs from ")
    found = {
        "gates": letters(gates(cell)) or "none",
        "other layers": letters(others) or "none",
        "state": ", ".join(state),
        "also reads": letters(cell.reads),
        "parameters": f"{one.num_parameters:,}",
        "lit": "".join(lit[1:]),
        "source": source(cell),
    }
    return {name: fact for name, fact in found.items() if fact}


def gates(cell) -> list[str]:
    """The layers that are gates: their values are never negative."""
    step = trace(cell)
    return [gate for gate in cell.gates if step[gate].op in ("sigmoid", "exp", "sub")]


def letters(names) -> str:
    return ", ".join(map(span, names))


def size(shape) -> str:
    return " \u00d7 ".join(map(str, shape))


def sentence(cell) -> str:
    """The first sentence of its docstring."""
    return typeset(getdoc(cell).split("\n\n")[0])


def source(cell) -> str:
    """The source in its docstring."""
    text = re.search(r"^Sources?: (.*?)(?:\n\n|\Z)", getdoc(cell), re.M | re.S)[1]
    return typeset(text[0].upper() + text[1:])


def typeset(text) -> str:
    """A docstring's text as HTML: code as code, a short formula in italics."""
    text = escape(" ".join(text.split()), quote=False)
    text = re.sub(r":math:`(.*?)`", r"<i>\1</i>", text)
    return re.sub(r"``(.*?)``", r"<code>\1</code>", text)


def style() -> str:
    scopes = "".join(map(css_variables, (".all-cells", ".cell-card")))
    return f"<style>{' '.join((scopes + STYLE).split())}</style>"


def styles_once(html) -> str:
    """The HTML with each style sheet of its drawings once, at the beginning."""
    styles = dict.fromkeys(re.findall(r"<style>.*?</style>", html))
    return "".join(styles) + re.sub(r"<style>.*?</style>", "", html)
