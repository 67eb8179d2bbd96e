"""The built site: every page, over http and from the disk, light and dark, wide and narrow."""

import re
from collections import Counter
from functools import cache
from importlib import resources
from types import SimpleNamespace
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from pages import (
    FRONT_DOOR,
    HTML,
    LAY_OUT,
    LISTINGS,
    PAGES,
    TO_OPEN,
    Visit,
    offline,
    page_of,
    parsed,
)
from stored import CHAPTERS, LABS, ROOT

from book import contents
from book.browser import launch
from book.extension import mathematics
from lstm_lib.equations.palette import HUES

every_file = pytest.mark.parametrize("page", PAGES)
every_page = pytest.mark.parametrize("page", TO_OPEN)
LOOKS = [(1280, "light", "http"), (390, "dark", "disk")]  # each width, theme and way once
HEIGHTS = {1280: 900, 390: 844}
LAPTOP, PHONE, NARROW = (1366, 768), (390, 844), (320, 640)
WINDOWS = {1280: [(1280, 900), LAPTOP], 390: [PHONE, NARROW]}
"""The windows that a page is measured in, one after the other, while it is open at a width."""
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
FITS = (ROOT / "tests" / "fits.js").read_text(encoding="utf-8")
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
ACCESSIBLE = (ROOT / "tests" / "accessible.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def survey(browser, site):
    """Opens a page once for each look that it can have, and says what was found."""

    @cache
    def open_and_survey(page, width, theme, way, scripts=True):
        context = offline(
            browser,
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=theme,
            has_touch=width < 600,
            java_script_enabled=scripts,
        )
        context.add_init_script(WATCH_SHIFTS)
        visit = Visit(
            context, (HTML / page).as_uri() if way == "disk" else f"{site}/{page}", scripts
        )
        if scripts:
            visit.page.evaluate(LAY_OUT)
        found = SimpleNamespace(**visit.page.evaluate(SURVEY))
        found.fits = {}
        for window in WINDOWS[width] if scripts else ():
            visit.page.set_viewport_size(dict(zip(("width", "height"), window, strict=True)))
            found.fits[window] = SimpleNamespace(**visit.page.evaluate(FITS))
        if scripts:  # in the narrower window of each width, and with all folds open
            turn = TO_OPEN.index(page) % len(LOOKS) == LOOKS.index((width, theme, way))
            if turn:
                visit.page.evaluate(AXE)
            found.barriers = visit.page.evaluate(ACCESSIBLE, turn)
        found.requests_elsewhere, found.complaints = visit.requests_elsewhere(), visit.complaints
        context.close()
        return found

    return open_and_survey


# Files, without a browser


@cache
def ids_of(page):
    """How often each id stands in a page: without parsing it, since links lead to every page."""
    return Counter(
        re.findall(r'<\w[^<>]*?\sid="([^"]*)"', (HTML / page).read_text(encoding="utf-8"))
    )


def addresses(page):
    """All that a page points to: what a reader may follow, and what the browser fetches."""
    for attribute in ("href", "src", "data", "poster"):
        for node in parsed(page).find_all(attrs={attribute: True}):
            if node.get("rel") != ["canonical"]:  # which names the page itself
                yield node.name, node[attribute]


@every_file
def test_every_link_within_the_site_leads_somewhere(site_folder, page, record_property):
    links = list(addresses(page))
    record_property("links, all checked", f"{page:60} {len(links)}")
    for _, address in links:
        path, anchor = urldefrag(address)
        if urlsplit(address).scheme:
            continue
        target = (HTML / page).parent / unquote(urlsplit(path).path) if path else HTML / page
        assert target.resolve().is_relative_to(HTML.resolve()), f"{address} leaves the site"
        assert target.is_file(), f"{address}: no such file"
        if anchor and target.suffix == ".html":
            there = target.resolve().relative_to(HTML.resolve()).as_posix()
            assert unquote(anchor) in ids_of(there), f"{address}: no such place"


@every_file
def test_no_page_names_a_script_style_or_image_of_another_host(site_folder, page):
    fetched = [
        a for name, a in addresses(page) if name != "a" and urlsplit(a).scheme not in ("", "data")
    ]
    assert not [a for a in fetched if not a.startswith(("http://127.0.0.1", "#"))]


@every_file
def test_ids_are_unique_in_the_file(site_folder, page):
    assert ids_of(page) == Counter(node["id"] for node in parsed(page).find_all(id=True))
    assert not [name for name, times in ids_of(page).items() if times > 1]


@every_file
def test_every_image_has_a_text(site_folder, page):
    assert not [str(image) for image in parsed(page).find_all("img") if not image.has_attr("alt")]


@every_file
def test_every_header_of_a_table_says_something(site_folder, page):
    assert not [str(cell) for cell in parsed(page).find_all("th") if not cell.get_text().strip()]


@every_file
def test_no_table_of_an_output_is_shown_as_its_source(site_folder, page):
    assert not [p for p in parsed(page)("p") if p.get_text().startswith("| ")]


@every_file
def test_no_mark_up_is_shown_as_its_source(site_folder, page):
    prose = (text for text in parsed(page).find_all(string=re.compile("</?[a-z]+ ?/?>")))
    assert not [text for text in prose if not text.find_parent(["pre", "code", "script", "style"])]


# In a browser


@each_way
def test_the_front_door_leads_to_the_landing_page(browser, site, disk):
    with offline(browser) as context:
        page = context.new_page()
        page.goto((HTML / FRONT_DOOR).as_uri() if disk else f"{site}/")
        page.wait_for_url("**/book/index.html")


def test_the_front_door_says_what_it_leads_to(site_folder):
    door, first = parsed(FRONT_DOOR), parsed("book/index.html")
    assert door.a["href"] == "book/index.html"
    assert door.title.text == door.a.text and door.title.text in first.title.text
    says = 'meta[name="description"], meta[property="og:description"]'
    assert [tag["content"] for tag in door.select(says)] == [
        tag["content"] for tag in first.select(says)
    ]
    (icon,) = door.select("link")  # without it, a browser asks for one that is not there
    assert icon["rel"] == ["icon"] and (HTML / icon["href"]).exists()


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
    assert not found.raw
    assert {*map(ord, found.signs)} <= mathematics.CHARACTERS, "signs that the font was cut of"


@every_page
@every_look
def test_nothing_keeps_a_reader_out(survey, page, look, record_property):
    """Contrast and size of targets in every look; axe's other rules in one, the pages by turns."""
    barriers = survey(page, *look).barriers
    record_property("what axe and our own checks find", f"{page:60} {look[:2]} {len(barriers)}")
    assert not barriers


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
    hues = {hue.light: rgb(getattr(hue, theme)) for hue in HUES.values()}
    for written, seen in found.colours:
        assert seen == hues[written]


def rgb(colour):
    return "rgb({}, {}, {})".format(*bytes.fromhex(colour.removeprefix("#")))


def test_some_equation_is_coloured():
    assert any(parsed(page).select("math [mathcolor]") for page in PAGES)


@every_page
@every_look
def test_a_page_does_not_jump_when_its_widgets_start(survey, page, look, record_property):
    shifts = survey(page, *look).shifts
    total = sum(value for value, _ in shifts)
    record_property("how much pages shift", f"{page:60} {look[:2]} {total:.3f}")
    assert total < 0.02, shifts


def test_a_page_whose_second_window_is_not_there_yet_is_as_wide(browser, site_folder):
    """Where scroll bars take room, its text moved as soon as more than a window of it was there."""
    shown = launch(browser.browser_type, ignore_default_args=["--hide-scrollbars"])
    with offline(shown) as context:
        page = Visit(context, f"{site_folder.as_uri()}/notebooks/07_variants.html").page
        width = "document.documentElement.clientWidth"
        whole = page.evaluate(width)
        page.evaluate("document.body.replaceChildren()")
        assert page.evaluate(width) == whole < page.evaluate("innerWidth")
    shown.close()


SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 90_000,
}
"""A slow phone network: milliseconds, bytes a second."""


