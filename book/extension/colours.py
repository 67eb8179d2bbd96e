"""The palette of the library, as the style sheet ``palette.css`` of the site.

An equation has the light shades in its source, ``\\textcolor{#7518bd}{C_t}``, which is right in a
notebook and on paper.  On the site, which has a dark theme, the element must take the CSS variable
instead, so there is a rule for every light shade.
"""

from pathlib import Path

from lstm_lib.equations.palette import HUES, css_variables

STYLE_SHEET = "palette.css"


def equation_colours() -> str:
    """CSS rules that turn the shades written into equations into ``var(--forget)`` and the others.

    A rule is stronger than the attribute that holds the shade.
    """
    rules = []
    for name, hue in HUES.items():
        rules.append(f'math [mathcolor="{hue.light}"] {{ color: var(--{name}); }}')
    return "\n".join(rules) + "\n"


def write_style_sheet(app) -> None:
    """Write the palette where the static files of the site are."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    static.mkdir(parents=True, exist_ok=True)
    static.joinpath(STYLE_SHEET).write_text(css_variables() + equation_colours(), encoding="utf-8")


def setup(app) -> None:
    app.connect("builder-inited", write_style_sheet)
    app.add_css_file(STYLE_SHEET)
