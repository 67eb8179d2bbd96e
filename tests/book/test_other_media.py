"""A page on paper, and in the colours that a reader's system forces: nothing is lost."""

import pytest
from pages import HTML, Visit, offline

PAGE = "notebooks/04_cell_state_and_gates.html"
STYLE_OF = "(node, [name, pseudo]) => getComputedStyle(node, pseudo).getPropertyValue(name)"


@pytest.fixture(scope="module")
def opened(browser, site_folder):
    with offline(browser) as context:
        yield Visit(context, (HTML / PAGE).as_uri()).page


@pytest.fixture
def on_paper(opened):
    opened.emulate_media(media="print")
    yield opened
    opened.emulate_media(media="screen")


@pytest.fixture
def in_forced_colours(opened):
    opened.emulate_media(forced_colors="active")
    yield opened
    opened.emulate_media(forced_colors="none")


def test_a_solution_is_unfolded_on_paper(on_paper):
    folds = on_paper.locator("details.folded:not([open])")
    assert folds.count() > 2
    assert all(fold.locator("pre").first.is_visible() for fold in folds.all())


def test_a_claim_is_its_sentence_on_paper(on_paper):
    claim = on_paper.locator("details.claim").first
    assert claim.locator("summary").is_visible()
    assert not claim.locator("pre").is_visible()


def test_a_widget_shows_its_state_on_paper_and_nothing_that_only_acts(on_paper):
    gate = on_paper.locator(".gate")
    assert gate.locator(".by-hand .value").all_inner_texts() == ["1.00", "0.50", "0.00", "0.75"]
    assert all(value.is_visible() for value in gate.locator(".by-hand .value").all())
    shown = [button.inner_text() for button in gate.locator("button").all() if button.is_visible()]
    assert shown == ["Your hand"]
    bar = gate.locator(".signed").first
    assert bar.evaluate(STYLE_OF, ["print-color-adjust", "::before"]) == "exact"


def test_paper_has_no_navigation(on_paper):
    for part in ("nav", ".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer", "footer"):
        assert not any(found.is_visible() for found in on_paper.locator(part).all()), part


def test_bars_and_pressed_buttons_are_told_apart_in_forced_colours(in_forced_colours):
    def colour(selector, name="background-color", pseudo=None):
        return in_forced_colours.locator(selector).first.evaluate(STYLE_OF, [name, pseudo])

    paper = colour(".gate")
    ink = colour(".gate", "color")
    assert paper == colour("body") and ink == colour("article p", "color") != paper
    assert colour(".gate .signed", pseudo="::before") != paper
    assert colour(".belt .kept") not in (paper, colour(".belt .added"))
    assert colour('.gate button[aria-pressed="true"]') == ink
    assert colour('.gate button[aria-pressed="false"]') == paper


def test_the_focus_is_seen_in_forced_colours(in_forced_colours):
    slider = in_forced_colours.locator(".gate input").first
    in_forced_colours.keyboard.press("Tab")
    slider.focus()
    outline = slider.evaluate(STYLE_OF, ["outline", None])
    assert "solid 2px" in outline
