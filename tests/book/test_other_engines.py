"""The site in Firefox and WebKit, from the disk, where there are such: they are other engines."""

import re

import firefox
import pytest
import webkit
from pages import HTML, READY

RIGHT = "\ue014"
"""The arrow key."""


@pytest.fixture(scope="module", params=[firefox, webkit], ids=lambda engine: engine.__name__)
def opened(request, site_folder, tmp_path_factory):
    engine = request.param
    command = engine.find()
    if not command:
        pytest.skip(f"none is found here: {', '.join(engine.COMMANDS)}")
    with engine.started(command, tmp_path_factory.mktemp(engine.__name__)) as found:
        yield found


def test_a_chapter_is_alive_and_complete(opened):
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


def test_a_slider_moves_its_picture(opened):
    opened.open((HTML / "book" / "index.html").as_uri())
    opened.run(READY)
    widget = "document.querySelector('.widget')"
    before = opened.run(f"() => {widget}.innerText")
    opened.run(f"() => {widget}.querySelector('input[type=range]').focus()")
    opened.press(RIGHT)
    opened.run(READY)
    assert opened.run(f"() => {widget}.innerText") != before


def test_search_finds_and_marks(opened):
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


def test_no_sign_of_a_formula_hangs_out_of_its_place(opened):
    """WebKit can hang an opening parenthesis before its line: each in a formula is a line."""
    opened.open((HTML / "notebooks" / "06_training.html").as_uri())
    signs = "[...document.querySelectorAll('math mo')]"
    hanging = f"{signs}.map((sign) => getComputedStyle(sign).hangingPunctuation ?? 'none')"
    found = opened.run(f"() => {hanging}")
    assert len(found) > 40 and set(found) == {"none"}


def test_no_page_complained_or_asked_another_host(opened):
    if not isinstance(opened, firefox.Firefox):
        pytest.skip("only Firefox tells what its pages say and ask for")
    assert not opened.complaints
    assert all(url.startswith(("file:", "data:", "blob:")) for url in opened.requests)
