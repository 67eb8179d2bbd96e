"""Values word by word, as a table that a screen reader can read."""

from html import escape

from lstm_lib.equations import notation
from lstm_lib.equations.notation import number
from lstm_lib.equations.palette import css_variables


class Table:
    """Values word by word, as a table that a screen reader can read, with tinted cells."""

    def __init__(self, html: str, alt: str):
        self.html, self.alt = html, alt

    def _repr_html_(self):
        return self.html

    def __repr__(self):
        return f"<Table: {self.alt}>"


def word_table(words: list[str], rows: dict, alt: str) -> Table:
    """Values over a sentence: a column for each word, a row for each value.

    A cell shows its number; the larger its absolute value, the deeper its tint.

    Args:
        words: what the network reads, one word a step.
        rows: the numbers for each row, shape ``(len(words),)``, by the value's name, or by name
            and a word for the unit: ``("f", "number")``.
        alt: the alternative text, a sentence.

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
        lines.append(f'<tr style="--hue: var(--{notation.quantity(name)})">{heading}{cells}</tr>')
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
