"""The modules of the LSTM's variants, on the same sheet as the LSTM's own."""

from collections.abc import Mapping
from dataclasses import replace

from lstm_lib.cells import (
    CoupledLSTMCell,
    DepthGatedLSTMCell,
    LSTM1997Cell,
    PeepholeLSTMCell,
    ProjectedLSTMCell,
)
from lstm_lib.cells import (
    greff as cells_of_greff,
)
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.lstm_family import STEPS, Pieces, describe, draw
from lstm_lib.diagrams.modules import draws, variant_canvas

PEEPHOLES = ("f", "i", "o")
NO_FORGET = ("i", "c_tilde", "o")


@draws(PeepholeLSTMCell)
def peephole(
    values: Mapping[str, float] | None = None,
    peepholes: tuple[str, ...] = PEEPHOLES,
    lit: str | None = None,
) -> Drawing:
    """The LSTM module with peepholes: dashed wires from the cell state to the gates.

    Forget and input layer see the old cell state, the output layer sees the new one.

    ``values`` are numbers by name, as ``trace(PeepholeLSTMCell).evaluate(…)`` returns them.
    ``peepholes`` are the gates that have one, any of ``"f"``, ``"i"`` and ``"o"``.  ``lit`` may be
    ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for a peephole of something else, and for another ``lit``.
    """
    unknown = [gate for gate in peepholes if gate not in PEEPHOLES]
    if unknown:
        raise ValueError(f"no peephole for {unknown[0]!r}; there may be one for f, i and o")
    pieces = Pieces(peepholes=tuple(gate for gate in PEEPHOLES if gate in peepholes))
    key = f"peephole-{''.join(pieces.peepholes)}"
    return _draw(PeepholeLSTMCell, key, "LSTM with peepholes", pieces, values, lit)


@draws(CoupledLSTMCell)
def coupled(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The LSTM module with coupled gates: no forget layer, the old state is multiplied by 1 − i.

    ``values`` are numbers by name, as ``trace(CoupledLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    pieces = Pieces(layers=NO_FORGET, coupled="i")
    return _draw(CoupledLSTMCell, "coupled", "LSTM with coupled gates", pieces, values, lit)


@draws(LSTM1997Cell)
def lstm_1997(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The LSTM module of 1997: nothing on the belt is ever multiplied, so nothing is forgotten.

    ``values`` are numbers by name, as ``trace(LSTM1997Cell).evaluate(…)`` returns them.  ``lit``
    may be ``"difference"``: the places of what is missing are lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    return _draw(LSTM1997Cell, "lstm-1997", "LSTM of 1997", Pieces(layers=NO_FORGET), values, lit)


@draws(ProjectedLSTMCell)
def projected(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The LSTM module with a projection: a learned layer P makes h shorter than the cell state.

    ``values`` are numbers by name, as ``trace(ProjectedLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    return _draw(
        ProjectedLSTMCell,
        "projected",
        "LSTM with a projection",
        Pieces(projected=True),
        values,
        lit,
    )


@draws(DepthGatedLSTMCell)
def depth_gated(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The depth-gated LSTM module: a gate lets the cell state of the layer below onto the belt.

    The sheet is longer than the LSTM's, since the gate stands below.

    ``values`` are numbers by name, as ``trace(DepthGatedLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    return _draw(
        DepthGatedLSTMCell, "depth-gated", "Depth-gated LSTM", Pieces(deep=True), values, lit
    )


GREFF = {
    "nig": ("no input gate", Pieces(("f", "c_tilde", "o"), peepholes=("f", "o"))),
    "nfg": ("no forget gate", Pieces(NO_FORGET, peepholes=("i", "o"))),
    "nog": ("no output gate", Pieces(("f", "i", "c_tilde"), peepholes=("f", "i"))),
    "niaf": ("candidate not squashed", Pieces(squashed=("c",), peepholes=PEEPHOLES)),
    "noaf": ("cell state not squashed", Pieces(squashed=("c_tilde",), peepholes=PEEPHOLES)),
    "np": ("no peepholes", Pieces()),
    "cifg": ("coupled gates", Pieces(NO_FORGET, coupled="i", peepholes=("i", "o"))),
    "fgr": ("gates that read the last gates", Pieces(peepholes=PEEPHOLES, recurrent=True)),
}
"""What each changes in the LSTM with peepholes, and what is there then."""


def _cell(variant: str) -> type:
    return getattr(cells_of_greff, f"{variant.upper()}Cell")


def greff(
    variant: str, values: Mapping[str, float] | None = None, lit: str | None = None
) -> Drawing:
    """One of the eight modules that Greff et al. (2017) compared with the LSTM with peepholes.

    ``variant`` is the name of its cell in ``lstm_lib.cells.greff``, in small letters: "nig",
    "nfg" and "nog" lack the input, forget or output gate; in "niaf" the candidate is not squashed,
    in "noaf" the cell state; "np" has no peepholes; in "cifg" input and forget gate are coupled;
    in "fgr" the gates also read what they put out one step before, on a longer sheet.

    ``values`` are numbers by name, as the graph of that cell returns them.  ``lit`` may be
    ``"difference"``: what differs from the LSTM *with peepholes* is lit, and the rest steps back.

    Raises ``ValueError`` for a variant that does not exist, and for another ``lit``.
    """
    if variant not in GREFF:
        raise ValueError(f"variant is {variant!r}, expected one of {', '.join(GREFF)}")
    what, pieces = GREFF[variant]
    pieces = replace(pieces, usual=PEEPHOLES)
    title = f"{variant.upper()}: {what}"
    return _draw(_cell(variant), f"greff-{variant}", title, pieces, values, lit)


for variant in GREFF:
    draws(_cell(variant), variant)(greff)


def _draw(
    cell: type, key: str, title: str, pieces: Pieces, values: Mapping | None, lit: str | None
) -> Drawing:
    known = "the LSTM with peepholes" if pieces.usual else "the LSTM"
    words, sheet = describe(pieces), {"size": pieces.size, "steps": STEPS}
    # Of FGR's state, f, i and o leave as well; the words say that it is not drawn.
    canvas = variant_canvas(
        cell, key, title, words, values, lit, known, **sheet, outputs=("h", "c")
    )
    draw(canvas, pieces)
    return canvas.drawing()
