"""What the site takes of its theme: style sheets, icons and markup, cut to what is used."""

import gzip
import re
from collections import Counter
from functools import partial

import pytest
import yaml
from fontTools.ttLib import TTFont
from pages import ERROR_PAGE, HTML, LAY_OUT, PAGES, READY, TO_OPEN, difference, offline, parsed
from stored import ROOT

from book.extension import icons
from book.extension.page import NOT_COPIED, STYLED, unwrap
from book.extension.styles import LINK, SHEET, cut, joined, with_one_link

MOST_BYTES = 42_000
"""Of the one sheet, compressed."""


def names_of_all() -> list[str]:
    """The sheets that are joined in the one, as its first line says."""
    first_line = (HTML / SHEET).read_text("utf-8").partition("\n")[0]
    return first_line.strip("/* ").split()


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


def test_sheets_are_joined_with_what_they_import_and_find_their_files(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "first.css").write_text(
        '@charset "UTF-8";/* x */@import "../second.css";i{background:url( \'../../c/d.png\' )}'
    )
    (tmp_path / "a" / "second.css").write_text(
        "@font-face{src:url(e.woff2)}b{background:url(data:image/png;base64,AA) url(#f)}"
    )
    second = '@font-face{src:url("a/e.woff2")}b{background:url(data:image/png;base64,AA) url(#f)}'
    assert joined(tmp_path, ["a/second.css"]) == second
    first = 'i{background:url("c/d.png")}'
    assert joined(tmp_path, ["a/b/first.css", "a/second.css"]) == second + first + second


@pytest.mark.parametrize(
    ("way", "sheets"),
    [
        ("", ["_static/a.css", "_static/b/c.css?v=1"]),
        ("../../", ["_static/a.css", "_static/b/c.css"]),
        ("/a-site/", ["_static/a.css?v=2"]),
        ("../", [f"{SHEET}?v=old"]),  # a page that was not written anew
    ],
)
def test_a_page_names_one_sheet_where_it_named_the_first(way, sheets):
    links = [f'\n<link rel="stylesheet" type="text/css" href="{way}{name}" />' for name in sheets]
    page = "<head>{}<style>i{{}}</style>{}<link rel=icon href=_static/i.svg></head>"
    one = f'\n    <link rel="stylesheet" href="{way}{SHEET}?v=new">'
    before = page.format(links[0], "".join(links[1:]))
    assert with_one_link(before, "new") == page.format(one, "")


def test_every_page_has_the_one_sheet(site_folder):
    for page in {*PAGES} - {ERROR_PAGE}:  # which has a style of its own
        found = LINK.findall((HTML / page).read_text("utf-8"))
        assert [name for _, name in found] == [SHEET], page


def test_what_outputs_bring_of_style_is_in_the_head_and_once(site_folder):
    for page in TO_OPEN:
        head = Counter(style.text for style in parsed(page).head.find_all("style"))
        assert max(head.values(), default=0) == 1, page
        assert not parsed(page).body.find("style"), page
    cards = parsed("book/all_cells.html").head.find_all("style")
    assert ".cell-card" in " ".join(style.text for style in cards)


def test_the_one_sheet_is_light_and_has_something_of_each(site_folder):
    assert len(gzip.compress((HTML / SHEET).read_bytes())) < MOST_BYTES
    names = names_of_all()
    for kind in (
        "pydata-sphinx-theme",
        "sphinx-book-theme",
        "pygments",
        "mystnb",
        "palette",
        "book",
    ):
        assert [name for name in names if kind in name], kind
    assert names[-1] == "_static/lstm-widgets.css"  # as it comes last when a widget is live