def test_the_font_of_formulas_moves_nothing_where_the_network_is_slow(browser, site):
    """It is asked for before all else; when the first formula asked for it, this page moved by
    0.02."""
    with offline(browser, viewport={"width": 390, "height": 844}, has_touch=True) as context:
        context.add_init_script(WATCH_SHIFTS)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(f"{site}/notebooks/04_cell_state_and_gates.html")
        page.evaluate("document.fonts.load('1em Mathematics')")
        page.evaluate("new Promise((go) => requestAnimationFrame(() => setTimeout(go, 200)))")
        shifts = page.evaluate("shifts")
        assert sum(value for value, _ in shifts) < 0.01, shifts


@every_page
@every_look
def test_a_widget_takes_no_more_room_than_its_static_figure_held(survey, page, look):
    places = parsed(page).select(".widget")
    if places:
        live, static = survey(page, *look), survey(page, *look, scripts=False)
        for place, *heights in zip(places, live.heights, static.heights, strict=True):
            if not place.select(".question"):  # without scripts, its reasons are there to read
                assert heights[0] == pytest.approx(heights[1], abs=1)


# Room: for the answer at the top of a chapter, for code, for tables

CHAPTER_PAGES = [page_of(path) for path in CHAPTERS]
TO_BE_READ = [*CHAPTER_PAGES, *map(page_of, LABS), "book/index.html", "book/how_to_use.html"]
"""The pages that are read from top to bottom, and not looked up."""
every_window = pytest.mark.parametrize(
    ("look", "window"),
    [(look, window) for look in LOOKS for window in WINDOWS[look[0]]],
    ids=lambda value: str(value[0]) if len(value) == 2 else value[2],
)


@pytest.mark.parametrize("page", CHAPTER_PAGES)
@pytest.mark.parametrize(("look", "window"), [(LOOKS[0], LAPTOP), (LOOKS[1], PHONE)])
def test_the_answer_and_its_picture_are_in_sight_at_once(survey, page, look, window):
    opening = survey(page, *look).fits[window].opening
    assert opening, "the page does not begin with a box `In one minute` and a picture"
    for what, box in opening.items():
        assert box["top"] >= 0 and box["bottom"] <= window[1], what
    if window == LAPTOP:
        assert opening["picture"]["left"] >= opening["answer"]["right"], "not side by side"


