"""Formulas, set while the book is built."""

import pytest
from docutils import nodes
from fontTools.ttLib import TTFont
from pages import HTML, LAY_OUT, Visit, offline, page_of
from stored import CHAPTERS

from book.extension import mathematics
from book.extension.mathematics import as_one, keep_together, mathml


def test_a_formula_is_mathml_without_its_source():
    assert mathml("h_t") == "<math><mrow><msub><mi>h</mi><mi>t</mi></msub></mrow></math>"
    assert mathml("h_t", block=True).startswith('<math display="block">')


def test_a_shade_stands_where_the_style_sheet_finds_it():
    assert '<mstyle mathcolor="#7518bd">' in mathml(r"\textcolor{#7518bd}{C_t}")


def test_a_formula_that_cannot_be_read_is_named():
    with pytest.raises(ValueError, match=r"\\foo.* The formula is '.*foo\{x\}'"):
        mathml(r"\foo{x}")


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("h_{t-1}", '<mo lspace="0" rspace="0">−</mo>'),
        (r"\sum_{k=1}^T a", '<mo lspace="0" rspace="0">=</mo>'),
        (r"\tanh C", '<mo rspace="0.17em">\u2061</mo><mi>C</mi>'),
        (r"\tanh(C)", "<mo>\u2061</mo>"),
        ("e(-m)", '<mo form="prefix">−</mo>'),
        ("a-m", "<mo>−</mo>"),
    ],
)
def test_it_has_the_room_that_tex_leaves(source, part):
    assert part in mathml(source, block=True)


def test_a_column_alone_has_no_empty_spacing():
    column, columns = (mathml(as_one(lines)) for lines in (r"a \\ b", r"a &= b \\ c &= d"))
    assert "<mtable" in column and "columnspacing" not in column  # Firefox warns of an empty one
    assert 'columnspacing="0em"' in columns


def test_lines_and_equations_become_one_formula():
    assert as_one("a = b") == "a = b"
    assert as_one(r"a &= b \\ c &= d") == r"\begin{aligned}a &= b \\ c &= d\end{aligned}"
    assert as_one("a = b\n\nc = d") == r"\begin{aligned}a = b \\ c = d\end{aligned}"


def test_the_font_has_what_formulas_may_have(site_folder):
    font = TTFont(HTML / "_static" / mathematics.FONT)
    invisible = set(map(ord, "\u2005\u2009\u200a\u2061\u2062\u2063˜\u00a0"))
    assert mathematics.CHARACTERS - invisible <= font.getBestCmap().keys()
    assert "MATH" in font


@pytest.mark.parametrize(
    ("after", "together", "rest"),
    [
        (". Then", "h.", " Then"),
        ("), and", "h),", " and"),
        (" and", "h", " and"),
        ("", "h", ""),
    ],
)
def test_what_closes_a_sentence_stays_with_the_formula_before_it(after, together, rest):
    line = nodes.paragraph("", "", nodes.math("", "h"), nodes.Text(after))
    keep_together(None, line, "")
    assert line.astext() == f"h{after}"
    first, last = line.children
    assert (first.astext(), last.astext()) == (together, rest)
    assert ("together" in first["classes"]) == (together != "h")


BEGIN_A_LINE = """() => [...document.querySelectorAll("article span.math")].filter((math) => {
    const after = math.nextSibling;
    if (after?.nodeType !== Node.TEXT_NODE || !/^[.,;:!?)\\]]/.test(after.data)) return false;
    const range = document.createRange();
    range.setStart(after, 0);
    range.setEnd(after, 1);
    const { width, left } = range.getBoundingClientRect();
    return width && left < math.getBoundingClientRect().left;
}).map((math) => math.parentElement.textContent)"""


@pytest.mark.parametrize("width", [390, 1366])
def test_no_line_begins_with_a_full_stop(browser, site_folder, width):
    with offline(browser, viewport={"width": width, "height": 800}) as context:
        for path in CHAPTERS:
            page = Visit(context, (site_folder / page_of(path)).as_uri()).page
            page.evaluate(LAY_OUT)
            assert page.evaluate(BEGIN_A_LINE) == []
            page.close()