@pytest.mark.parametrize(
    ("width", "theme", "page"),
    [
        (1366, "light", "book/how_to_use.html"),
        (390, "dark", "notebooks/01_recurrent_networks.html"),
    ],
)
def test_a_page_looks_as_with_all_sheets_whole(browser, site, width, theme, page):
    """In a window, with its sidebar moved, and on paper."""
    pictures = []
    for links in (None, names_of_all()):
        size = {"width": width, "height": 800}
        with offline(
            browser, viewport=size, color_scheme=theme, reduced_motion="reduce"
        ) as context:
            opened = context.new_page()
            if links:
                text = (HTML / page).read_text("utf-8")
                many = "".join(f'<link rel="stylesheet" href="../{name}">' for name in links)
                body, changed = LINK.subn(many, text)
                assert changed == 1
                opened.route(f"**/{page}", partial(answer, body))
            opened.goto(f"{site}/{page}")
            opened.evaluate(READY)
            opened.evaluate(LAY_OUT)  # or a picture is taken before all sections are laid out
            assert opened.evaluate("document.styleSheets.length") >= len(links or [SHEET])
            pictures.append([opened.screenshot(full_page=True)])
            opened.locator(".primary-toggle").locator("visible=true").first.click()
            opened.wait_for_timeout(500)
            pictures[-1].append(opened.screenshot())
            opened.emulate_media(media="print")
            pictures[-1].append(opened.screenshot(full_page=True))
    assert [difference(*both) for both in zip(*pictures, strict=True)] == ["", "", ""]


def answer(body, route):
    route.fulfill(body=body, content_type="text/html")


def test_the_font_of_icons_has_those_that_are_shown(site_folder):
    font = TTFont(HTML / "_static" / icons.FONT).getBestCmap().keys()
    brands = {0xF09B, 0xF296}  # in a font of their own
    sheet = (HTML / "_static" / icons.SHEET).read_text("utf-8")
    assert icons.shown(HTML, sheet) - brands <= font
    for sign in (0xF0C9, 0xF002, 0xF078):  # bars, magnifying glass, chevron
        assert sign in font
    assert len(font) < 60


def test_signatures_and_code_lose_what_has_no_style_and_nothing_else():
    signature = (
        '<dt class="sig sig-object py" id="f"><span class="sig-name"><span class="pre">f</span>'
        '</span>(<em class="sig-param"><span class="n"><span class="pre">x</span></span>'
        '<span class="p"><span class="pre">:</span></span><span class="w"> </span>'
        '<span class="n"><a href="#T"><span class="pre">T</span></a><span class="p">'
        '<span class="pre">[</span></span></span> <span class="o">=</span></em></dt>'
    )
    code = (
        '<div class="highlight"><pre><span></span><span class="k">if</span><span class="w"> </span>'
        '<span class="n">x</span> <span class="o">&lt;</span> <span class="mf">0.5</span></pre>'
    )
    elsewhere = '<p><span class="pre">y</span> <span class="n">z</span></p>'
    context = {"body": signature + code + elsewhere}
    unwrap(None, "a page", "page.html", context, None)
    assert context["body"] == (
        '<dt class="sig sig-object py" id="f"><span class="sig-name">f</span>'
        '(<em class="sig-param">x: <a href="#T">T</a>[ <span class="o">=</span></em></dt>'
        '<div class="highlight"><pre><span></span><span class="k">if</span> x &lt; 0.5</pre>'
        '<p><span class="pre">y</span> <span class="n">z</span></p>'
    )


def test_what_keeps_its_element_in_code_is_what_has_a_style():
    style = (ROOT / "book" / "static" / "book.css").read_text(encoding="utf-8")
    lists = re.findall(r"\.highlight span:is\(([^)]*)\)", style)
    assert {kind for found in lists for kind in re.findall(r"\w+", found)} == set(STYLED.split("|"))
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"][
        "config"
    ]
    excluded = settings["copybutton_exclude"].split(", ")
    assert excluded == [f".{kind}" for kind in NOT_COPIED.split("|")]


@pytest.mark.parametrize("page", TO_OPEN)
def test_no_element_of_a_signature_or_of_code_is_without_style(page, site_folder):
    assert not parsed(page).select("dt.sig :is(.pre, .n, .w, .p)")
    left = {span["class"][0] for span in parsed(page).select(".highlight pre span[class]")}
    assert left <= {*STYLED.split("|"), *NOT_COPIED.split("|")}
