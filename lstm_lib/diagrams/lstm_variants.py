"""The modules of the LSTM's variants, on the same sheet as the LSTM's own."""

from collections.abc import Mapping
from dataclasses import replace

from lstm_lib.cells import (
    CoupledLSTMCell,
    DepthGatedLSTMCell,
    JANETCell,
    LSTM1997Cell,
    PeepholeLSTMCell,
    ProjectedLSTMCell,
    SRUCell,
)
from lstm_lib.cells import (
    greff as cells_of_greff,
)
from lstm_lib.diagrams.drawing import Drawing
from lstm_lib.diagrams.lstm_family import Pieces, variant_of_lstm
from lstm_lib.diagrams.modules import draws

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
    return variant_of_lstm(PeepholeLSTMCell, key, "LSTM with peepholes", pieces, values, lit)


@draws(CoupledLSTMCell)
def coupled(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The LSTM module with coupled gates: no forget layer, the old state is multiplied by 1 − i.

    ``values`` are numbers by name, as ``trace(CoupledLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    pieces = Pieces(layers=NO_FORGET, coupled="i")
    return variant_of_lstm(
        CoupledLSTMCell, "coupled", "LSTM with coupled gates", pieces, values, lit
    )


@draws(JANETCell)
def janet(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The JANET module: the forget gate alone; what it does not keep is replaced, all is shown.

    ``values`` are numbers by name, as ``trace(JANETCell).evaluate(…)`` returns them.  ``lit`` may
    be ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    pieces = Pieces(("f", "c_tilde"), coupled="f", squashed=("c_tilde",))
    return variant_of_lstm(JANETCell, "janet", "JANET module", pieces, values, lit)


@draws(SRUCell)
def sru(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The simple recurrent unit: all layers read x alone, and x passes by the cell as well.

    ``values`` are numbers by name, as ``trace(SRUCell).evaluate(…)`` returns them.  ``lit`` may be
    ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    pieces = Pieces(
        layers=("f", "x_tilde", "r"),
        inputs=("x",),
        coupled="f",
        squashed=(),
        peepholes=("f", "r"),
        weight="v",
        highway=True,
    )
    return variant_of_lstm(SRUCell, "sru", "Simple recurrent unit", pieces, values, lit)


@draws(LSTM1997Cell)
def lstm_1997(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The LSTM module of 1997: without a forget gate, the cell state is only ever added to.

    ``values`` are numbers by name, as ``trace(LSTM1997Cell).evaluate(…)`` returns them.  ``lit``
    may be ``"difference"``: the places of what is missing are lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    return variant_of_lstm(
        LSTM1997Cell, "lstm-1997", "LSTM of 1997", Pieces(layers=NO_FORGET), values, lit
    )


@draws(ProjectedLSTMCell)
def projected(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The LSTM module with a projection: a learned layer P makes h shorter than the cell state.

    ``values`` are numbers by name, as ``trace(ProjectedLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    return variant_of_lstm(
        ProjectedLSTMCell,
        "projected",
        "LSTM with a projection",
        Pieces(projected=True),
        values,
        lit,
    )


@draws(DepthGatedLSTMCell)
def depth_gated(values: Mapping[str, float] | None = None, lit: str | None = None) -> Drawing:
    """The depth-gated LSTM module: a gate times the cell state of the layer below is added.

    The sheet is longer than the LSTM's, since the gate stands below.

    ``values`` are numbers by name, as ``trace(DepthGatedLSTMCell).evaluate(…)`` returns them.
    ``lit`` may be ``"difference"``: what differs from the LSTM is lit, and the rest steps back.

    Raises ``ValueError`` for another ``lit``.
    """
    return variant_of_lstm(
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
"""For each variant: what it changes in the LSTM with peepholes, and its pieces."""


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
    return variant_of_lstm(_cell(variant), f"greff-{variant}", title, pieces, values, lit)


for variant in GREFF:
    draws(_cell(variant), variant)(greff)
