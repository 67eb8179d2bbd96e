"""A page by keyboard, with more room between letters, and without scripts: nothing is lost.

What is wrong on any one page, test_site.py finds while the page is open.
"""

import pytest
from pages import HTML, LAY_OUT, Visit, offline

PAGE = "notebooks/04_cell_state_and_gates.html"
MOST_STOPS = 34
"""From the top of a page to its text: the sidebar, and the buttons above the text."""


@pytest.fixture(scope="module")
def opened(browser, site_folder):
    with offline(browser, reduced_motion="reduce") as context:
        yield Visit(context, (HTML / PAGE).as_uri()).page


# What has the focus, and whether a reader sees where it is. A fold of the sidebar has the ring on
# its triangle.
STOP = """() => {
    const node = document.activeElement;
    const shown = node.matches(".bd-sidebar-primary summary") ? node.firstElementChild : node;
    const { outlineStyle, outlineWidth, outlineColor, outlineOffset } = getComputedStyle(shown);
    const box = shown.getBoundingClientRect();
    const over = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]]
        .map(([x, y]) => document.elementFromPoint(box.x + x * box.width, box.y + y * box.height))
        .filter((each) => each && (each.contains(node) || node.contains(each)));
    let ground = parseFloat(outlineOffset) < 0 ? shown : shown.parentElement;
    const clear = (each) => getComputedStyle(each).backgroundColor === "rgba(0, 0, 0, 0)";
    while (ground?.parentElement && clear(ground)) ground = ground.parentElement;
    return {
        name: node.outerHTML.slice(0, 90),
        top: node === document.body,
        text: Boolean(node.closest("article")),
        ring: ground && outlineStyle === "solid" && parseFloat(outlineWidth) >= 2
            && outlineColor !== getComputedStyle(ground).backgroundColor,
        seen: over.length > 0,
    };
}"""


def stops(page, key="Tab", most=300):
    """What has the focus after each press of a key, until the page is left."""
    found = []
    while len(found) < most:
        page.keyboard.press(key)
        stop = page.evaluate(STOP)
        if stop["top"]:
            return found
        found.append(stop)
    pytest.fail(f"the page is not left after {most} presses: {found[-3:]}")


def test_the_first_stop_leads_past_everything_to_the_text(opened):
    opened.keyboard.press("Tab")
    link = opened.locator(":focus")
    assert link.inner_text() == "Skip to the text"
    box = link.bounding_box()
    assert box["y"] >= 0 and box["height"] > 10
    opened.keyboard.press("Enter")
    opened.keyboard.press("Tab")
    assert opened.evaluate(STOP)["text"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_always_seen_and_never_held(opened, theme):
    opened.emulate_media(color_scheme=theme)
    opened.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
    opened.locator(".skip-link a").focus()
    found = stops(opened)
    assert not [stop["name"] for stop in found if not stop["ring"]]
    assert not [stop["name"] for stop in found if not stop["seen"]]
    before = next(k for k, stop in enumerate(found) if stop["text"])
    assert 0 < before <= MOST_STOPS


def test_nothing_that_stays_in_sight_hides_the_focus_on_the_way_back(browser, site_folder):
    phone = {"viewport": {"width": 390, "height": 640}, "has_touch": True}
    with offline(browser, reduced_motion="reduce", **phone) as context:
        page = Visit(context, (HTML / "notebooks/05_step_by_step.html").as_uri()).page
        page.locator(".prev-next-footer a").first.focus()
        found = stops(page, "Shift+Tab")
        assert len(found) > 30
        assert not [stop["name"] for stop in found if not stop["seen"]]


def test_the_search_field_shows_its_focus(opened):
    for forced in ("none", "active"):
        opened.emulate_media(forced_colors=forced)
        opened.keyboard.press("Control+k")
        assert opened.locator("dialog[open] input:focus").count() == 1
        stop = opened.evaluate(STOP)
        opened.keyboard.press("Escape")
        assert stop["ring"], forced
    opened.emulate_media(forced_colors="none")


# Room

ROOM = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""
"""What a reader may ask for: WCAG 2.2, 1.4.12."""

CUT = """() => {
    const page = document.documentElement;
    const texts = "main :not(svg, svg *, .math, .math *, .said)";
    const cut = [...document.querySelectorAll(texts)].filter((node) => {
        const { overflowX, overflowY, display } = getComputedStyle(node);
        return node.innerText?.trim() && display !== "inline"
            && node.checkVisibility({ visibilityProperty: true, opacityProperty: true })
            && ((overflowX === "hidden" && node.scrollWidth > node.clientWidth + 2)
                || (overflowY === "hidden" && node.scrollHeight > node.clientHeight + 3));
    });
    return [...cut, ...(page.scrollWidth > innerWidth ? [page] : [])]
        .map((node) => node.outerHTML.slice(0, 90));
}"""


@pytest.mark.parametrize("page", ["notebooks/05_step_by_step.html", "notebooks/07_variants.html"])
def test_more_room_between_lines_words_and_letters_cuts_nothing(browser, site_folder, page):
    with offline(browser, viewport={"width": 1280, "height": 900}) as context:
        opened = Visit(context, (HTML / page).as_uri()).page
        opened.evaluate(LAY_OUT)
        opened.add_style_tag(content=ROOM)
        for width in (1280, 640, 320):
            opened.set_viewport_size({"width": width, "height": 900})
            assert not opened.evaluate(CUT), width


# Without scripts


def test_without_scripts_the_reasons_of_a_question_are_read(browser, site_folder):
    with offline(browser, java_script_enabled=False) as context:
        page = Visit(context, (HTML / PAGE).as_uri(), scripts=False).page
        reasons = page.locator(".question p")
        assert reasons.count() > 2 and all(each.is_visible() for each in reasons.all())
        assert not page.locator(".sidebar-toggle").first.is_visible()
