"""What is around the text of a page: light and dark, sidebars, search, the menu of downloads."""

import ast

import pytest
from pages import DRAWN, HTML, PAGES, Visit, come_to_rest, offline

CHAPTER = "notebooks/03_lstm_networks.html"
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

THEME = "[document.documentElement.dataset.mode, document.documentElement.dataset.theme]"
FOCUS = "document.activeElement.className"


@pytest.fixture
def open_chapter(browser, site):
    """A chapter in a window and a theme of the system, in a browser that remembers nothing."""
    contexts = []

    def opened(window=LAPTOP, theme="light", place=CHAPTER):
        contexts.append(offline(browser, color_scheme=theme, reduced_motion="reduce", **window))
        return Visit(contexts[-1], f"{site}/{place}").page

    yield opened
    for context in contexts:
        context.close()


# Light and dark


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_the_button_gives_the_other_theme_then_the_systems_then_what_the_system_is(
    open_chapter, system, other
):
    page = open_chapter(theme=system)
    seen = [page.evaluate(THEME)]
    for _ in range(3):
        page.locator(".theme-switch-button").click()
        seen.append(page.evaluate(THEME))
    assert seen == [["auto", system], [other, other], [system, system], ["auto", system]]


def test_a_theme_that_was_chosen_stays_and_else_the_system_is_followed(open_chapter):
    page = open_chapter()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    page.emulate_media(color_scheme="light")
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    page.locator(".theme-switch-button").click()
    page.emulate_media(color_scheme="dark")
    page.locator(".theme-switch-button").click()  # dark was chosen, next is what the system is
    page.locator(".theme-switch-button").click()
    assert page.evaluate(THEME) == ["light", "light"]
    page.reload()
    assert page.evaluate(THEME) == ["light", "light"]


def test_nobody_sees_the_theme_that_the_system_had_before(browser, site):
    """Before the first paint, so before any of the site's files."""
    with offline(browser, color_scheme="light") as context:
        page = Visit(context, f"{site}/{CHAPTER}").page
        page.emulate_media(color_scheme="dark")
        page.route("**/*.js*", lambda route: route.abort())
        page.reload()
        assert page.evaluate(THEME) == ["auto", "dark"]


# Search


def test_the_box_opens_by_key_and_button_and_closes_by_escape_or_beside_it(open_chapter):
    page = open_chapter()
    box = page.locator("#pst-search-dialog[open]")
    for _ in range(2):
        page.keyboard.press("Control+k")
        assert box.locator("input:focus").count() == 1
        page.keyboard.type("p")
        page.keyboard.press("Escape")
        assert not box.count()
    page.keyboard.press("Control+Shift+k")
    page.keyboard.press("k")
    assert not box.count()
    page.locator(".search-button__button").locator("visible=true").first.click()
    page.mouse.click(683, 150)  # within it
    assert box.count() == 1
    page.mouse.click(5, 760)
    assert not box.count()


def test_on_the_page_of_results_the_key_leads_to_its_field(browser, site):
    with offline(browser) as context:
        page = Visit(context, f"{site}/search.html?q=gate").page
        page.keyboard.press("Control+k")
        assert page.locator("main form.bd-search input:focus").count() == 1
        assert page.evaluate("getSelection().toString()") == "gate"


def test_from_the_list_of_pages_over_the_page_of_results_too(browser, site):
    with offline(browser, **PHONE) as context:
        page = Visit(context, f"{site}/search.html").page
        field = page.locator("main form.bd-search input:focus")
        assert field.count() == 1  # to write in at once
        page.locator(".primary-toggle").tap()
        page.keyboard.press("Control+k")
        assert field.count() == 1 and not page.locator("dialog[open]").count()


def test_escape_closes_the_box_and_not_what_is_below_it(open_chapter):
    page = open_chapter(PHONE)
    page.locator(".primary-toggle").tap()
    page.keyboard.press("Control+k")
    assert page.locator("dialog[open]").count() == 2
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").get_attribute("id") == "pst-primary-sidebar-modal"


# Sidebars


@pytest.mark.parametrize("width", [1366, 975])
def test_in_a_wide_window_the_list_of_pages_is_beside_the_text_or_not(open_chapter, width):
    page = open_chapter({"viewport": {"width": width, "height": 768}})
    listed = page.locator("#pst-primary-sidebar")
    assert listed.is_visible()
    page.locator(".primary-toggle").click()
    listed.wait_for(state="hidden")
    page.locator(".primary-toggle").click()
    listed.wait_for(state="visible")
    assert not page.locator("dialog[open]").count()


