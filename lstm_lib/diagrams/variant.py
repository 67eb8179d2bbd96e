"""What the drawings of variants have in common."""

from importlib.resources import files

from lstm_lib.diagrams.canvas import Canvas

LOOKS = files(__package__).joinpath("variant.css").read_text(encoding="utf-8")
SIZE = (640, 506)
"""The sheet of an LSTM."""


def canvas_of(
    key: str,
    title: str,
    description: str,
    values,
    lit: str | None,
    known: str = "the LSTM",
    size: tuple[int, int] = SIZE,
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
        lit=lit,
        looks=LOOKS,
    )
