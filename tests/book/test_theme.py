"""What the site takes of its theme: style sheets and icons, cut to what is used."""

import gzip
from functools import partial
from pathlib import Path

import pydata_sphinx_theme
import pytest
import sphinx_book_theme
from fontTools.ttLib import TTFont
from pages import HTML, READY, offline

from book.extension import icons
from book.extension.styles import SHEETS, cut

WHOLE = {
    name: next(Path(theme.__file__).parent.rglob(f"static/{name}")).read_text("utf-8")
    for name, theme in zip(SHEETS, (pydata_sphinx_theme, sphinx_book_theme), strict=True)
}
MOST_BYTES = 25_000
"""Of both sheets, compressed."""


@pytest.mark.parametrize(
    ("sheet", "left"),
    {
        ".here{color:red}.gone{color:red}": ".here{color:red}",
        ".here,.gone p{color:red}": ".here{color:red}",
        ".here .gone{color:red}": "",
        "#here>p:hover{color:red}": "#here>p:hover{color:red}",
        "#gone{color:red}": "",
        "video{color:red}": "",
        ".here:not(.gone,.lost){color:red}": ".here:not(.gone,.lost){color:red}",
        ".here[data-gone=gone]::before{color:red}": ".here[data-gone=gone]::before{color:red}",
        r".w-50\!{color:red}": r".w-50\!{color:red}",
        "@media print{.gone{color:red}}": "",
        "@media print{.gone{color:red}.here{color:red}}": "@media print{.here{color:red}}",
        "@font-face{font-family:a;src:url(b)}": "@font-face{font-family:a;src:url(b)}",
        ":root{--a:1}*{margin:0}": ":root{--a:1}*{margin:0}",
    }.items(),
)
def test_a_rule_stays_if_it_can_apply(sheet, left):
    assert cut(sheet, {"here", "p", "w-50!"}) == left


def test_the_sheets_of_the_site_are_cut(site_folder):
    sheets = [(HTML / "_static" / name).read_bytes() for name in SHEETS]
    assert sum(len(gzip.compress(sheet)) for sheet in sheets) < MOST_BYTES


@pytest.mark.parametrize(
    ("width", "theme", "page"),
    [
        (1366, "light", "book/how_to_use.html"),
        (390, "dark", "notebooks/01_recurrent_networks.html"),
    ],
)
def test_a_page_looks_as_with_the_whole_sheets(browser, site, width, theme, page):
    """In a window, with its sidebar moved, and on paper."""
    pictures = []
    for served in ({}, WHOLE):
        size = {"width": width, "height": 800}
        with offline(
            browser, viewport=size, color_scheme=theme, reduced_motion="reduce"
        ) as context:
            opened = context.new_page()
            for name, sheet in served.items():
                opened.route(f"**/{name}*", partial(answer, sheet))
            opened.goto(f"{site}/{page}")
            opened.evaluate(READY)
            pictures.append([opened.screenshot(full_page=True)])
            opened.locator(".primary-toggle").locator("visible=true").first.click()
            opened.wait_for_timeout(500)
            pictures[-1].append(opened.screenshot())
            opened.emulate_media(media="print")
            pictures[-1].append(opened.screenshot(full_page=True))
    assert pictures[0] == pictures[1]


def answer(sheet, route):
    route.fulfill(body=sheet, content_type="text/css")


def test_the_font_of_icons_has_those_that_are_shown(site_folder):
    font = TTFont(HTML / "_static" / icons.FONT).getBestCmap().keys()
    brands = {0xF09B, 0xF296}  # in a font of their own
    assert icons.shown(HTML, WHOLE[SHEETS[0]]) - brands <= font
    for sign in (0xF0C9, 0xF002, 0xF00D, 0xF078):  # bars, magnifying glass, cross, chevron
        assert sign in font
    assert len(font) < 60