@pytest.mark.parametrize("name", ["primary", "secondary"])
def test_on_a_phone_a_list_is_over_the_text(open_chapter, name):
    page = open_chapter(PHONE)
    button, sidebar = page.locator(f".{name}-toggle"), page.locator(f"#pst-{name}-sidebar")
    dialog = page.locator(f"#pst-{name}-sidebar-modal")
    state = "({ innerHTML, className }) => [innerHTML, className]"
    kept = sidebar.evaluate(state)
    assert not sidebar.is_visible()
    for close in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.touchscreen.tap(385 if name == "primary" else 5, 800),
    ):
        button.tap()
        assert page.locator("dialog[open] a").locator("visible=true").count() > 5
        close()
        assert not page.locator("dialog[open]").count()
        assert sidebar.evaluate(state) == kept and dialog.evaluate(state) == ["", ""]
        assert f"{name}-toggle" in page.evaluate(FOCUS)


def test_a_list_over_the_text_is_beside_it_once_the_window_is_wide(open_chapter):
    page = open_chapter(PHONE)
    for name in ("primary", "secondary"):
        page.locator(f".{name}-toggle").tap()
        page.set_viewport_size({"width": 1366, "height": 768})
        page.locator(f"#pst-{name}-sidebar a").locator("visible=true").first.wait_for()
        assert not page.locator("dialog[open]").count()
        page.set_viewport_size(PHONE["viewport"])


def test_on_a_phone_a_link_within_the_page_closes_the_list(open_chapter):
    page = open_chapter(PHONE)
    page.locator(".secondary-toggle").tap()
    link = page.locator("dialog[open] a").nth(3)
    anchor = link.get_attribute("href")
    link.tap()
    page.locator("dialog[open]").wait_for(state="detached")
    come_to_rest(page)
    assert not page.locator("dialog[open]").count()
    assert page.url.endswith(anchor)
    assert -5 < page.locator(f"{anchor} > h2").bounding_box()["y"] < 200


def test_the_list_of_pages_shows_this_page_and_then_stays_where_the_reader_left_it(browser, site):
    last = next(page for page in reversed(PAGES) if page.startswith("book/api/"))
    with offline(browser, **LAPTOP) as context:
        page = Visit(context, f"{site}/{last}").page
        here = page.locator("#pst-primary-sidebar a.current").last
        assert 0 < here.bounding_box()["y"] < 768
        assert page.evaluate("scrollY") == 0  # the list alone is moved
        page.locator("#pst-primary-sidebar").evaluate("(list) => { list.scrollTop = 123; }")
        for name in (CHAPTER, "_modules/lstm_lib/cells/lstm.html", CHAPTER):  # one without the list
            page.goto(f"{site}/{name}")
        assert page.locator("#pst-primary-sidebar").evaluate("(list) => list.scrollTop") == 123


# On this page

MARKED = """[...document.querySelectorAll("#pst-page-toc-nav a[aria-current=true]")].map(
    (link) => link.getAttribute("href"))"""


def test_the_section_that_is_read_is_marked_down_the_page_and_up_again(open_chapter):
    page = open_chapter(place="notebooks/07_variants.html")
    assert page.evaluate(MARKED) == []
    anchors = page.eval_on_selector_all(
        "#pst-page-toc-nav a", "(links) => links.map((link) => link.hash)"
    )
    assert page.locator("#pst-page-toc-nav ul ul a").count()  # a section within a section
    page.evaluate("(anchor) => { location.hash = anchor; }", anchors[0])  # is left soon
    for anchor in [*anchors[:-1], *anchors[-2::-1]]:
        page.eval_on_selector(anchor, "(section) => section.scrollIntoView()")
        page.wait_for_function(f"{MARKED}[0] === '{anchor}'")
        assert page.evaluate(MARKED) == [anchor]
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(f"!{MARKED}.length")
    # In the room between two sections, the one before stays marked.
    before, after = anchors[:2]
    page.eval_on_selector(before, "(section) => section.scrollIntoView()")
    page.wait_for_function(f"{MARKED}[0] === '{before}'")
    top = page.locator(after).bounding_box()["y"]
    page.evaluate("(y) => scrollBy(0, y)", top - 0.3 * 768 - 30)
    page.evaluate(DRAWN)
    assert page.evaluate(MARKED) == [before]