@pytest.mark.parametrize("page", ["book/index.html"])
@pytest.mark.parametrize(("look", "window"), [(LOOKS[0], LAPTOP), (LOOKS[1], PHONE)])
def test_the_slider_of_the_landing_page_is_in_sight_with_its_picture(survey, page, look, window):
    (widget,) = survey(page, *look).fits[window].widgets
    assert widget["sliders"], "the landing page has no slider"
    for box in [widget["picture"], *widget["sliders"]]:
        assert box["top"] >= 0 and box["bottom"] <= window[1]


@pytest.mark.parametrize("page", [*TO_BE_READ, *LISTINGS[:1]])
def test_no_code_and_no_output_scrolls_sideways_on_a_laptop(survey, page):
    for window in WINDOWS[1280]:
        assert not survey(page, *LOOKS[0]).fits[window].wide_code


@every_page
def test_code_that_scrolls_on_a_phone_shows_that_there_is_more(survey, page):
    assert not survey(page, *LOOKS[1]).fits[PHONE].without_edge


@every_page
@every_window
def test_no_table_hides_a_column(survey, page, look, window):
    fits = survey(page, *look).fits[window]
    assert not fits.cut_tables
    assert fits.overflow <= 0


# Claims


@pytest.fixture(scope="module")
def page_with_claims(site_folder):
    found = [page for page in CHAPTER_PAGES if parsed(page).select("details.claim")]
    assert found, "no chapter has a claim"
    return found[0]


@pytest.mark.parametrize("page", [page_of(path) for path in (*CHAPTERS, *LABS)])
def test_each_claim_is_a_line_and_all_are_counted(site_folder, page):
    claims = parsed(page).select("details.claim")
    for claim in claims:
        assert not claim.has_attr("open")
        mark, sentence = claim.summary.find_all("span", recursive=False)
        assert (mark["role"], mark["aria-label"]) == ("img", "checked")
        assert sentence.get_text().strip() and "assert" not in sentence.get_text()
        assert "assert" in claim.select_one("pre").get_text()
    counted = f"{len(claims)} claim{'s' * (len(claims) != 1)}, checked"
    (reading,) = parsed(page).select("p.reading")
    assert re.search(r"\d+ minutes? to read", reading.get_text())
    if claims:
        assert counted in reading.get_text()
        assert [foot.get_text() for foot in parsed(page).select("p.counted")] == [counted]


def test_a_claim_unfolds_by_keyboard_and_says_that_it_is_checked(browser, site, page_with_claims):
    with offline(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/{page_with_claims}")
        claim = page.locator("details.claim").first
        assert re.search(r'img "checked"', claim.aria_snapshot())
        assert not claim.locator("pre").is_visible()
        claim.locator("summary").focus()
        page.keyboard.press("Enter")
        assert claim.locator("pre").is_visible()
        page.emulate_media(media="print")
        assert claim.locator("summary").is_visible()


# The contents


def test_chapters_are_numbered_and_labs_are_marked(site_folder):
    for number, (chapter, labs) in enumerate(contents.chapters().items(), 1):
        heading = parsed(f"{chapter}.html").select_one("article h1").get_text()
        assert heading.startswith(f"{number}. ")
        for lab in labs:
            page = parsed(f"{lab}.html")
            assert page.select_one("article h1").get_text().startswith("Lab: ")
            back = page.select_one("p.reading a")
            assert back["href"] == f"../{chapter.removeprefix('notebooks/')}.html"
            assert back.get_text().startswith(f"chapter {number}, ")


def test_figures_have_the_number_of_their_chapter_and_each_another(site_folder):
    for number, (chapter, labs) in enumerate(contents.chapters().items(), 1):
        numbers = []
        for page in (chapter, *labs):
            for caption in parsed(f"{page}.html").select("article figcaption"):
                numbers.append(caption.select_one(".caption-number").get_text().strip())
        assert numbers == [f"Figure {number}.{k}" for k in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("where", [".bd-sidebar-primary nav", ".chapters"], ids=["sidebar", "page"])
def test_the_landing_page_lists_chapters_and_labs_without_a_script(site_folder, where):
    items = [
        (link["href"].removeprefix("../"), link.parent.get_text().strip())
        for link in parsed("book/index.html").select(f"{where} a")
    ]
    listed = dict(items)
    for number, (chapter, labs) in enumerate(contents.chapters().items(), 1):
        assert f"{chapter}.html" in listed
        if where != ".chapters":  # there it is the number of the list's item
            assert listed[f"{chapter}.html"].startswith(f"{number}. ")
        for lab in labs:
            assert listed[f"{lab}.html"].startswith("Lab: ")
    pages = [page for page, _ in items if page.startswith("notebooks/")]
    in_order = [page for chapter, labs in contents.chapters().items() for page in (chapter, *labs)]
    assert pages == [f"{page}.html" for page in in_order]
