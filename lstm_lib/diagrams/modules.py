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
    """Register the function that follows in ``MODULES``, as what draws ``cell``.

    ``arguments`` are its first ones, if it draws several cells.
    """

    def enter(draw):
        MODULES[cell] = partial(draw, *arguments) if arguments else draw
        return draw

    return enter


def module_canvas(
    cell: type[Cell],
    key: str,
    title: str,
    description: str,
    values: Mapping[str, float] | None,
    lit: str | None,
    lights: Mapping[str | None, tuple[str, str]],
    size: tuple[int, int] = SIZE,
    **settings,
) -> Canvas:
    """A canvas for the module of ``cell``, of which a part may be ``lit``.

    ``lights`` has what may be lit, and for each the end of the title and a sentence for the
    description.  ``key`` starts the ids; the ``settings`` are those of the canvas.

    Raises ``ValueError`` for a ``lit`` that ``lights`` does not have.
    """
    if lit not in lights:
        names = [repr(name) for name in lights]
        expected = " or ".join(names) if len(names) < 3 else f"one of {', '.join(names)}"
        raise ValueError(f"lit is {lit!r}, expected {expected}")
    ending, sentence = lights[lit]
    return Canvas(
        key=f"{key}-{lit or 'module'}",
        title=title + ending,
        description=description + sentence,
        size=size,
        values=values,
        lit=lit,
        cell=cell,
        **settings,
    )


def variant_canvas(
    cell: type[Cell],
    key: str,
    title: str,
    description: str,
    values: Mapping[str, float] | None,
    lit: str | None,
    known: str = "the LSTM",
    **settings,
) -> Canvas:
    """A canvas for a variant of a module that is ``known``, with the difference ``lit`` or not.

    Raises ``ValueError`` for another ``lit`` than ``None`` and ``"difference"``.
    """
    what = f"what differs from {known}"
    lights = {None: ("", ""), "difference": (f", {what}", f" Lit: {what}.")}
    settings["looks"] = VARIANT_LOOKS
    return module_canvas(cell, key, title, description, values, lit, lights, **settings)
