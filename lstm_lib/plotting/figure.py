"""A plot as part of the page: matplotlib's SVG in the page's colours, with alternative text."""

import hashlib
import io
import re
from html import escape

import matplotlib
import matplotlib.figure
import numpy as np

from lstm_lib.equations.palette import HUES, NEUTRALS, css_variables

WIDTH = 5.6
"""The width of a figure, in inches: on a phone it shrinks by a third and stays legible."""

LETTER = 15
"""The size of a value's letter: large enough for its subscript to be read too."""

INK, MUTED = NEUTRALS["ink"].light, NEUTRALS["muted"].light

STYLE = {
    "svg.fonttype": "none",  # text stays text: it can be read out, searched and scaled
    "svg.hashsalt": "lstm",  # the same drawing has the same names on every machine
    "font.family": "sans-serif",
    "font.size": 12,
    "mathtext.fontset": "stix",  # letters as in the formulas
    "axes.edgecolor": NEUTRALS["line"].light,
    "axes.labelcolor": NEUTRALS["muted"].light,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": NEUTRALS["muted"].light,
    "ytick.color": NEUTRALS["muted"].light,
    "text.color": NEUTRALS["ink"].light,
    "lines.linewidth": 2.2,
    "path.simplify": False,  # whether a point is left out would depend on its last digits
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


class Figure:
    """A finished plot: SVG inside the page, with an alternative text.

    Args:
        figure: a matplotlib figure, drawn under :func:`style`.
        alt: the alternative text: what the plot shows, for somebody who cannot see it.
    """

    def __init__(self, figure, alt: str):
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        self.alt = alt
        self.svg = in_page(buffer.getvalue(), alt)

    def _repr_html_(self):
        return self.svg

    def __repr__(self):
        return f"<Figure: {self.alt}>"


def style():
    """The book's style for matplotlib, ``with plotting.style(): …``."""
    return matplotlib.rc_context(STYLE)


def in_page(svg, alt):
    """matplotlib's SVG as part of a page, with the page's colours and an alternative text."""
    svg = svg[svg.index("<svg") :]
    for name, hue in (HUES | NEUTRALS).items():
        svg = re.sub(hue.light, f"var(--{name}, {hue.light})", svg, flags=re.IGNORECASE)
    svg = re.sub(r"font-family: 'DejaVu Sans'[^;\"]*", "font-family: system-ui, sans-serif", svg)
    svg = re.sub(r"font-family: 'STIX[^;\"]*", "font-family: Georgia, serif", svg)
    svg = re.sub(r"<[^>]+>", coarser, svg)
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|(?<=\n)\s+", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = with_ids_of_its_own(svg)
    svg = svg.replace("*{", ".plot *{", 1)  # or its style would reach every drawing of the page
    opening = f'<svg class="plot" role="img" aria-label="{escape(alt, quote=True)}"'
    css = f"<style>{css_variables('.plot')}.plot{{max-width:100%;height:auto}}</style>"
    return css + opening + svg.removeprefix("<svg")


def with_ids_of_its_own(svg):
    """Several plots share a page: each id, and each reference to it, gets the hash of this plot."""
    mark = hashlib.sha1(svg.encode(), usedforsecurity=False).hexdigest()[:10]
    return re.sub(r'(\bid="|url\(#|href="#)([\w.-]+)', rf"\1\2_{mark}", svg)


def coarser(tag):
    """A tag with its numbers rounded to a hundredth of a point, which is half as long."""
    return re.sub(r"(\.\d\d)\d+", r"\1", tag[0])


def short(value):
    """A number as text: three significant digits, without an exponent if it can be."""
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        text = np.format_float_positional(value, precision=3, fractional=False, trim="-")
    else:
        text = np.format_float_scientific(value, precision=0, trim="-", exp_digits=1)
    return text.replace("e+", "e").replace("-", "\u2212")