@pytest.mark.parametrize("place", ["notebooks/07_variants.html", "book/api/cells.html"])
def test_each_link_of_the_list_is_marked_where_it_leads_to(open_chapter, place):
    page = open_chapter(place=place)
    links = page.locator("#pst-page-toc-nav a")
    anchors = links.evaluate_all("(links) => links.map((link) => link.hash)")
    followed = []
    for k in range(len(anchors)):
        links.nth(k).evaluate("(link) => link.click()")
        come_to_rest(page)
        followed += page.evaluate(MARKED)
    assert followed == anchors


def test_what_a_link_leads_to_is_marked_even_at_the_foot_of_the_page(open_chapter):
    last = "#where-to-go-next"
    high = {"viewport": {"width": 1366, "height": 2000}}
    page = open_chapter(high, place=f"{CHAPTER}{last}")

    def marked():
        come_to_rest(page)  # as the browser scrolls, other sections come into sight
        return page.evaluate(MARKED)

    assert marked() == [last]
    for anchor in ("#exercises", last):
        page.evaluate(f"location.hash = '{anchor}'")
        assert marked() == [anchor]
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(f"!{MARKED}.length")
    page.locator(f"#pst-page-toc-nav a[href='{last}']").click()  # the address is the same
    assert marked() == [last]


# The buttons


def test_what_a_button_of_signs_does_is_written_beside_it_for_the_keyboard(open_chapter):
    page = open_chapter()
    words = "getComputedStyle(document.activeElement, '::after').content"
    width = "parseFloat(getComputedStyle(document.activeElement, '::after').width)"
    seen = []
    page.locator(".skip-link a").focus()
    page.locator(".primary-toggle").focus()
    for _ in range(3):
        seen.append(page.evaluate(words))
        assert page.evaluate(width) > 60
        page.keyboard.press("Tab")
    assert seen == ['"Toggle primary sidebar"', '"Download this page"', '"Color mode"']


# The menu of downloads


def test_the_menu_opens_by_click_and_by_key_and_closes_by_escape_or_elsewhere(open_chapter):
    page = open_chapter()
    button, menu = page.locator(".dropdown-toggle"), page.locator(".dropdown-menu")
    button.hover()
    assert not menu.is_visible()
    button.click()
    assert menu.is_visible() and button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not menu.is_visible() and button.get_attribute("aria-expanded") == "false"
    assert "dropdown-toggle" in page.evaluate(FOCUS)
    items = [".ipynb", ".pdf", ".ipynb"]
    for key, names in (("ArrowDown", items), ("ArrowUp", [".pdf", ".ipynb", ".pdf"])):
        for name in names:
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement.innerText.trim()") == name
        page.keyboard.press("Escape")
        assert "dropdown-toggle" in page.evaluate(FOCUS)
    button.click()
    page.locator("article h1").click()
    assert not menu.is_visible()
    button.click()
    with page.expect_download() as started:
        page.locator(".btn-download-source-button").click()
    assert started.value.suggested_filename.endswith(".ipynb") and not menu.is_visible()
    button.click()
    page.keyboard.press("Shift+Tab")
    assert not menu.is_visible()


# Code to copy


@pytest.mark.parametrize("name", [CHAPTER, "book/api/cells.html"])
def test_code_is_copied_without_its_prompts(browser, site, name):
    with offline(browser, permissions=["clipboard-read", "clipboard-write"], **LAPTOP) as context:
        page = Visit(context, f"{site}/{name}").page
        block = page.locator("div.highlight:has(.copybtn)").locator("visible=true").first
        block.hover()
        block.locator(".copybtn").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        shown = block.locator("pre").text_content()
    ast.parse(copied)
    assert len(copied) > 20 and copied.splitlines()[0] in shown and ">>>" not in copied


def test_what_was_printed_and_what_is_claimed_has_no_button(browser, site):
    with offline(browser) as context:
        page = Visit(context, f"{site}/{CHAPTER}").page
        assert page.locator(".cell_input .copybtn").count() > 5
        for place in (".cell_output pre", ".claim pre"):
            assert page.locator(place).count() and not page.locator(f"{place} + .copybtn").count()


# What is left out


def test_no_page_asks_for_the_scripts_of_the_theme(site_folder):
    assert not (HTML / "_static" / "scripts").exists()
    for page in PAGES:
        text = (HTML / page).read_text(encoding="utf-8")
        for name in ("bootstrap", "pydata-sphinx-theme", "sphinx-book-theme", "doctools"):
            assert f"{name}.js" not in text, page
