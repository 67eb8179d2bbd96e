"""Plots in the book's hues, that follow the page from light to dark.

A figure is drawn by matplotlib and shown as SVG inside the page, its colours handed to the page's
style sheet. Each carries a sentence for those who cannot see it.
"""

import io
import re
from html import escape

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.ticker import MaxNLocator

from lstm_lib import notation
from lstm_lib.notation import number
from lstm_lib.palette import HUES, NEUTRALS, css_variables, quantity

STYLE = {
    "svg.fonttype": "none",  # text stays text: it can be read out, searched and scaled
    "svg.hashsalt": "lstm",  # the same drawing has the same names on every machine
    "font.family": "sans-serif",
    "font.size": 12,
    "axes.edgecolor": NEUTRALS["line"].light,
    "axes.labelcolor": NEUTRALS["muted"].light,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": NEUTRALS["muted"].light,
    "ytick.color": NEUTRALS["muted"].light,
    "text.color": NEUTRALS["ink"].light,
    "lines.linewidth": 2.2,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


class Figure:
    """A finished plot: SVG inside the page, with a sentence that says what it shows.

    Args:
        figure: a matplotlib figure, drawn under :func:`style`.
        alt: what the plot shows, for somebody who cannot see it.
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
    """The book's look for matplotlib, ``with plotting.style(): …``."""
    return matplotlib.rc_context(STYLE)


def in_page(svg, alt):
    """matplotlib's SVG as part of a page: its colours are the page's, and it has a voice."""
    svg = svg[svg.index("<svg") :]
    for name, hue in (HUES | NEUTRALS).items():
        svg = re.sub(hue.light, f"var(--{name}, {hue.light})", svg, flags=re.IGNORECASE)
    svg = re.sub(r"font: (\S+) [^;\"]+", r"font: \1 system-ui, sans-serif", svg)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    opening = f'<svg class="plot" role="img" aria-label="{escape(alt, quote=True)}"'
    css = f"<style>{css_variables('.plot')}.plot{{max-width:100%;height:auto}}</style>"
    return css + opening + svg.removeprefix("<svg")


def over_time(values: dict, title_for=None, x_label="step", alt_title="Over time") -> Figure:
    """One strip for each value, over time, in its hue.

    Args:
        values: for each value's name (``"c"``, ``"f"``) its numbers over time, shape
            ``(seq_len,)``.
        title_for: words for a strip beside its letter, ``{"x": "noise"}``.
        x_label: what the steps are.
        alt_title: begins the sentence for those who cannot see the plot.

    Raises:
        ValueError: values that are not one number a step.
    """
    values = {name: np.asarray(numbers, dtype=float) for name, numbers in values.items()}
    for name, numbers in values.items():
        if numbers.ndim != 1:
            raise ValueError(f"{name} has shape {numbers.shape}; one number a step is expected")
    title_for = title_for or {}
    with style():
        figure = matplotlib.figure.Figure(figsize=(5.6, 1.1 * len(values) + 0.5))
        strips = figure.subplots(len(values), 1, sharex=True, squeeze=False)
        for axes, (name, numbers) in zip(strips[:, 0], values.items(), strict=True):
            colour = HUES[quantity(name)].light
            steps = np.arange(1, len(numbers) + 1)
            axes.axhline(0, color=NEUTRALS["line"].light, linewidth=1)
            axes.plot(steps, numbers, color=colour, marker="o", markersize=3.5)
            axes.set_ylabel(f"${notation.tex(name)}$", color=colour, rotation=0, labelpad=14)
            axes.set_title(title_for.get(name, ""), loc="left", fontsize=11, color=colour)
            axes.margins(y=0.25)
        strips[-1, 0].set_xlabel(x_label)
        strips[-1, 0].xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.tight_layout()
        return Figure(figure, f"{alt_title}: {'; '.join(in_words(values))}.")


def in_words(values):
    for name, numbers in values.items():
        low, high = numbers.min(), numbers.max()
        yield f"{name} lies between {low:.2f} and {high:.2f} and ends at {numbers[-1]:.2f}"


class Table:
    """Values word by word, as a table that can be read aloud; the stronger, the deeper its tint."""

    def __init__(self, html: str, alt: str):
        self.html, self.alt = html, alt

    def _repr_html_(self):
        return self.html

    def __repr__(self):
        return f"<Table: {self.alt}>"


def word_table(words: list[str], rows: dict, alt: str) -> Table:
    """Values over a sentence: a column a word, a row a value, each cell its number on its tint.

    Args:
        words: what the network reads, one word a step.
        rows: the numbers for each row, shape ``(len(words),)``, by the value's name, or by name
            and a word for the unit: ``("f", "number")``.
        alt: what the table shows, in a sentence.

    Raises:
        ValueError: a row that does not have one number for each word.
    """
    lines = []
    for key, numbers in rows.items():
        name, unit = key if isinstance(key, tuple) else (key, "")
        if len(numbers) != len(words):
            raise ValueError(f"row {key} has {len(numbers)} numbers for {len(words)} words")
        cells = "".join(
            f'<td style="--share: {min(abs(v), 1) * 30:.0f}%">{number(v)}</td>' for v in numbers
        )
        heading = f'<th scope="row">{notation.html(name)} {escape(unit)}</th>'
        lines.append(f'<tr style="--hue: var(--{quantity(name)})">{heading}{cells}</tr>')
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in words)
    html = (
        f"<style>{css_variables('.words')}{TABLE_CSS}</style>"
        f'<div class="words" tabindex="0" role="region" aria-label="{escape(alt, quote=True)}">'
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
    return Table(html, alt)


TABLE_CSS = """
.words { overflow-x: auto; color: var(--ink); }
.words table { margin: 0 auto; border-collapse: separate; border-spacing: 2px; width: auto; }
.words :is(th, td) { padding: 0.35em 0.3em; text-align: center; border: 0; background: none; }
.words :is(th, td) { font: 0.75rem/1.2 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.words tbody th { text-align: left; white-space: nowrap; color: var(--hue); font-weight: 500; }
.words tbody th i { font: italic 1.15em Georgia, serif; }
.words tbody td {
  border-radius: 4px; color: var(--ink);
  background: color-mix(in srgb, var(--hue) var(--share), var(--paper));
}
"""
