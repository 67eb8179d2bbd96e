"""A page that is opened at its top is laid out as far as it is seen, and otherwise whole."""

import pytest
from pages import DRAWN, LAY_OUT, Visit, come_to_rest, offline

CHAPTER = "notebooks/07_variants.html"
CARDS, CELLS = "book/all_cells.html", "book/api/cells.html"
MIDDLE = "#depth-gates-can-the-memory-go-up-too"
LAST = "#where-to-go-next"

LAID_OUT = """[...document.querySelectorAll(".bd-article > section > section > h2")].map(
    (heading) => heading.checkVisibility({ contentVisibilityAuto: true }))"""
TOPS = """[...document.querySelectorAll(".bd-article :is(h2, h3, dt.sig)")].map(
    (heading) => Math.round(heading.getBoundingClientRect().top + scrollY))"""
ONE_BY_ONE = {CARDS: ".cell-card", CELLS: "dl.class:has(math):not(:has(dl.py))"}
"""What is laid out one by one on a page of long lists."""


@pytest.fixture(params=[(1366, 768), (390, 844)], ids=["laptop", "phone"])
def visit(browser, site, request):
    width, height = request.param
    with offline(
        browser, viewport={"width": width, "height": height}, reduced_motion="reduce"
    ) as context:

        def opened(anchor="", name=CHAPTER):
            page = Visit(context, f"{site}/{name}{anchor}").page
            page.mouse.move(width / 2, height / 2)  # where the wheel turns
            return page

        yield opened


def test_what_is_far_below_waits_and_comes_as_the_reader_does(visit):
    page = visit()
    sections = page.locator(".bd-article > section > section")
    assert page.evaluate(LAID_OUT)[-1] is False
    for section in sections.all():
        section.evaluate("(section) => section.scrollIntoView()")
        page.evaluate(DRAWN)
        heading = section.locator("h2")
        assert heading.evaluate("(it) => it.checkVisibility({ contentVisibilityAuto: true })")
    assert -5 < sections.last.locator("h2").bounding_box()["y"] < page.viewport_size["height"]


@pytest.mark.parametrize("name", [CHAPTER, "book/index.html", CARDS, CELLS])
def test_it_looks_as_it_does_when_it_is_laid_out_whole(visit, name):
    page = visit(name=name)
    step = page.viewport_size["height"] // 2
    while not page.evaluate("scrollY + innerHeight >= document.body.scrollHeight - 1"):
        page.mouse.wheel(0, step)
        page.evaluate(DRAWN)
    came = page.evaluate(TOPS)
    page.evaluate(LAY_OUT)
    assert page.evaluate(TOPS) == came


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_a_cell_has_at_least_its_own_height_before_it_is_laid_out(visit, name):
    page = visit(name=name)
    heights = f"""[...document.querySelectorAll("{ONE_BY_ONE[name]}")].map(
        (cell) => cell.getBoundingClientRect().height)"""
    waiting = page.evaluate(heights)
    page.evaluate(LAY_OUT)
    laid_out = page.evaluate(heights)
    assert all(before >= after for before, after in zip(waiting, laid_out, strict=True))
    assert waiting[-1] > laid_out[-1]


def test_who_comes_to_a_place_further_down_gets_a_whole_page_and_that_place(visit):
    page = visit(LAST)
    assert all(page.evaluate(LAID_OUT))
    assert -5 < page.locator(f"{LAST} > h2").bounding_box()["y"] < page.viewport_size["height"]
    page = visit()
    page.mouse.wheel(0, 3000)
    page.wait_for_function("scrollY > 2500")
    come_to_rest(page)
    seen = "document.elementFromPoint(innerWidth / 2, 300).textContent"
    text = page.evaluate(seen)
    page.reload()
    page.wait_for_function("scrollY > 2500")
    come_to_rest(page)
    assert all(page.evaluate(LAID_OUT))
    assert page.evaluate(seen) == text


def test_a_link_leads_to_its_place_as_in_the_whole_page(visit):
    page = visit()
    page.eval_on_selector(f"a[href='{MIDDLE}']", "(link) => link.click()")
    come_to_rest(page)
    assert all(page.evaluate(LAID_OUT))
    there = page.evaluate("scrollY")
    assert there > 5000 and abs(there - visit(MIDDLE).evaluate("scrollY")) < 2
    assert -5 < page.locator(f"{MIDDLE} > h2").bounding_box()["y"] < 200


def test_on_paper_all_of_it_is_there(visit):
    page = visit()
    page.emulate_media(media="print")
    assert all(page.evaluate(LAID_OUT))


def test_without_scripts_all_of_it_is_there(browser, site):
    with offline(browser, java_script_enabled=False) as context:
        page = Visit(context, f"{site}/{CHAPTER}", scripts=False).page
        assert all(page.evaluate(LAID_OUT))
