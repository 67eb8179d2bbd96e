"""Which function draws which cell, and what the drawings of modules have in common."""

from collections.abc import Callable, Mapping
from functools import partial

from lstm_lib.cells import Cell
from lstm_lib.diagrams.canvas import Canvas
from lstm_lib.diagrams.drawing import Drawing, style_sheet
from lstm_lib.diagrams.sheet import SIZE

MODULES: dict[type[Cell], Callable[..., Drawing]] = {}
"""The function that draws the module of each cell: ``MODULES[LSTMCell]()`` is its drawing."""

VARIANT_LOOKS = style_sheet("variant.css")
"""How peepholes look, the places of what is missing, and what is lit as a difference."""


def draws(cell: type[Cell], *arguments: str) -> Callable:
    """Enter the function that follows in :data:`MODULES`, as what draws ``cell``.

    ``arguments`` are its first ones, if it draws several cells.
    """

    def enter(draw):
        MODULES[cell] = partial(draw, *arguments) if arguments else draw
        return draw

    return enter


def variant_canvas(
    cell: type[Cell],
    key: str,
    title: str,
    description: str,
    values: Mapping[str, float] | None,
    lit: str | None,
    known: str = "the LSTM",
    size: tuple[int, int] = SIZE,
    steps: Mapping[str, str] | None = None,
    outputs: tuple[str, ...] | None = None,
) -> Canvas:
    """A canvas for a variant of a module that is ``known``, with the difference ``lit`` or not.

    Raises ``ValueError`` for another ``lit`` than ``None`` and ``"difference"``.
    """
    if lit not in (None, "difference"):
        raise ValueError(f"lit is {lit!r}, expected None or 'difference'")
    return Canvas(
        key=f"{key}-{lit or 'module'}",
        title=title + (f", what differs from {known}" if lit else ""),
        description=description + (f" Lit: what differs from {known}." if lit else ""),
        size=size,
        values=values,
        steps=steps,
        lit=lit,
        looks=VARIANT_LOOKS,
        cell=cell,
        outputs=outputs,
    )
