"""The built site: every page, over http and from the disk, light and dark, wide and narrow."""

from collections import Counter
from functools import cache
from types import SimpleNamespace
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from bs4 import BeautifulSoup
from pages import FRONT_DOOR, HTML, PAGES, TO_OPEN, Visit, offline
from stored import ROOT

from lstm_lib.equations.palette import HUES

every_file = pytest.mark.parametrize("page", PAGES)
every_page = pytest.mark.parametrize("page", TO_OPEN)
LOOKS = [(1280, "light", "http"), (390, "dark", "disk")]  # each width, theme and way once
every_look = pytest.mark.parametrize("look", LOOKS, ids="{0[0]}-{0[1]}-{0[2]}".format)
each_way = pytest.mark.parametrize("disk", [False, True], ids=["http", "disk"])

# Before the page: count how much it shifts, as the browser itself counts.
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shifts.push([entry.value, entry.sources.map(
        ({ node }) => node?.outerHTML?.slice(0, 80) ?? String(node?.textContent).slice(0, 80))]);
}).observe({ type: "layout-shift", buffered: true });
"""

# After it: everything that the claims below are about, in one go.
SURVEY = (ROOT / "tests" / "survey.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def survey(browser, site):
    """Opens a page once for each look that it can have, and says what was found."""

    @cache
    def open_and_survey(page, width, theme, way, scripts=True):
        context = offline(
            browser,
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            has_touch=width < 600,
            java_script_enabled=scripts,
        )
        context.add_init_script(WATCH_SHIFTS)
        visit = Visit(
            context, (HTML / page).as_uri() if way == "disk" else f"{site}/{page}", scripts
        )
        found = SimpleNamespace(**visit.page.evaluate(SURVEY))
        found.requests_elsewhere, found.complaints = visit.requests_elsewhere(), visit.complaints
        context.close()
        return found

    return open_and_survey


# Files, without a browser


@cache
def parsed(page):
    return BeautifulSoup((HTML / page).read_text(encoding="utf-8"), "html.parser")


def addresses(page):
    """All that a page points to: what a reader may follow, and what the browser fetches."""
    for attribute in ("href", "src", "data", "poster"):
        for node in parsed(page).find_all(attrs={attribute: True}):
            yield node.name, node[attribute]


@every_file
def test_every_link_within_the_site_leads_somewhere(site_folder, page):
    for _, address in addresses(page):
        path, anchor = urldefrag(address)
        if urlsplit(address).scheme:
            continue
        target = (HTML / page).parent / unquote(urlsplit(path).path) if path else HTML / page
        assert target.resolve().is_relative_to(HTML.resolve()), f"{address} leaves the site"
        assert target.is_file(), f"{address}: no such file"
        if anchor and target.suffix == ".html":
            there = parsed(target.resolve().relative_to(HTML.resolve()).as_posix())
            assert there.find(id=unquote(anchor)), f"{address}: no such place"


@every_file
def test_no_page_names_a_script_style_or_image_of_another_host(site_folder, page):
    fetched = [
        a for name, a in addresses(page) if name != "a" and urlsplit(a).scheme not in ("", "data")
    ]
    assert not [a for a in fetched if not a.startswith(("http://127.0.0.1", "#"))]


@every_file
def test_ids_are_unique_in_the_file(site_folder, page):
    ids = Counter(node["id"] for node in parsed(page).find_all(id=True))
    assert not [name for name, times in ids.items() if times > 1]


@every_file
def test_every_image_has_a_text(site_folder, page):
    assert not [str(image) for image in parsed(page).find_all("img") if not image.has_attr("alt")]


# In a browser


@each_way
def test_the_front_door_leads_to_the_landing_page(browser, site, disk):
    with offline(browser) as context:
        page = context.new_page()
        page.goto((HTML / FRONT_DOOR).as_uri() if disk else f"{site}/")
        page.wait_for_url("**/book/index.html")


@every_page
@every_look
def test_a_page_asks_nobody_else_for_anything(survey, page, look):
    assert not survey(page, *look).requests_elsewhere


@every_page
@every_look
def test_a_page_opens_without_complaint(survey, page, look):
    assert not survey(page, *look).complaints


@every_page
@every_look
def test_every_widget_is_alive(survey, page, look):
    found = survey(page, *look)
    assert len(found.heights) == len(parsed(page).select(".widget"))
    assert not found.dead


@every_page
@every_look
def test_every_formula_is_typeset(survey, page, look):
    found = survey(page, *look)
    assert found.typeset == found.formulas
    assert not found.broken
    assert not found.raw


def test_the_site_has_widgets_and_formulas(site_folder):
    assert any(parsed(page).select(".widget") for page in PAGES)
    assert any(parsed(page).select(".math") for page in PAGES)


@every_page
def test_ids_are_unique_in_the_live_page(survey, page):
    assert not survey(page, *LOOKS[0]).ids


@every_page
@every_look
def test_nothing_is_wider_than_the_window(survey, page, look):
    found = survey(page, *look)
    assert found.overflow <= 0
    assert not found.outside


@every_page
@every_look
def test_nothing_in_a_figure_lies_on_something_else(survey, page, look):
    assert not survey(page, *look).overlaps


@every_page
@every_look
def test_equations_have_the_hues_of_the_theme(survey, page, look):
    found = survey(page, *look)
    _, theme, _ = look
    assert found.theme == theme
    hues = {rgb(hue.light): rgb(getattr(hue, theme)) for hue in HUES.values()}
    for written, seen in found.colours:
        assert seen == hues[written]


def rgb(colour):
    return "rgb({}, {}, {})".format(*bytes.fromhex(colour.removeprefix("#")))


def test_some_equation_is_coloured(survey):
    assert any(survey(page, *LOOKS[0]).colours for page in TO_OPEN)


@every_page
@every_look
def test_a_page_does_not_jump_when_its_widgets_start(survey, page, look):
    shifts = survey(page, *look).shifts
    assert sum(value for value, _ in shifts) < 0.05, shifts


@every_page
@every_look
def test_a_widget_takes_no_more_room_than_its_static_figure_held(survey, page, look):
    if parsed(page).select(".widget"):
        live, static = survey(page, *look), survey(page, *look, scripts=False)
        assert live.heights == pytest.approx(static.heights, abs=1)
