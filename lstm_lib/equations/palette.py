"""One hue for each quantity, used everywhere: in drawings, equations, plots, widgets and the page.

The cell state is violet wherever it appears, and the hidden state has the colour of text.  Each hue
has a shade for light paper and one for dark.  Each shade reads as text on paper, on the panel and
on its own tint (WCAG AA), and any two stay apart under simulated colour blindness.  The closest are
forget and input without red or green cones, cell and output without red or green cones, and input,
output and x without blue ones: these differ side by side, and may look alike when apart.  So colour
is never the only sign: a label or a shape always says the same.
"""

from typing import NamedTuple


class Hue(NamedTuple):
    """One colour in its two shades, as ``#rrggbb``."""

    light: str
    """On light paper."""
    dark: str
    """On dark paper."""


HUES = {
    "forget": Hue(light="#9e0600", dark="#f28a2e"),
    "input": Hue(light="#025338", dark="#09bf85"),
    "candidate": Hue(light="#965c00", dark="#facc15"),
    "output": Hue(light="#115df1", dark="#7888f9"),
    "cell": Hue(light="#7518bd", dark="#c49fff"),
    "x": Hue(light="#0a667f", dark="#85d3df"),
    "hidden": Hue(light="#1b1e28", dark="#ece9e2"),
}
"""The seven quantities of an LSTM."""

NEUTRALS = {
    "ink": HUES["hidden"],
    "muted": Hue(light="#595e6c", dark="#a9aeba"),
    "faint": Hue(light="#a8a496", dark="#646b79"),  # for the background; never the only sign
    "paper": Hue(light="#fffdf8", dark="#14161b"),
    "panel": Hue(light="#f5f2ea", dark="#1d2027"),
    "line": Hue(light="#cfc9bb", dark="#3d424e"),
}
"""What everything else is drawn with."""

NETWORKS = {
    "RNN": "hidden",
    "LSTM": "cell",
    "GRU": "x",
    "forget bias 0": "candidate",
    "forget bias 1": "input",
    "forget bias 3": "forget",
    "chrono": "output",
}
"""The hue of each network in plots that compare several. LSTMs are told apart by how their gates
start: ``"LSTM, chrono"`` has the hue of ``"chrono"``."""

TINT = Hue(light=0.10, dark=0.16)
"""How much of a hue goes into its tint, the fill of a box."""

_DARK_PAGES = (
    'html[data-theme="dark"]',
    'body[data-jp-theme-light="false"]',
    'body[data-vscode-theme-kind="vscode-dark"]',
)
"""Where a page says that it is dark: the book, JupyterLab, Visual Studio Code."""


def tint(name: str, theme: str) -> str:
    """The fill of a box whose outline has hue ``name``, on ``theme`` ("light" or "dark")."""
    share = getattr(TINT, theme)
    hue = _channels(getattr(HUES[name], theme))
    paper = _channels(getattr(NEUTRALS["paper"], theme))
    mixed = (round(share * h + (1 - share) * p) for h, p in zip(hue, paper, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def declarations(theme: str) -> str:
    """Every colour of ``theme`` as CSS custom properties, ``--forget: …; --forget-fill: …; …``."""
    colours = HUES | NEUTRALS
    lines = [f"--{name}: {getattr(hue, theme)};" for name, hue in colours.items()]
    lines += [f"--{name}-fill: {tint(name, theme)};" for name in HUES]
    return " ".join(lines)


def css_variables(scope: str = ":root") -> str:
    """The palette as CSS: light; dark where the page says so; light on white paper in print.

    ``scope`` is the selector of the elements that receive the properties, such as ``".drawing"``.
    """
    inside = "" if scope == ":root" else f" {scope}"
    dark = ", ".join(page + inside for page in _DARK_PAGES)
    return "\n".join(
        (
            f"{scope} {{ {declarations('light')} }}",
            f"{dark} {{ {declarations('dark')} }}",
            f"@media print {{ {scope}, {dark} {{ {declarations('light')}",
            "  --paper: #ffffff; --panel: #ffffff; } }",
            "",
        )
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))
