"""The site in Firefox, from the disk, where there is a Firefox: it is another engine."""

import re

import firefox
import pytest
from pages import HTML, READY

RIGHT = "\ue014"
"""The arrow key."""


@pytest.fixture(scope="module")
def opened(site_folder, tmp_path_factory):
    command = firefox.find()
    if not command:
        pytest.skip(f"no Firefox is found: {', '.join(firefox.COMMANDS)}")
    with firefox.started(command, tmp_path_factory.mktemp("firefox")) as found:
        yield found


def test_a_chapter_is_alive_and_complete_in_firefox(opened):
    opened.open((HTML / "notebooks" / "05_step_by_step.html").as_uri())
    opened.run(READY)
    found = opened.run("""() => ({
        dead: document.querySelectorAll(".widget:not([data-live])").length,
        live: document.querySelectorAll(".widget[data-live]").length,
        fonts: [...document.fonts].map((font) => [font.family, font.status]),
        ours: getComputedStyle(document.querySelector("math")).fontFamily.split(",")[0],
    })""")
    assert found["dead"] == 0 and found["live"] == 4
    assert ["Mathematics", "loaded"] in found["fonts"] and found["ours"] == "Mathematics"


def test_a_slider_moves_its_picture_in_firefox(opened):
    opened.open((HTML / "book" / "index.html").as_uri())
    opened.run(READY)
    widget = "document.querySelector('.widget')"
    before = opened.run(f"() => {widget}.innerText")
    opened.run(f"() => {widget}.querySelector('input[type=range]').focus()")
    opened.press(RIGHT)
    opened.run(READY)
    assert opened.run(f"() => {widget}.innerText") != before


def test_search_finds_and_marks_in_firefox(opened):
    opened.open((HTML / "search.html").as_uri() + "?q=peepholes")
    target = """async () => {
        const link = () => document.querySelector(".search-results a");
        while (!link()) await new Promise((done) => setTimeout(done, 50));
        return link().href;
    }"""
    opened.open(opened.run(target))
    opened.run(READY)
    assert re.search(
        "peephole", opened.run("() => document.querySelector('mark').textContent"), re.I
    )


def test_no_page_complained_or_asked_another_host_in_firefox(opened):
    assert not opened.complaints
    assert all(url.startswith(("file:", "data:", "blob:")) for url in opened.requests)
